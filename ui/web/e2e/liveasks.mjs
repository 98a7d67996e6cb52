/**
 * What panels ask of a live site, in Chromium: the same query once, nothing for a panel
 * out of sight or in a row that is folded, and nothing any more of a time that was left.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/liveasks.mjs
 *
 * CONTROL tells how often the store was asked which query, and how often its asker went
 * before the answer; what asks for "held" has none. TO is a time other than now, in Unix
 * milliseconds.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const asked = async () => (await fetch(process.env.CONTROL)).json()
const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 15_000) * 15_000 // a multiple of the step
const from = to - 60_000
const count = 'supersonic_gateway_request_duration_seconds_count'

await reader(site, async ({ page, does, until, quiet, panel, textOf, json, promql, series }) => {
  const range = (expr) => [{ refId: 'A', expr, range: true, legendFormat: 'all' }]
  const instant = (expr) => [{ refId: 'A', expr, instant: true, range: false }]
  const last = { options: { graphMode: 'none', reduceOptions: { calcs: ['lastNotNull'] } } }
  const made = (type, title, x, y, w, h, targets, more) => ({ type, title, gridPos: { x, y, w, h }, interval: '5s', fieldConfig: { defaults: { unit: 'none', decimals: 2 }, overrides: [] }, targets, ...more })
  const saved = async (title, panels) => (await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: { uid: '', title, schemaVersion: 41, panels: panels.map((p, i) => ({ id: i + 1, ...p })) } })).uid
  const opens = async (uid, params = `from=${from}&to=${to}`) => {
    await page.goto(`${site}/d/${uid}?${params}&refresh=&timezone=utc`)
    await page.locator('[data-panel]').first().waitFor()
  }

  await does('panels that ask the same ask the store once, and each shows it as it is told to', async () => {
    const [over, at] = [`sum(rate(${count}[30s]))`, `sum(${count})`]
    const legend = { legend: { displayMode: 'table', calcs: ['lastNotNull', 'mean'] } }
    await opens(await saved('The same', [
      made('timeseries', 'Chart', 0, 0, 8, 6, range(over), { options: legend }), made('stat', 'Last', 8, 0, 8, 6, range(over), last), made('stat', 'Highest', 16, 0, 8, 6, range(over), { options: { graphMode: 'none', reduceOptions: { calcs: ['max'] } } }),
      made('stat', 'Sum', 0, 6, 8, 6, instant(at), last), made('gauge', 'Sum as a gauge', 8, 6, 8, 6, instant(at), last),
    ]))
    await panel('Sum as a gauge').locator('svg').first().waitFor()
    await quiet()
    const times = await asked()
    assert.deepEqual([times[over].Times, times[at].Times], [1, 1])
    const values = (await series(over, from / 1000, to / 1000, 5))[0].values.map(([, v]) => Number(v))
    const sum = Number((await promql(at, to / 1000))[0].value[1]).toFixed(2)
    for (const [title, want] of [['Last', values.at(-1).toFixed(2)], ['Highest', Math.max(...values).toFixed(2)], ['Sum', sum], ['Sum as a gauge', sum]]) assert.equal(await textOf(title), want, title)
    const row = await panel('Chart').locator('.legend tbody tr').evaluate((tr) => [...tr.cells].map((c) => c.innerText.trim()))
    assert.deepEqual(row, ['all', ...[values.at(-1), values.reduce((a, b) => a + b, 0) / values.length].map((v) => v.toFixed(2))])
  })

  await does('a panel out of sight asks nothing until it is scrolled to, one of a folded row until that is opened', async () => {
    const query = (n) => `sum(${count}) * ${n}`
    const folded = made('stat', 'Within', 0, 49, 24, 6, instant(query('0.5')), { id: 50, ...last })
    const numbers = [1, 2, 3, 4, 5, 6, 7]
    await page.setViewportSize({ width: 1200, height: 700 })
    await opens(await saved('A long one', [...numbers.map((n) => made('stat', `Times ${n}`, 0, 7 * (n - 1), 24, 7, instant(query(n)), last)), { type: 'row', title: 'Folded', collapsed: true, gridPos: { x: 0, y: 49, w: 24, h: 1 }, panels: [folded] }]))
    await panel('Times 1').locator('.value').waitFor()
    await quiet()
    const near = await page.locator('[data-panel]').evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().top < innerHeight + 100).length)
    assert.ok(near >= 2 && near < numbers.length - 1, `${near} are near`)
    const now = await asked()
    assert.deepEqual([...numbers, '0.5'].map((n) => now[query(n)]?.Times ?? 0), [...numbers.map((n) => (n <= near ? 1 : 0)), 0])
    const [{ value: [, all] }] = await promql(`sum(${count})`, to / 1000)
    await panel('Times 7').scrollIntoViewIfNeeded()
    await until('the last has its value', async () => (await textOf('Times 7')) === (7 * all).toFixed(2) || textOf('Times 7'))
    await page.getByRole('button', { name: 'Folded (1 panel)', exact: true }).click()
    await panel('Within').scrollIntoViewIfNeeded()
    await until('the one within has its value', async () => (await textOf('Within')) === (0.5 * all).toFixed(2) || textOf('Within'))
    const then = await asked()
    assert.deepEqual([1, 7, '0.5'].map((n) => then[query(n)].Times), [1, 1, 1])
  })

  await does('what is asked of a time that is left, or of a page that is left, is cancelled at the store; what is quick does not wait for it', async () => {
    const held = `sum(${count}{model="held"})`
    const quick = `sum(${count}) * 8`
    const figure = async (time) => (8 * Number((await promql(`sum(${count})`, time / 1000))[0].value[1])).toFixed(2)
    await opens(await saved('One is slow', [made('stat', 'Slow', 0, 0, 12, 6, instant(held), last), made('stat', 'Quick', 12, 0, 12, 6, instant(quick), last)]))
    const is = (times, gone) => until(`asked ${times} times, ${gone} of them left`, async () => {
      const now = (await asked())[held]
      return (now?.Times === times && now.Gone === gone) || now
    })
    await until('the quick one', async () => (await textOf('Quick')) === await figure(to) || textOf('Quick'))
    await is(1, 0)
    assert.equal(await panel('Slow').getAttribute('aria-busy'), 'true')
    await page.getByRole('button', { name: 'Earlier', exact: true }).click()
    await until('the address has another time', () => !page.url().includes(`to=${to}`))
    const before = Number(new URL(page.url()).searchParams.get('to'))
    await is(2, 1)
    await until('the quick one of that time', async () => (await textOf('Quick')) === await figure(before) || textOf('Quick'))
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Status/ }).click()
    await is(2, 2)
  })
})
