/**
 * What the page of latencies shows of a live site, figure by figure, held against the
 * spans as the trace store has them: figures.mjs opens the page and gives the site and
 * its stores, latencytruth.mjs works out what there is to say.
 */
import assert from 'node:assert/strict'
import { comparedOf, labels, phases, requestsOf, rowOf, stepsOf } from './latencytruth.mjs'
import { near, number, shareOf, spansOf } from './spans.mjs'

const sumOf = (list, of) => list.reduce((sum, x) => sum + of(x), 0)
const isSplit = (r) => r.fate === 'split'
const byModel = (r) => r.model
const byPod = (r) => r.pod
const byBoth = (r) => `${r.model} on ${r.pod}`
const groupsOf = (list, key) => list.reduce((groups, x) => groups.set(key(x), [...(groups.get(key(x)) ?? []), x]), new Map())

/** differs holds a text against a difference, with its sign. */
function differs(text, [left, right], what) {
  const more = right - left
  if (Math.abs(more) < 1) return
  assert.equal(text[0] === '−', more < 0, `${what}: ${text} has the sign of ${more}`)
  near(text.replace('+', ''), more, what)
}

/** latencyFigures are the steps of a reader of the page of latencies, of a time; tempo asks the trace store. */
export function latencyFigures({ site, page, until, json, tempo, cellsOf, region, range }) {
  // The newest third of the time, and the third before: what is read trace by trace is bounded.
  const length = Math.round((range.to - range.from) / 3)
  const from = range.to - length
  const window = `from=${from}&to=${range.to}`
  const here = `${site}/latency?${window}`
  const numbers = region('Numbers')
  const row = async (name) => (await cellsOf(numbers.locator(`tr[data-row="${name}"]`)))[0]

  /** tracesIn reads the whole traces of a time from the store. */
  async function tracesIn(from, to) {
    const { traces = [] } = await tempo('search', { q: '{}', limit: 5000, spss: 1, start: Math.floor(from / 1000) - 1, end: Math.ceil(to / 1000) + 1 })
    const whole = []
    const next = traces.values()
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (const t of next) whole.push(spansOf(await tempo(`traces/${t.traceID}`, {})))
    }))
    return whole
  }
  let read // the traces of the time, once they were asked for
  const traces = () => (read ??= tracesIn(from, range.to))
  /** requestsOfIt are the requests of the time whose trace is kept, of those that were split. */
  const requestsOfIt = async (keeps = () => true) => requestsOf((await traces()).filter(keeps), from, range.to).filter(isSplit)

  function holds([, count, p50, p90, p99, mean, total, part, most], want, whole, what) {
    if (count !== '') assert.equal(number(count), want.count, `${what}: requests`)
    for (const [text, name] of [[p50, 'p50'], [p90, 'p90'], [p99, 'p99'], [mean, 'mean'], [total, 'total']]) near(text, want[name], `${what}: ${name}`)
    shareOf(part.replace('>', ''), want.total / whole, `${what}: share`)
    if (!want.phases) return
    const largest = want.phases.reduce((best, p, i) => (p.mean > want.phases[best].mean ? i : best), 0)
    assert.ok(most.startsWith(`${labels[largest]} `), `${what}: most of it is ${labels[largest]}, shown ${most}`)
    near(most.slice(labels[largest].length), want.phases[largest].mean, `${what}: most of it`)
  }

  /** rowsHold holds the table: all requests, their phases, and a row of each group. */
  async function rowsHold(requests, key) {
    const all = rowOf(requests)
    const groups = groupsOf(requests, key)
    assert.deepEqual((await numbers.locator('tr[data-row]').evaluateAll((rows) => rows.map((r) => r.dataset.row))).sort(), ['all requests', ...groups.keys()].sort())
    holds(await row('all requests'), all, all.total, 'all requests')
    for (const [name, list] of groups) holds(await row(name), rowOf(list), all.total, name)
    const parts = await cellsOf(numbers.locator('tr[data-phase]'))
    assert.equal(parts.length, phases.length)
    for (const [i, cells] of parts.entries()) holds(cells, all.phases[i], all.total, phases[i])
  }

  async function ofLatencies() {
    const [requests, earlier] = await Promise.all([requestsOfIt(), tracesIn(from - length, from).then((all) => requestsOf(all, from - length, from).filter(isSplit))])
    assert.ok(requests.length > 50, `${requests.length} requests of a third of the time`)
    await page.goto(here)
    await numbers.locator('tr[data-row]').first().waitFor()
    await rowsHold(requests, byModel)
    // Pods, and the models of each.
    const pods = [...new Set(requests.map((r) => r.pod))].sort()
    for (const [by, key] of [['By pod', byPod], ['Both', byBoth]]) {
      await page.getByRole('button', { name: by, exact: true }).click()
      await until(`rows by ${by}`, async () => (await numbers.locator('tr[data-row]').count()) === groupsOf(requests, key).size + 1)
      await rowsHold(requests, key)
    }
    // Steps of ensembles.
    for (const s of stepsOf(requests)) {
      const li = region('Steps of ensembles').locator('li', { has: page.getByRole('link', { name: s.model, exact: true }) }).filter({ hasText: `${s.count} runs` })
      const [mean, part] = await li.first().locator('.number').allInnerTexts()
      near(mean, s.mean, `${s.model} of ${s.ensemble}`)
      shareOf(part, s.share, `${s.model} of ${s.ensemble}`)
    }
    // Two times, and two pods, beside each other: every figure of every row.
    const pair = await page.getByLabel('Compare').locator('option').evaluateAll((all) => all.map((o) => o.value).find((v) => v.includes('~')))
    assert.deepEqual(pair.split('~').sort(), pods.slice(0, 2))
    for (const [against, [left, right]] of [['before', [earlier, requests]], [pair, pair.split('~').map((pod) => requests.filter((r) => r.pod === pod))]]) {
      await page.goto(here)
      await page.getByLabel('Compare').selectOption(against)
      await region('Comparison').waitFor()
      const compared = await cellsOf(region('Comparison').locator('tbody tr'))
      const want = comparedOf(left, right)
      assert.deepEqual(compared.map(([model, l, r]) => [model.replace(/ (few requests|on one side alone)$/, ''), number(l), number(r)]), want.map((w) => [w.model, w.left, w.right]), against)
      for (const [i, { model, left, right, total, phases: parts }] of want.entries()) {
        const [, , , l, r, more, ...each] = compared[i]
        if (left > 0) near(l, total[0], `${against}: ${model}, left`)
        if (right > 0) near(r, total[1], `${against}: ${model}, right`)
        if (left === 0 || right === 0) continue
        differs(more, total, `${against}: ${model}, more`)
        for (const [p, name] of phases.entries()) differs(each[p], parts[p], `${against}: ${model}, ${name}`)
      }
    }
    assert.equal(await region('Comparison').getByRole('note').innerText(), (await json(`/api/latency?${window}&${new URLSearchParams({ left: pair.split('~')[0], right: pair.split('~')[1] })}`)).against.sentence)
  }

  const drawn = () => region('Where the time goes').locator('.bars > li').evaluateAll((all) => all.map((li) => {
    const [bar, mark] = [li.querySelector('[role=img]'), li.querySelector('.mark')]
    const width = (e) => e.getBoundingClientRect().width
    return {
      says: bar.getAttribute('aria-label'), part: width(bar) / width(bar.parentElement), number: li.querySelector('.number').innerText,
      pieces: [...bar.querySelectorAll('.piece')].map((p) => ({ title: p.title, width: width(p), text: p.innerText.trim() })),
      mark: mark && { title: mark.title, at: (mark.getBoundingClientRect().x + 1 - bar.parentElement.getBoundingClientRect().x) / width(bar.parentElement) },
    }
  }))

  /** barHolds holds what a bar says, and how long it and its pieces are, against a number of the distributions of a row. */
  function barHolds(bar, name, want, stat, widest) {
    const parts = want.phases.map((p, i) => ({ label: labels[i], ns: p[stat] })).filter((p) => p.ns >= 1)
    const sum = sumOf(parts, (p) => p.ns)
    const what = `the bar of ${name}, ${stat}`
    near(bar.number, want[stat], what)
    const told = bar.says.slice(name.length + 2).split(/, (?=\D)(?!other )/)
    assert.equal(told.length, parts.length, `${what}: ${bar.says}`)
    assert.equal(bar.pieces.length, parts.length, what)
    assert.ok(Math.abs(bar.part - sum / widest) < 0.01, `${what} is ${bar.part} of the width, its time ${sum / widest} of the longest`)
    for (const [i, { label, ns }] of parts.entries()) {
      const { title, width, text } = bar.pieces[i]
      const [, of, time, part] = /^(.+): (.+), (\S+ %)$/.exec(title)
      assert.deepEqual([of, told[i].slice(0, label.length + 1)], [label, `${label} `], what)
      for (const shown of [time, told[i].slice(label.length), ...(text ? [text] : [])]) near(shown, ns, `${what}: ${label}`)
      shareOf(part, ns / sum, `${what}: ${label}, share`)
      const fair = (sumOf(bar.pieces, (p) => p.width) * ns) / sum
      assert.ok(Math.abs(width - fair) < parts.length + 1, `${what}: ${label} is ${width} px wide, its part is ${fair}`) // each is a pixel at least
    }
    assert.equal(bar.mark === null, stat === 'mean', `${what}: a mark stands where the whole is not the sum of its parts`)
    if (!bar.mark) return
    near(bar.mark.title.replace(/^whole request: /, ''), want[stat], `${what}: the mark`)
    assert.ok(Math.abs(bar.mark.at - Math.min(1, want[stat] / widest)) < 0.01, `${what}: the mark stands at ${bar.mark.at}`)
  }

  async function ofBars() {
    const requests = await requestsOfIt()
    for (const [by, stat, key] of [['model', 'mean', byModel], ['model', 'p50', byModel], ['pod', 'p99', byPod], ['both', 'p90', byBoth]]) {
      await page.goto(`${here}&by=${by}&stat=${stat}`)
      await region('Where the time goes').waitFor()
      const rows = new Map([...groupsOf(requests, key)].map(([name, list]) => [name, rowOf(list)]))
      const widest = Math.max(...[...rows.values()].map((r) => sumOf(r.phases, (p) => p[stat])))
      const bars = await drawn()
      assert.equal(bars.length, rows.size)
      for (const bar of bars) {
        const name = bar.says.split(': ')[0]
        assert.ok(rows.has(name), `${name} has a bar`)
        barHolds(bar, name, rows.get(name), stat, widest)
      }
    }
  }

  /** besideHolds holds the runs of each model that executes against the spans; what a filter takes away the counters do not know. */
  async function besideHolds(requests, filtered) {
    const beside = region("Triton's counters beside the spans")
    const rows = await beside.locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.textContent.trim())))
    const together = rows.every((r) => r[1] === 'all') // where most pods have few spans of a model
    const runs = groupsOf(requests.flatMap((r) => r.runs.map((x) => ({ ...x, pod: r.pod, weight: r.weight }))), (x) => `${x.model} on ${together ? 'all' : x.pod}`)
    const part = /the filter takes some of the requests, the counters are of all/
    for (const [model, pod, bySpans, counted, , ...more] of rows) {
      const name = `${model} on ${pod}`
      const want = sumOf(runs.get(name) ?? [], (x) => x.weight)
      assert.ok(Math.abs(number(bySpans) - want) <= 0.5, `${name}: ${bySpans} runs by the spans, they stand for ${want}`)
      assert.match(more.at(-1), /\S/, `${name}: whether it agrees, or why not`)
      const lacks = number(counted) - want
      if (filtered && lacks > 0.5 * number(counted) && number(counted) > 20) assert.match(more.at(-1), part, name)
      if (!filtered) assert.doesNotMatch(more.at(-1), part, name)
    }
    const said = await beside.getByRole('note').innerText()
    const agreeing = rows.filter((r) => r.at(-1).startsWith('agrees')).length
    const [, fine] = /agree with the spans(?: for (\d+) of| for \d+ pair|: )/.exec(said) ?? []
    if (fine !== undefined) assert.equal(Number(fine), agreeing, said)
    return rows.filter((r) => part.test(r.at(-1))).length
  }

  async function ofFilters() {
    const all = await requestsOfIt()
    const has = (is) => (spans) => spans.some(is)
    const asked = new Set(all.map(byModel))
    const step = all.flatMap((r) => r.runs).find((x) => x.ensemble && !asked.has(x.model)).model // nobody asks for it by itself
    const [model, pod] = [all.flatMap((r) => r.runs).find((x) => x.ensemble && asked.has(x.model)).model, all[0].pod]
    await page.goto(here)
    await numbers.waitFor()
    await besideHolds(all, false)
    for (const [filter, keeps] of [
      [`{ span.triton.model_name = "${model}" }`, has((s) => s.attributes['triton.model_name'] === model)],
      [`{ resource.service.name = "${pod}" }`, has((s) => s.service === pod)],
      [`{ span.triton.model_name = "${step}" }`, has((s) => s.attributes['triton.model_name'] === step)],
    ]) {
      const requests = await requestsOfIt(keeps)
      assert.ok(requests.length > 0 && requests.length < all.length, `${filter}: ${requests.length} of ${all.length}`)
      await page.getByLabel('Requests whose trace has a span like').fill(filter)
      await page.getByRole('button', { name: 'Show', exact: true }).click()
      await until(`${requests.length} requests of ${filter}`, async () => number((await row('all requests'))?.[1] ?? '') === requests.length || row('all requests'))
      assert.equal(new URL(page.url()).searchParams.get('q'), filter)
      await rowsHold(requests, byModel)
      const lacking = await besideHolds(requests, true)
      if (filter.includes(step)) assert.ok(lacking > 0, `${filter}: a model has more runs than those below ${step}'s ensemble`)
    }
  }

  return { ofLatencies, ofBars, ofFilters }
}
