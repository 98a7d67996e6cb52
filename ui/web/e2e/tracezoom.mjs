/**
 * A part of a trace: a stretch that is drawn on the minimap, and the spans that a search
 * finds. tracefigures.mjs opens the page and gives what tracetruth.mjs works out.
 */
import assert from 'node:assert/strict'
import { nanoseconds, near } from './spans.mjs'

/** zoomSteps are the steps of a reader; t is a trace as truthOf has it. */
export function zoomSteps({ site, page, until, shot }) {
  const percent = (style) => Number(/(-?[\d.e-]+)%/.exec(style)[1])
  const opens = async (id, query = '') => {
    await page.goto(`${site}/trace/${id}${query}`)
    await page.getByRole('treeitem').first().waitFor()
  }
  const zoom = () => new URL(page.url()).searchParams.get('zoom')
  const mini = page.locator('.mini[title^="Drag"]')

  /** seen is what the rows and the axis have, in percent of the lane. */
  const seen = () => page.evaluate(() => ({
    rows: [...document.querySelectorAll('[role="treeitem"]')].sort((a, b) => a.dataset.n - b.dataset.n).map((r) => {
      const bar = r.querySelector('.bar')
      return { says: r.ariaLabel, bar: bar && [bar.style.left, bar.style.width], label: r.querySelector('.label').innerText.trim(), miss: r.classList.contains('miss'), ticks: [...r.querySelectorAll('.tick')].map((k) => [k.title, k.style.left]) }
    }),
    axis: [...document.querySelectorAll('.scale span')].map((e) => [e.innerText, e.style.left]),
  }))

  /** axisOf is what the whole axis shows, in nanoseconds from the trace's begin, by its longest bar. */
  async function axisOf(t) {
    const { rows } = await seen()
    const longest = t.spans.reduce((a, b) => (b.ns > a.ns ? b : a))
    const [left, width] = rows[longest.row].bar.map(percent)
    const perNs = width / longest.ns
    const from = longest.offset - left / perNs
    return { from, to: from + 100 / perNs }
  }

  /** holds fails unless everything stands where a stretch of time puts it. */
  async function holds(t, axis, what) {
    const at = (offset) => ((offset - axis.from) / (axis.to - axis.from)) * 100
    const clipped = (offset) => Math.min(100, Math.max(0, at(offset)))
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    const { rows, axis: marks } = await seen()
    for (const s of t.spans) {
      const { bar, label, ticks, says } = rows[s.row]
      const [begin, end] = [s.offset, s.offset + s.ns]
      if (Math.min(Math.abs(at(end)), Math.abs(at(begin) - 100)) > 0.5) { // at the very edge it may be either
        assert.equal(bar !== null, end >= axis.from && begin <= axis.to, `${what}: ${says} is ${begin} to ${end} of ${axis.from} to ${axis.to}`)
        if (!bar) assert.ok(begin > axis.to ? label === '›' : label.startsWith('‹ '), `${what}: ${says} tells on which side it is: ${label}`)
      }
      if (bar) {
        assert.ok(Math.abs(percent(bar[0]) - clipped(begin)) < 0.3 && Math.abs(percent(bar[1]) - (clipped(end) - clipped(begin))) < 0.3, `${what}: ${says} is at ${bar}, it is ${clipped(begin)} to ${clipped(end)}`)
        near(label, s.ns, `${what}: ${says} is as long as before`)
      }
      const events = s.events.map((e) => ({ name: e.name, at: Number(e.at - t.begin) }))
      for (const [title, left] of ticks) for (const line of title.split('\n')) {
        const among = events.filter((e) => line.startsWith(`${e.name}, `))
        assert.ok(among.some((e) => Math.abs(percent(left) - clipped(e.at)) < 0.4), `${what}: ${line} is at ${left}, it is ${among.map((e) => at(e.at))}`)
      }
      const told = ticks.flatMap(([title]) => title.split('\n')).length
      const inside = (margin) => events.filter((e) => at(e.at) > margin && at(e.at) < 100 - margin).length
      assert.ok(told >= inside(0.5) && told <= inside(-0.5), `${what}: ${told} ticks of ${says}, ${inside(0)} events within`)
    }
    assert.ok(marks.length >= 2, `${what}: the axis has marks: ${JSON.stringify(marks)}`)
    const step = Math.abs(nanoseconds(marks[1][0]) - nanoseconds(marks[0][0]))
    for (const [text, left] of marks) assert.ok(Math.abs(at(nanoseconds(text)) - percent(left)) < 0.3 + 0.06 * (step / (axis.to - axis.from)) * 100, `${what}: the mark ${text} is at ${left}, it is ${at(nanoseconds(text))}`)
  }

  /** drags draws on the minimap, between shares of its width. */
  async function drags(a, b) {
    const box = await mini.boundingBox()
    await page.mouse.move(box.x + a * box.width, box.y + 8)
    await page.mouse.down()
    await page.mouse.move(box.x + b * box.width, box.y + 20, { steps: 4 })
    await page.mouse.up()
    return 1 / box.width // what a pixel is of it
  }

  async function zooms(id, t) {
    await opens(id)
    const whole = await axisOf(t)
    await holds(t, whole, 'the whole trace')
    const time = (share) => whole.from + share * (whole.to - whole.from)
    /** drawn draws a stretch and holds what is shown then. */
    const drawn = async (what, a, b, [low, high] = [Math.min(a, b), Math.max(a, b)]) => {
      const was = zoom()
      const pixel = (await drags(a, b)) * (whole.to - whole.from)
      await until(`${what}: the address has it`, () => (zoom() !== null && zoom() !== was) || page.url())
      const [, from, to] = /^(-?\d+)-(-?\d+)$/.exec(zoom()).map(Number)
      assert.ok(Math.abs(from - time(low)) <= 1.5 * pixel && Math.abs(to - time(high)) <= 1.5 * pixel, `${what}: ${from} to ${to}, drawn were ${time(low)} to ${time(high)}`)
      await holds(t, { from, to }, what)
      return { from, to }
    }
    const { to: end } = await drawn('a stretch', 0.2, 0.65)
    await shot('zoom-stretch')
    await drawn('another, from its end', 0.9, 0.5)
    await mini.dblclick({ position: { x: 200, y: 30 } })
    await until('the whole trace again', () => zoom() === null || page.url())
    await holds(t, whole, 'the whole trace again')
    // One end by its handle: the other stays.
    await drawn('a stretch', 0.2, 0.65)
    const box = await mini.boundingBox()
    const pixel = (whole.to - whole.from) / box.width
    const was = zoom()
    const handle = await page.getByRole('slider', { name: 'Begin of what is shown' }).boundingBox()
    await page.mouse.move(handle.x + handle.width / 2, handle.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + 0.4 * box.width, handle.y + 20, { steps: 3 })
    await page.mouse.up()
    await until('by the handle: the address has it', () => zoom() !== was || page.url())
    const [, from, to] = /^(-?\d+)-(-?\d+)$/.exec(zoom()).map(Number)
    assert.ok(Math.abs(from - time(0.4)) <= 1.5 * pixel && Math.abs(to - end) <= 1.5 * pixel, `by the handle: ${from} to ${to}`)
    await holds(t, { from, to }, 'by the handle')
    await page.reload()
    await page.getByRole('treeitem').first().waitFor()
    await holds(t, { from, to }, 'after a reload')
    if (-whole.from > 0.05 * whole.to) { // wide enough to be drawn on, of what happened before the trace began
      await page.getByRole('button', { name: 'Whole trace' }).click()
      const share = -whole.from / (whole.to - whole.from)
      await drawn('before the trace', share * 0.3, share * 0.8)
    }
  }

  /** matches is how many a search says that it has; NaN while it says nothing. */
  const matches = (text) => (/^no match/.test(text.trim()) ? 0 : Number(/([\d ]+) match/.exec(text)?.[1].replaceAll(' ', '') || NaN))

  async function onlyMatches(id, t) {
    await opens(id)
    const find = page.getByRole('search', { name: 'Search in this trace' })
    const sizes = t.spans.map((s) => s.ns).sort((a, b) => a - b)
    const least = Math.ceil(sizes[Math.floor(sizes.length * 0.6)] / 1000)
    const word = t.spans.at(-1).name
    const has = (s, text) => [s.name, s.service, s.id, s.failed ? 'error failed' : '', ...Object.entries({ ...s.resource, ...s.attributes }).flat(), ...s.events.map((e) => e.name)].join('\n').toLowerCase().includes(text)
    await find.getByRole('button', { name: 'More conditions' }).click()
    for (const [what, fields, fits] of [
      ['a word', { 'Find in the trace': word }, (s) => has(s, word.toLowerCase())], ['durations', { 'Shortest duration': `${least}us` }, (s) => s.ns >= least * 1000],
      ['both', { 'Find in the trace': t.root.service, 'Longest duration': `${least}us` }, (s) => has(s, t.root.service.toLowerCase()) && s.ns <= least * 1000],
      ['a service and a name', { Service: t.spans.at(-1).service, 'Span name': word.slice(0, 3) }, (s) => s.service === t.spans.at(-1).service && s.name.toLowerCase().includes(word.slice(0, 3).toLowerCase())],
    ]) {
      for (const [label, value] of Object.entries(fields)) await (label === 'Service' ? find.getByLabel(label, { exact: true }).selectOption(value) : find.getByLabel(label, { exact: true }).fill(value))
      const found = t.spans.filter(fits)
      await until(`${what}: ${found.length} matches`, async () => matches(await find.getByRole('status').innerText()) === found.length || find.getByRole('status').innerText())
      await find.getByLabel('only matches').check()
      const keep = new Set()
      for (const s of found) for (let up = s; up; up = up.above) keep.add(up)
      const want = t.spans.filter((s) => keep.has(s))
      await until(`${what}: ${want.length} rows`, async () => (await page.getByRole('treeitem').count()) === want.length || page.getByRole('treeitem').count())
      const { rows } = await seen()
      for (const [i, s] of want.entries()) {
        assert.ok(rows[i].says.startsWith(`${s.name}, ${s.service}, `), `${what}: row ${i} is ${s.name} of ${s.service}, not ${rows[i].says}`)
        assert.equal(rows[i].miss, !fits(s), `${what}: ${rows[i].says} ${fits(s) ? 'fits' : 'is only above one that does'}`)
      }
      if (found.length > 1) { // round and round
        const chosen = () => new URL(page.url()).searchParams.get('span')
        for (let i = 0; i < 4; i++) {
          const row = t.spans.find((s) => s.id === chosen())?.row ?? -1
          const next = found.find((s) => s.row > row) ?? found[0]
          await find.getByRole('button', { name: 'Next match' }).click()
          await until(`${what}: the next match`, () => chosen() === next.id || page.url())
        }
      }
      await find.getByRole('button', { name: 'Clear the search' }).click()
      await until('all rows again', async () => (await page.getByRole('treeitem').count()) === t.spans.length)
    }
  }

  return { zooms, onlyMatches }
}
