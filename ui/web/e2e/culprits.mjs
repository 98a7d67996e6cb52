/**
 * Who is slow, in Chromium: recordings of sites with a known culprit, and healthy ones,
 * are opened as files. The sentence names the culprit and nobody else, each of its
 * figures and of the evidence is that of the file's spans, counted here once more, and
 * the examples are the culprit's.
 *
 *   SITE_URL=http://127.0.0.1:3000 FILES=../latency/testdata node e2e/culprits.mjs
 */
import assert from 'node:assert/strict'
import { figuresOf, phases, requestsOf } from './latencytruth.mjs'
import { near, recorded } from './spans.mjs'
import { reader, site } from './reader.mjs'

const sumOf = (list, of) => list.reduce((sum, x) => sum + of(x), 0)
const unique = (list) => [...new Set(list)]
/** stats are the figures of what of says of runs. */
const stats = (runs, of) => figuresOf(runs.map((x) => ({ ns: of(x), weight: 1 })))
const median = (runs, of) => stats(runs, of).p50
const of = (phase) => (x) => x.times[phase] ?? 0
const own = (x) => x.ns
const whole = (x) => x.request.total
const model = (runs, name, ensemble = '') => runs.filter((x) => x.model === name && x.ensemble === ensemble)
const enough = 10 // requests, as docs/guide/latency.md has it

/** Of each recording: what is named, the runs that it is about, and what its lines have to tell of them. */
const culprits = {
  'long-queue': { names: ['calib'], kind: 'model', phase: 'queue', says: /^Model calib has a long queue: .*\(tagger\)\.$/, about: (runs) => model(runs, 'calib'), lines(runs, own) {
    const queue = stats(own, of('queue'))
    const others = unique(runs.filter((x) => x.steps === 0 && x.model !== 'calib').map((x) => `${x.model}/${x.ensemble}`)).map((k) => model(runs, ...k.split('/'))).filter((list) => list.length >= enough)
    const starts = unique(runs.map((x) => x.request)).map((r) => Number(r.from - runs[0].request.from))
    const pods = unique(own.map((x) => x.request.pod)).length
    const computes = sumOf(own, (x) => x.times.input + x.times.infer + x.times.output) / (Math.max(...starts) - Math.min(...starts)) / pods
    return [
      { times: [queue.p50, median(own, whole), Math.max(...others.map((list) => median(list, of('queue'))))], shares: [queue.total / sumOf(own, whole)], counts: [own.length] },
      { times: [queue.p50, queue.p90, queue.p99] },
      { shares: [computes], says: `on ${pods} pods: more instances` },
    ]
  } },
  'slow-step': { names: ['fit', 'reco'], kind: 'step', phase: 'infer', says: /^Step fit of ensemble reco is slow: .* of the other step, clean /, about: (runs) => model(runs, 'fit', 'reco'), lines(runs, own_) {
    const clean = model(runs, 'clean', 'reco')
    const [slow, other, ensemble] = [median(own_, own), median(clean, own), median(model(runs, 'reco'), whole)]
    const phasesOf = (list) => ({ times: ['queue', 'input', 'infer', 'output'].map((p) => median(list, of(p))) })
    return [
      { times: [slow, other, ensemble, median(own_, of('infer'))], ratio: slow / other, shares: [slow / ensemble], counts: [own_.length] },
      { says: 'compare with a time when it was well' }, { says: 'fit:', ...phasesOf(own_) }, { says: 'clean:', ...phasesOf(clean) },
    ]
  } },
  'slow-pod-in-ensemble': { names: ['supersonic-triton-1', 'fit'], kind: 'pod', phase: 'infer', says: /^Pod supersonic-triton-1 is slow: compute for fit in reco .*; the other models are not slower there\./, about: (runs) => model(runs, 'fit', 'reco').filter((x) => x.request.pod === 'supersonic-triton-1'), lines(runs, there) {
    const elsewhere = model(runs, 'fit', 'reco').filter((x) => !there.includes(x))
    const [mine, theirs] = [there, elsewhere].map((list) => stats(list, of('infer')))
    const costs = Math.max(mine.mean - theirs.mean, mine.p50 - theirs.p50) * there.length
    const both = { times: [mine.p50, theirs.p50], counts: [there.length, elsewhere.length] }
    return [{ ...both, ratio: mine.p50 / theirs.p50, shares: [costs / sumOf(there, own)] }, { ...both, says: 'fit in reco: compute' }]
  } },
}

const units = { µs: 1e3, ms: 1e6, s: 1e9 }
/** exact fails unless a text is a length of time to its last digit. */
function exact(text, ns, what) {
  const [, digits, unit] = /^([\d.]+) (µs|ms|s)$/.exec(text)
  const last = units[unit] / 10 ** (digits.split('.')[1]?.length ?? 0)
  assert.ok(Math.abs(Number(digits) * units[unit] - ns) <= 0.501 * last, `${what}: shown ${text}, it is ${ns} ns`)
}

/** tells fails unless a line of the page has just these times, shares, numbers of requests and ratio. */
function tells(line, { times = [], shares = [], counts = [], ratio, says = '' }, what) {
  assert.ok(line.includes(says), `${what} says “${says}”: ${line}`)
  const said = [...line.matchAll(/[\d.]+ (?:µs|ms|s)\b/g)].map(([t]) => t)
  assert.equal(said.length, times.length, `${what} tells ${times.length} times: ${line}`)
  for (const [i, t] of said.entries()) exact(t, times[i], `time ${i + 1} of: ${line}`)
  const percents = [...line.matchAll(/(\d+) %/g)].map((m) => Number(m[1]))
  assert.deepEqual(percents, shares.map((s) => Math.round(100 * s)), `shares of: ${line}`)
  const requests = /(?:(\d+) against )?(\d+) requests/.exec(line)?.slice(1).filter(Boolean).map(Number) ?? []
  assert.deepEqual(requests, counts, `numbers of requests of: ${line}`)
  const many = /([\d.]+) times the/.exec(line)?.[1]
  assert.equal(many, ratio && ratio.toFixed(ratio < 10 ? 1 : 0), `ratio of: ${line}`)
}

/** theExamples fails unless three links lead to traces of the culprit's runs, clearly slow ones first, with the times of their spans. */
async function theExamples(item, about, phase) {
  const links = await item.getByRole('link', { name: /^trace of/ }).evaluateAll((all) => all.map((a) => ({ text: a.textContent, id: new URL(a.href).searchParams.get('id') })))
  assert.equal(unique(links.map((l) => l.id)).length, 3, 'three traces')
  const figures = stats(about, of(phase))
  let before = figures.p99
  for (const { text, id } of links) {
    const x = about.find((one) => one.request.trace === id)
    assert.ok(x, `trace ${id} is of the culprit`)
    const [total, part] = text.split(', of it')
    near(total, whole(x), `the whole of ${id}`)
    near(part, of(phase)(x), `the ${phase} of ${id}`)
    assert.ok(of(phase)(x) >= figures.p50 * 0.99 && of(phase)(x) <= before, `${text} is as slow as most, and less than the one before`)
    before = of(phase)(x)
  }
  return links
}

await reader(site, async ({ page, does, until, shot }) => {
  const verdict = page.getByRole('region', { name: 'What stands out', exact: true })
  const words = async (of) => (await of.innerText()).replace(/\s+/g, ' ').trim()
  /** opens shows a recording and gives its requests, and the runs of models in them, by its spans. */
  const opens = async (name) => {
    const path = `${process.env.FILES}/${name}.otlp.jsonl.gz`
    await page.goto(`${site}/latency`)
    await page.locator('input[type=file]').setInputFiles(path)
    await page.getByText(`${name}.otlp.jsonl.gz`).first().waitFor()
    await page.getByText('Back to the site').waitFor()
    await verdict.getByRole('status').waitFor()
    const requests = requestsOf(recorded(path), 0, 8.64e15).filter((r) => r.fate === 'split')
    return { requests, runs: requests.flatMap((r) => r.runs.map((x) => ({ ...x, request: r }))) }
  }

  for (const [name, { names, kind, phase, says, about, lines }] of Object.entries(culprits)) {
    await does(`${name}: ${names.join(' and ')} and nobody else, with the figures of its spans`, async () => {
      const { runs } = await opens(name)
      const mine = about(runs)
      const item = verdict.locator('ol > li')
      assert.deepEqual(await item.evaluateAll((all) => all.map((e) => [e.dataset.kind, e.dataset.phase])), [[kind, phase]])
      const sentence = await words(verdict.getByRole('status'))
      assert.match(sentence, says)
      assert.deepEqual(unique(await verdict.getByRole('status').locator('strong').allInnerTexts()).sort(), [...names].sort(), 'names in bold letters')
      const shown = [sentence, ...await item.locator('.evidence li').allInnerTexts()]
      const wanted = lines(runs, mine)
      assert.equal(shown.length, wanted.length, shown.join('\n'))
      for (const [i, line] of shown.entries()) tells(line, wanted[i], i === 0 ? 'the sentence' : `evidence ${i}`)
      const [first] = await theExamples(item, mine, phase)
      await shot(name)
      await item.getByRole('link', { name: /^trace of/ }).first().click()
      await page.getByRole('heading', { name: 'Traces from a file' }).waitFor()
      await until('the trace of the link is open', () => new URL(page.url()).searchParams.get('id') === first.id || page.url())
      const opened = mine.find((x) => x.request.trace === first.id)
      await until('its run stands there, on its pod', async () => (await page.getByRole('treeitem').evaluateAll((all) => all.map((e) => `${e.querySelector('.text').innerText} ${e.querySelector('.pod').innerText}`))).includes(`${opened.model} ${opened.request.pod}`))
    })
  }

  for (const name of ['healthy', 'w-healthy-ensemble']) {
    await does(`${name}: nobody is named, with what was compared`, async () => {
      const { requests, runs } = await opens(name)
      const sentence = await words(verdict.getByRole('status'))
      const shares = phases.map((p) => [p, sumOf(requests, of(p)) / sumOf(requests, (r) => r.total)]).sort((a, b) => b[1] - a[1])
      const labels = { queue: 'server queue', infer: 'compute' }
      const pods = unique(requests.map((r) => r.pod))
      const begin = `No pod, model or step stands out: ${requests.length} requests of ${unique(requests.map((r) => r.model)).length} models on ${pods.length} pods; ${Math.round(100 * shares[0][1])} % of their time is ${labels[shares[0][0]]}`
      assert.ok(sentence.startsWith(begin), `${sentence}\nby the spans: ${begin}`)
      assert.ok(sentence.includes(`, ${Math.round(100 * shares[1][1])} % ${labels[shares[1][0]]}.`), `${sentence}\nby the spans: ${shares[1]}`)
      const few = /the median is ([^)]+)/.exec(sentence)
      if (few) exact(few[1], median(requests, of(shares[0][0])), 'the median of it')
      const places = unique(runs.filter((x) => x.steps === 0).map((x) => `${x.model}/${x.ensemble}`))
      const spread = places.map((k) => {
        const by = pods.map((pod) => model(runs, ...k.split('/')).filter((x) => x.request.pod === pod)).filter((list) => list.length >= enough).map((list) => median(list, of('infer')))
        return [Math.max(...by) / Math.min(...by), k.replace(/\/$/, '').replace('/', ' in ')]
      }).sort((a, b) => b[0] - a[0])[0]
      assert.ok(sentence.endsWith(`compute of one model differs by ${spread[0].toFixed(1)} times at most (${spread[1]}).`), `${sentence}\nby the spans: ${spread}`)
      for (const what of ['strong', 'li', 'a']) assert.equal(await verdict.locator(what).count(), 0, `no <${what}> where nobody is named`)
      await shot(name)
    })
  }
})
