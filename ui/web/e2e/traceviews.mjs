/**
 * Every figure of the views of a trace: rows, bars, critical path, parts, details, node
 * graph, flame graph, statistics, events. Each is held against what tracetruth.mjs works
 * out from the trace's own spans.
 */
import assert from 'node:assert/strict'
import { near, number, shareOf } from './spans.mjs'
import { rowsOf, wayOf } from './tracetruth.mjs'

export const none = '–'

/** nearOrNone holds a text against a length of time; none stands for nothing. */
export function nearOrNone(text, ns, what) {
  if (ns === 0) assert.ok([none, '0', '0 ns'].includes(text), `${what}: shown ${text}, there is nothing`)
  else near(text, ns, what)
}

/** signed holds a text against a difference that has its sign. */
export function signed(text, ns, what) {
  if (ns === 0) return assert.ok(['0', '+0 ns'].includes(text), `${what}: shown ${text}, there is no difference`)
  assert.equal(text[0], ns < 0 ? '−' : '+', `${what}: ${text} has the sign of ${ns}`)
  near(text.replace('+', ''), ns, what)
}

const percent = (style) => Number(/([\d.e-]+)%/.exec(style)[1])

/** viewsOf gives what reads a trace that is open on a page. */
export function viewsOf(page, until) {
  const region = (name) => page.getByRole('region', { name, exact: true })
  const tab = (name) => page.getByRole('tab', { name, exact: true }).click()
  const cellsOf = (rows) => rows.evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
  async function rowsSeen() {
    const seen = await page.getByRole('treeitem').evaluateAll((all) => all.map((r) => ({
      n: Number(r.dataset.n), says: r.ariaLabel, depth: Number(r.ariaLevel) - 1, name: r.querySelector('.text').innerText, service: r.querySelector('.pod').innerText, duration: r.querySelector('.label').innerText.trim(),
      marks: [...r.querySelectorAll('.name .faint:not(.pod)')].map((e) => e.innerText), skewed: r.querySelector('.skew') !== null, failed: r.querySelector('.flag.bad') !== null,
      colour: getComputedStyle(r.querySelector('.bar')).backgroundColor, left: r.querySelector('.bar').style.left, width: r.querySelector('.bar').style.width,
      waits: [...r.querySelectorAll('.critical')].map((c) => ({ title: c.title, left: c.style.left, width: c.style.width })),
      ticks: [...r.querySelectorAll('.tick')].map((t) => ({ title: t.title, left: t.style.left })), far: [...r.querySelectorAll('.far')].map((t) => t.title),
    })))
    return seen.sort((a, b) => a.n - b.n)
  }

  /** ofTheWaterfall: texts, order, marks; bars, critical path and ticks at their place on one axis. */
  async function ofTheWaterfall(t) {
    await until('all rows', async () => (await page.getByRole('treeitem').count()) === t.spans.length || page.getByRole('treeitem').count())
    const seen = await rowsSeen()
    assert.deepEqual(seen.map((r) => [r.name, r.service, r.depth, r.failed, r.skewed]), t.spans.map((s) => [s.name, s.service, s.depth, s.failed, s.skewed]))
    const longest = seen[t.spans.reduce((a, b) => (b.ns > a.ns ? b : a)).row]
    const colours = new Map(seen.map((r) => [r.service, r.colour]))
    assert.ok(seen.every((r) => colours.get(r.service) === r.colour) && new Set(colours.values()).size === colours.size, `one colour a service: ${JSON.stringify([...colours])}`)
    const scale = percent(longest.width) / t.spans[longest.n].ns
    const begin = percent(longest.left) - t.spans[longest.n].offset * scale
    const isAt = (style, offset, what) => assert.ok(Math.abs(percent(style) - Math.min(100, Math.max(0, begin + offset * scale))) < 0.11, `${what} is at ${style}, of an axis from ${begin} by ${scale}`)
    for (const [i, s] of t.spans.entries()) {
      const row = seen[i]
      near(row.duration, s.ns, `${s.name}: its duration`)
      isAt(row.left, s.offset, `${s.name}'s bar`)
      assert.ok(Math.abs(percent(row.width) - s.ns * scale) < 0.11, `${s.name}'s bar is ${row.width} wide`)
      assert.deepEqual(row.marks, [...(s.parent && !s.above ? ['· parent missing'] : []), ...(s.unfinished ? ['· no end'] : [])])
      assert.equal(/, on the critical path$/.test(row.says), s.critical > 0, row.says)
      near(row.says.slice(`${s.name}, ${s.service}, `.length).split(',')[0], s.ns, `${s.name}: said`)
      // Lines thinner than can be drawn are left out; what is left adds up by name.
      const waits = new Map()
      for (const { title, left, width } of row.waits) {
        const [, label, took] = /^critical path: (.+), ([^,]+)$/.exec(title)
        waits.set(label, [...(waits.get(label) ?? []), took])
        assert.ok(percent(left) >= percent(row.left) - 0.11 && percent(left) + percent(width) <= percent(row.left) + percent(row.width) + 0.11, `${title} is within its span`)
      }
      const want = s.waits.filter((w) => w.ns > 0)
      assert.deepEqual([...waits.keys()].sort(), want.map((w) => w.label).sort(), `${s.name}: what the request waited for`)
      for (const w of want) if (waits.get(w.label).length === 1) near(waits.get(w.label)[0], w.ns, `${s.name}: ${w.label}`)
      const told = [...row.ticks.flatMap((k) => k.title.split('\n')), ...row.far.flatMap((f) => f.split('\n'))].map((line) => /^(\S+?),? ([\d.]+ \S+) (before|into) the span$/.exec(line))
      assert.deepEqual(told.map(([, name]) => name).sort(), s.events.map((e) => e.name).sort(), `${s.name}: its events`)
      for (const [, name, time, side] of told) {
        const at = Number(s.events.find((e) => e.name === name).at - s.from)
        assert.equal(side, at < 0 ? 'before' : 'into', name)
        near(time, Math.abs(at), `${s.name}: ${name}`)
      }
      for (const k of row.ticks) isAt(k.left, s.offset + Number(s.events.find((e) => k.title.startsWith(`${e.name},`)).at - s.from), k.title)
    }
  }

  async function ofTheHeader(t) {
    const heading = (await page.getByRole('heading', { level: 1 }).innerText()).replace(/\s+/g, ' ')
    if (t.rooted) assert.ok(heading.startsWith(`${t.root.service}: ${t.root.name} `), heading)
    else assert.match(heading, /root missing/)
    near(/([\d.]+ \S+)$/.exec(heading)[1], t.length, 'the header')
    const facts = Object.fromEntries(await page.locator('main header dl > div').evaluateAll((all) => all.map((d) => [d.querySelector('dt').innerText, d.querySelector('dd').innerText.trim()])))
    const failed = t.spans.filter((s) => s.failed).length
    assert.equal(facts.Spans, `${t.spans.length}${failed ? `, ${failed} failed` : ''}`)
    assert.equal(facts.Services, String(new Set(t.spans.map((s) => s.service)).size))
    assert.equal(facts.Depth, String(Math.max(...t.spans.map((s) => s.depth)) + 1))
    const parts = await region('Where the time went').locator('li').evaluateAll((all) => all.map((l) => [l.children[1].innerText, l.children[2].innerText, l.children[3].innerText]))
    assert.deepEqual(parts.map(([label]) => label).sort(), t.parts.map((p) => p.label).sort(), 'the parts of the request')
    for (const [label, took, share] of parts) {
      const want = t.parts.find((p) => p.label === label).ns
      near(took, want, label)
      shareOf(share, want / t.parts.reduce((sum, p) => sum + p.ns, 0), label)
    }
  }

  /** ofTheDetails opens every span. */
  async function ofTheDetails(t) {
    for (const s of t.spans) {
      const { facts, waits, events, count } = await page.evaluate(async ({ row, id }) => {
        document.querySelector(`[role="treeitem"][data-row="${row}"]`).click()
        const shown = () => [...document.querySelectorAll('aside[aria-label^="Span "]')].find((e) => [...e.querySelectorAll('.attrs dd')].some((d) => d.innerText === id))
        for (let frames = 0; !shown() && frames < 600; frames++) await new Promise(requestAnimationFrame)
        const e = shown()
        const heads = [...e.querySelectorAll('h3')]
        return {
          facts: Object.fromEntries([...e.querySelectorAll('.facts > div')].map((d) => [d.firstElementChild.innerText, d.lastElementChild.innerText])),
          waits: heads.filter((h) => h.innerText.startsWith('What the request')).flatMap((h) => [...h.nextElementSibling.children].map((l) => [l.childNodes[1].textContent, l.querySelector('.number').innerText])),
          events: [...e.querySelectorAll('.events tbody tr')].map((r) => [r.cells[0].innerText, r.querySelector('.mono').innerText]),
          count: Number(heads.find((h) => h.innerText.startsWith('Attributes')).querySelector('span').innerText),
        }
      }, { row: s.row, id: s.id })
      near(facts.Duration, s.ns, `${s.name}: Duration`)
      nearOrNone(facts.Self, s.self, `${s.name}: Self`)
      nearOrNone(facts['Critical path'], s.critical, `${s.name}: Critical path`)
      signed(facts.Begins, s.offset, `${s.name}: Begins`)
      assert.deepEqual([facts.Kind, count, /^error/.test(facts.Status)], [s.kind || 'unspecified', Object.keys(s.attributes).length, s.failed])
      const sums = new Map()
      for (const [label] of waits) sums.set(label, (sums.get(label) ?? 0) + 1)
      for (const [label, took] of waits) if (sums.get(label) === 1) near(took, s.waits.find((w) => w.label === label).ns, `${s.name}: ${label}`)
      assert.deepEqual([...sums.keys()].sort(), s.waits.map((w) => w.label).sort())
      assert.deepEqual(events.map(([, name]) => name), s.events.toSorted((a, b) => Number(a.at - b.at)).map((e) => e.name))
      for (const [time, name] of events) signed(time, Number(s.events.find((e) => e.name === name).at - s.from), `${s.name}: ${name}`)
    }
  }

  /** ofTheGraph: nodes, what they say, and which edge leads where. */
  async function ofTheGraph(t) {
    await tab('Node graph')
    const nodes = page.getByRole('group', { name: 'Node graph of the trace' }).locator('.node')
    await nodes.first().waitFor()
    const seen = await nodes.evaluateAll((all) => all.map((g) => ({ says: g.querySelector('[data-node]').ariaLabel, texts: [...g.querySelectorAll('text')].map((x) => x.textContent), at: g.getAttribute('transform').match(/-?[\d.]+/g).map(Number), box: [g.querySelector('rect').width.baseVal.value, g.querySelector('rect').height.baseVal.value] })))
    assert.equal(seen.length, t.spans.length)
    for (const [i, s] of t.spans.entries()) {
      const { says, texts } = seen[i]
      const [, name, total, shareTotal, self, shareSelf, failed] = /^(.+): total (.+) \((.+)\), self (.+) \((.+)\)(?:, (\d+) failed)?$/.exec(says)
      assert.equal(name, `${s.name}, ${s.service}`)
      near(total, s.ns, `${name}: total`)
      shareOf(shareTotal.replace('>', ''), s.ns / t.length, `${name}: of the trace`)
      near(self, s.self, `${name}: self`)
      if (s.ns > 0) shareOf(shareSelf.replace('>', ''), s.self / s.ns, `${name}: of its total`)
      assert.equal(Number(failed ?? 0), Number(s.failed))
      assert.deepEqual(texts.slice(-2), [`${total} (${shareTotal})`, `${self} (${shareSelf})`], 'what is read is what is said')
      shareOf(texts[0].replace('>', ''), Math.min(1, s.self / t.length), `${name}: its ring`)
    }
    const edges = await page.getByRole('group', { name: 'Node graph of the trace' }).locator('path.edge').evaluateAll((all) => all.map((p) => p.getAttribute('d').match(/-?[\d.]+/g).map(Number)))
    const nodeAt = (x, y) => seen.findIndex(({ at: [left, top], box: [w, h] }) => x > left - 6 && x < left + w + 6 && Math.abs(y - top - h / 2) < 1)
    assert.deepEqual(edges.map((d) => `${nodeAt(d[0], d[1])} ${nodeAt(d.at(-2), d.at(-1))}`).sort(), t.spans.filter((s) => s.above).map((s) => `${s.above.row} ${s.row}`).sort(), 'edges from parents to children')
  }

  const framesSeen = () => page.getByRole('group', { name: 'Frames' }).getByRole('button').evaluateAll((all) => all.map((b) => ({ says: b.ariaLabel, row: Number(b.dataset.row), left: b.style.left, width: b.style.width })))

  /** ofTheFlames: each span at its time, and paths put together, as wide as they have to be. */
  async function ofTheFlames(t) {
    await tab('Flame graph')
    await page.getByRole('group', { name: 'Frames' }).getByRole('button').first().waitFor()
    const said = (says) => /^(.+?) ([\d.]+ (?:ns|µs|ms|s|min|h)(?: \d+ \S+)?), (.+?): (.+) of the (?:trace|total), self ([^,]+)(?:, ([\d ]+) spans)?$/.exec(says)
    const holds = (frames, wants, of, what) => {
      const together = frames.filter((f) => /too short to be seen/.test(f.says)).reduce((n, f) => n + number(f.says.split(' ')[0]), 0)
      const whole = frames.filter((f) => !/too short to be seen/.test(f.says))
      assert.equal(whole.length + together, wants.length, `${what}: ${whole.length} frames and ${together} together`)
      const left = [...wants]
      for (const f of whole) {
        const [, name, total, service, share, self, count] = said(f.says)
        const i = left.findIndex((w) => w.name === name && w.service === service && Math.abs(percent(f.left) - 100 * w.from) < 0.1 && Math.abs(percent(f.width) - 100 * (w.to - w.from)) < 0.1)
        assert.ok(i >= 0, `${what}: no frame is ${f.says} at ${f.left}, ${f.width} wide; there are ${left.filter((w) => w.name === name).map((w) => `${100 * w.from} ${100 * w.to}`)}`)
        const [w] = left.splice(i, 1)
        near(total, of(w).total, f.says)
        nearOrNone(self, of(w).self, f.says)
        shareOf(share.replace('>', ''), w.to - w.from, f.says)
        assert.equal(number(count ?? '1'), of(w).count, f.says)
        assert.equal(f.row >= w.depth, true, 'below its parent')
      }
      for (const a of whole) for (const b of whole) assert.ok(a === b || a.row !== b.row || percent(a.left) >= percent(b.left) + percent(b.width) - 0.1 || percent(b.left) >= percent(a.left) + percent(a.width) - 0.1, `${a.says} and ${b.says} lie on each other`)
    }
    holds(await framesSeen(), t.spans.map((s) => ({ ...s, from: s.offset / t.whole, to: (s.offset + s.ns) / t.whole })), (s) => ({ total: s.ns, self: s.self, count: 1 }), 'by time')
    await page.getByRole('button', { name: 'By path' }).click()
    const paths = rowsOf(t.spans, wayOf)
    const frames = []
    // A path is as wide as its share of its parent's time, or of its siblings' where they ran at once.
    const put = (siblings, from, width, depth, least) => {
      const whole = Math.max(least, siblings.reduce((sum, [, p]) => sum + p.total, 0), 1)
      for (const [way, p] of siblings) {
        const w = (p.total / whole) * width
        frames.push({ ...p, name: p.spans[0].name, service: p.spans[0].service, from, to: from + w, depth })
        put([...paths].filter(([, c]) => c.spans[0].above && wayOf(c.spans[0].above) === way), from, w, depth + 1, p.total)
        from += w
      }
    }
    put([...paths].filter(([, p]) => !p.spans[0].above), 0, 1, 0, 0)
    await until('paths', async () => (await page.getByRole('button', { name: 'By path' }).getAttribute('aria-pressed')) === 'true')
    holds(await framesSeen(), frames, (p) => p, 'by path')
  }

  async function ofTheStatistics(t) {
    await tab('Statistics')
    const table = region('Statistics')
    for (const [by, key] of [['name', (s) => s.name], ['service', (s) => s.service], ['both', (s) => `${s.name} ${s.service}`]]) {
      await table.getByLabel('Spans by').selectOption(by)
      const want = rowsOf(t.spans, key)
      await until('its rows', async () => (await table.locator('tbody tr').count()) === want.size)
      const cells = await cellsOf(table.locator('tbody tr'))
      assert.deepEqual(cells.map(([who]) => who).sort(), [...want.keys()].sort(), `by ${by}`)
      for (const [who, count, total, self, critical, average, least, p50, p90, most, errors] of cells) {
        const r = want.get(who)
        assert.equal(number(count), r.count, who)
        assert.equal(errors, r.errors > 0 ? String(r.errors) : none, `${who}: errors`)
        for (const [text, ns, what] of [[total, r.total, 'total'], [self, r.self, 'self'], [average, r.average, 'average'], [least, r.least, 'least'], [p50, r.p50, 'p50'], [p90, r.p90, 'p90'], [most, r.most, 'most']]) near(text, ns, `${who}: ${what}`)
        const [took, share] = critical.split(/\s+(?=\S+ %$)/)
        nearOrNone(took, r.critical, `${who}: on the critical path`)
        if (r.critical > 0) shareOf(share.replace('>', ''), r.critical / t.waited, `${who}: share of the critical path`)
      }
    }
    await table.getByLabel('Spans by').selectOption('name')
  }

  async function ofTheEvents(t) {
    await tab('Events')
    const log = region('Events of the trace')
    const want = t.spans.flatMap((s) => [...s.events.map((e) => ({ s, name: e.name, at: Number(e.at - t.begin) })), ...(s.failed ? [{ s, name: 'failed', at: s.offset + s.ns }] : [])]).sort((a, b) => a.at - b.at)
    if (want.length === 0) return log.getByText('No span of this trace has events').waitFor()
    await log.getByText(`${want.length} event${want.length === 1 ? '' : 's'}`, { exact: true }).waitFor()
    const seen = (await log.locator('[data-event]').evaluateAll((all) => all.map((b) => [parseFloat(b.style.top), b.dataset.event, b.children[0].innerText, b.children[2].innerText]))).sort((a, b) => a[0] - b[0])
    for (const [i, [, name, at, span]] of seen.entries()) {
      const among = want.filter((w) => w.at === want[i].at && w.name === name)
      assert.ok(among.some((w) => span === `${w.s.name} ${w.s.service}`), `line ${i} is ${name} of ${span}`)
      if (want[i].at !== 0) signed(at, want[i].at, `${name} of ${span}`)
    }
  }

  const views = { 'rows, bars, events and critical path': ofTheWaterfall, 'header and parts': ofTheHeader, 'details of each span': ofTheDetails, 'node graph': ofTheGraph, 'flame graph': ofTheFlames, statistics: ofTheStatistics, 'log of events': ofTheEvents }

  async function holdsAll(what, id, t) {
    await page.getByRole('treeitem').first().waitFor()
    for (const [view, holds] of Object.entries(views)) {
      await holds(t).catch((error) => {
        error.message = `${view} of a trace ${what} (${id}): ${error.message}`
        throw error
      })
    }
  }
  const warningsSeen = () => page.locator('main .notice').allInnerTexts()

  return { region, tab, cellsOf, rowsSeen, warningsSeen, holdsAll }
}
