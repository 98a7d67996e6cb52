/**
 * What the waterfall draws of a trace of 10,000 spans, and what a search in it finds:
 * trace.mjs opens the page. Rows are held against the spans that the store has, put in
 * order here by plain means.
 */
import assert from 'node:assert/strict'
import { near, nanoseconds, spansOf } from './spans.mjs'

const percent = (style) => Number(/([\d.e-]+)%/.exec(style)[1])

/** inOrder are spans as a tree is read: children below their parent, by their begin; each knows its depth, its place and when it begins. */
function inOrder(spans) {
  const below = new Map()
  for (const s of spans) below.set(s.parent, [...(below.get(s.parent) ?? []), s])
  const [root] = below.get('')
  const all = []
  const put = (s, depth, above) => {
    all.push(Object.assign(s, { depth, above, row: all.length, offset: Number(s.from - root.from) }))
    for (const c of (below.get(s.id) ?? []).sort((a, b) => Number(a.from - b.from))) put(c, depth + 1, s)
  }
  put(root, 0, null)
  assert.equal(all.length, spans.length)
  return all
}

/** largeTrace are the steps of a reader of a large trace. */
export function largeTrace({ site, page, until, json }) {
  const tree = page.getByRole('tree', { name: 'Spans of the trace' })
  const spansAt = async (id) => inOrder(spansOf({ batches: (await json(`/api/traces/${id}/otlp`)).resourceSpans }, (s) => s ?? ''))
  const rowsSeen = () => page.getByRole('treeitem').evaluateAll((all) => all.map((r) => ({
    row: Number(r.dataset.row), depth: Number(r.ariaLevel) - 1, name: r.querySelector('.text').innerText, service: r.querySelector('.pod').innerText, duration: r.querySelector('.label').innerText.trim(),
    says: r.ariaLabel, failed: r.querySelector('.flag.bad') !== null, left: r.querySelector('.bar').style.left, width: r.querySelector('.bar').style.width, ticks: [...r.querySelectorAll('.tick')].map((t) => t.title),
  })))
  /** scrollsTo goes to a part of the list and waits until the rows there are drawn. */
  const scrollsTo = async (part) => {
    await tree.evaluate((tree, part) => { const s = tree.parentElement; s.scrollTop = part * (s.scrollHeight - s.clientHeight) }, part)
    await until(`the rows at ${part} are drawn`, () => tree.evaluate((tree) => {
      const seen = tree.parentElement.getBoundingClientRect()
      const drawn = [...tree.querySelectorAll('[role="treeitem"]')].map((e) => e.getBoundingClientRect())
      return drawn.some((r) => r.top <= seen.top + 2 && r.bottom > seen.top) && drawn.some((r) => r.bottom >= seen.bottom - 2 && r.top < seen.bottom)
    }))
  }

  async function rowsAreTheSpans(id) {
    const spans = await spansAt(id)
    await page.goto(`${site}/trace/${id}`)
    await tree.waitFor()
    const [root] = await rowsSeen()
    const scale = percent(root.width) / spans[0].ns // one axis for all rows
    const isAt = (style, offset, what) => assert.ok(Math.abs(percent(style) - percent(root.left) - offset * scale) < 0.11, `${what}: its bar is at ${style}, the root's at ${root.left}; it begins ${offset} ns after it`)
    const looked = new Set()
    for (const part of [0, 0.137, 0.5, 0.81, 1]) {
      await scrollsTo(part)
      const rows = await rowsSeen()
      assert.ok(rows.length >= 10, `${rows.length} rows at ${part}`)
      for (const r of rows) {
        const s = spans[r.row]
        assert.deepEqual([r.name, r.service, r.depth, r.failed], [s.name, s.service, s.depth, s.failed], `row ${r.row}`)
        near(r.duration, s.ns, `row ${r.row}`)
        near(r.says.slice(`${s.name}, ${s.service}, `.length).split(',')[0], s.ns, `row ${r.row}, said`)
        isAt(r.left, s.offset, `row ${r.row}`)
        assert.ok(Math.abs(percent(r.width) - s.ns * scale) < 0.11, `row ${r.row}: its bar is ${r.width} wide`)
        const told = r.ticks.flatMap((t) => t.split('\n')).map((t) => /^(\S+?),? ([\d.]+ \S+) (before|into) the span$/.exec(t))
        assert.deepEqual(told.map(([, name]) => name).sort(), s.events.map((e) => e.name).sort(), `row ${r.row}: its events`)
        for (const [, name, time] of told) near(time, Number(s.events.find((e) => e.name === name).at - s.from), `row ${r.row}: ${name}`)
        looked.add(r.row)
      }
      // What a span says of itself, where the list stands.
      const s = spans[rows[Math.floor(rows.length / 2)].row]
      await tree.locator(`[data-row="${s.row}"]`).click()
      const detail = page.getByRole('complementary', { name: `Span ${s.name}` }).filter({ hasText: s.id })
      await detail.waitFor()
      const facts = Object.fromEntries(await detail.locator('.facts > div').evaluateAll((all) => all.map((d) => [d.firstElementChild.innerText, d.lastElementChild.innerText])))
      near(facts.Duration, s.ns, `${s.id}: Duration`)
      const begins = nanoseconds(facts.Begins.replace('+', ''))
      assert.ok(Math.abs(begins - s.offset) <= 0.006 * s.offset + 1, `${s.id}: Begins ${facts.Begins}, it is ${s.offset} ns`)
      await page.keyboard.press('Escape')
    }
    assert.ok(looked.has(0) && looked.has(spans.length - 1) && looked.size > 60, `${looked.size} rows were looked at, from the first to the last`)
  }

  async function findsAmongThem(id) {
    const spans = await spansAt(id)
    const fit = spans.filter((s) => s.failed) // their status says so, and theirs alone
    await page.goto(`${site}/trace/${id}`)
    await tree.waitFor()
    const find = page.getByRole('search', { name: 'Search in this trace' })
    await find.getByLabel('Find in the trace').fill('out of memory')
    await find.getByText(new RegExp(`^${fit.length} matches`)).waitFor()
    await page.getByRole('treeitem').first().focus()
    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keys' })
    await keys.waitFor()
    const listed = Object.fromEntries(await keys.locator('dt').evaluateAll((all) => all.map((dt) => [dt.innerText, dt.nextElementSibling.innerText])))
    assert.deepEqual([listed.n, listed.p], ['next match in the trace', 'match before in the trace'])
    await page.keyboard.press('Escape')
    /** isThe waits until the match of a number is chosen and seen. */
    const isThe = async (n) => {
      const s = fit[n]
      await find.getByText(`${n + 1} of ${fit.length} matches`).waitFor()
      const row = tree.locator(`[data-row="${s.row}"]`)
      await until(`match ${n + 1} is in view and chosen`, () => row.evaluate((r) => {
        const [box, seen] = [r, r.closest('[role="tree"]').parentElement].map((e) => e.getBoundingClientRect())
        return r.ariaSelected === 'true' && box.top >= seen.top - 1 && box.bottom <= seen.bottom + 1
      }))
      await page.getByRole('complementary', { name: `Span ${s.name}` }).filter({ hasText: s.id }).waitFor()
    }
    for (const [key, n] of [['n', 0], ['n', 1], ['n', 2], ['p', 1], ['p', 0], ['p', fit.length - 1], ['n', 0]]) { // round the end
      await page.keyboard.press(key)
      await isThe(n)
    }
    await find.getByLabel('only matches').check()
    const want = [...new Set(fit.flatMap((s) => { const way = []; for (let a = s; a; a = a.above) way.push(a.row); return way }))].sort((a, b) => a - b)
    await until(`${want.length} rows: the matches and what is above them`, async () => (await page.getByRole('treeitem').count()) === want.length || page.getByRole('treeitem').count())
    assert.deepEqual((await rowsSeen()).map((r) => r.row).sort((a, b) => a - b), want)
  }

  return { rowsAreTheSpans, findsAmongThem }
}
