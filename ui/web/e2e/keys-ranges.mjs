/**
 * A time range that is chosen by keys, in Chromium, on a chart, a heat map and a state
 * timeline of a dashboard and on a chart of Explore. The address has then what the panel told.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/keys-ranges.mjs
 */
import assert from 'node:assert/strict'
import { keyboard } from './keyboard.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, quiet, shot, json, reads } = await open(site)
const { press, chord } = keyboard(page, until)
const to = Math.floor(Date.now() / 3600e3) * 3600e3
const from = to - 3600e3
const range = `from=${from}&to=${to}&timezone=utc&refresh=`
const panels = ['timeseries', 'heatmap', 'state-timeline'].map((type, i) => ({ id: i + 1, type, title: `A ${type}`, gridPos: { x: 0, y: 10 * i, w: 24, h: 10 }, interval: '60s', targets: [{ refId: 'A', expr: 'waves', range: true }], ...(type === 'heatmap' ? { options: { calculate: true } } : {}) }))
const { uid } = await json('api/dashboards/save', { model: { title: 'Ranges', schemaVersion: 41, panels, templating: { list: [] } }, version: 0, message: '', copy: true })

const { dataSources } = await json('api/site')
/** waves are the values of each wave by their times, as the store itself has them. */
const waves = new Map((await json(`api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'prometheus').uid}/api/v1/query_range?${new URLSearchParams({ query: 'waves', start: from / 1000, end: to / 1000, step: 60 })}`)).data.result.map((s) => [s.metric.name, new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]))

const address = () => ['from', 'to'].map((name) => Number(new URL(page.url()).searchParams.get(name)))
const moment = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/
/** ends are the two times that a panel tells of its range. */
const ends = (text) => {
  const found = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) to (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/.exec(text)
  return found && found.slice(1).map((t) => Date.parse(`${t.replace(' ', 'T')}Z`))
}

/** chooses takes a range on a plot; drawn is what a drag of the mouse draws as well. */
async function chooses(plot, drawn, key) {
  const said = () => plot.locator('xpath=ancestor-or-self::*[.//*[@aria-live]][1]').locator('[aria-live]').first().innerText()
  const wide = () => drawn.evaluateAll((all) => Math.max(0, ...all.map((e) => e.getBoundingClientRect().width)))
  await plot.focus()
  for (const k of [key, key, key]) await press(k)
  const here = await until('the cursor is told', async () => moment.test(await said())).then(said)
  const cursor = Date.parse(`${moment.exec(here)[0].replace(' ', 'T')}Z`)
  assert.equal(await wide(), 0, 'nothing is chosen yet')
  for (let i = 0; i < 5; i++) await press(`Shift+${key}`)
  await until('a range is told', async () => ends(await said()) !== null || said())
  const five = ends(await said())
  assert.ok(five[0] <= cursor && cursor <= five[1], `it begins at the cursor, ${here}: ${await said()}`)
  await until('it is drawn', async () => (await wide()) > 8 || wide())
  await shot(`range-by-keys-${key}`)

  await press('Escape')
  await until('it is given up', async () => (await wide()) === 0)
  assert.deepEqual(address(), [from, to])
  assert.ok(await plot.evaluate((e) => e === document.activeElement), 'Escape did nothing else')
  assert.ok(moment.test(await said()) && ends(await said()) === null, `the cursor stays: ${await said()}`)

  for (let i = 0; i < 4; i++) await press(`Shift+${key}`)
  const told = ends(await said())
  await page.keyboard.press('Enter')
  await until('the address has it', () => JSON.stringify(address()) === JSON.stringify(told) || [address(), told])
  assert.ok(told[1] - told[0] >= 4 * 15_000, `some minutes: ${told[1] - told[0]} ms`)
  await until('nothing is chosen any more', async () => (await wide()) === 0)
  await until('the panel keeps the focus', () => plot.evaluate((e) => e === document.activeElement))
  return told
}

await reads(async () => {
  const panel = (title) => page.locator('[data-panel]', { has: page.getByRole('heading', { name: title, exact: true }) })
  const opens = async (path) => {
    await page.goto(`${site}/${path}`)
    await page.locator('[aria-roledescription]').first().waitFor()
    await quiet()
  }

  for (const key of ['ArrowLeft', 'ArrowRight']) {
    await does(`a chart, ${key}`, async () => {
      await opens(`d/${uid}/x?${range}`)
      const chart = panel('A timeseries')
      const told = await chooses(chart.locator('.plot'), chart.locator('.u-select'), key)
      assert.equal(told[1] - told[0], 4 * 60_000, 'four steps of a minute')
    })
    await does(`a heat map, ${key}`, async () => {
      await opens(`d/${uid}/x?${range}`)
      const heat = panel('A heatmap')
      await chooses(heat.locator('[aria-roledescription]'), heat.locator('rect.drag'), key)
    })
    await does(`a state timeline, ${key}`, async () => {
      await opens(`d/${uid}/x?${range}`)
      const states = panel('A state-timeline')
      const told = await chooses(states.locator('.plot'), states.locator('rect.drag'), key)
      assert.equal(told[1] - told[0], 5 * 60_000, 'the states of five minutes: where it was and four more')
    })
  }

  await does('a chart of Explore', async () => {
    await opens(`explore?type=promql&q=waves&${range}`)
    await chooses(page.locator('[aria-roledescription=chart]'), page.locator('.u-select'), 'ArrowLeft')
  })

  await does('a state timeline is read in time, and from row to row at one time', async () => {
    await opens(`d/${uid}/x?${range}`)
    const plot = panel('A state-timeline').locator('.plot')
    const said = () => plot.locator('[aria-live]').innerText()
    const clock = (ms) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
    const reads = (name, ms) => until(`${name} at ${clock(ms)}`, async () => ((await said()).startsWith(`{name="${name}"}: `) && moment.exec(await said())?.[0] === clock(ms)) || said())
    const [broken, one] = ['broken', 'one'].map((name) => [...waves.get(name).keys()])
    await plot.focus()
    await press('Home')
    await reads('broken', broken[0])
    for (const k of ['PageDown', 'ArrowRight']) await press(k)
    await reads('broken', broken[11])
    for (const k of ['ArrowDown', 'ArrowDown']) await press(k)
    await reads('one', broken[11])
    await press('End')
    await reads('one', one.at(-1))
    await press('Escape')
    await until('nothing is read', async () => (await said()) === '' || said())
  })

  await does('arrows without Shift give a range up, and ten steps are a page', async () => {
    await opens(`d/${uid}/x?${range}`)
    const chart = panel('A timeseries')
    const said = () => chart.locator('[aria-live]').first().innerText()
    await chart.locator('.plot').hover() // the mouse was there before
    await chart.locator('.plot').focus()
    for (const k of ['Home', 'Shift+End']) await press(k)
    await until('all of it', async () => { const e = ends(await said()); return (e && e[1] - e[0] >= 3500e3) || said() })
    const asked = page.waitForResponse(/\/api\/panel/)
    await chord('d', 'r')
    await asked
    await quiet()
    assert.notEqual(ends(await said()), null, 'a refresh leaves it')
    await press('PageUp')
    await until('ten steps back, and no range', async () => (await said()).startsWith(new Date(to - 600e3).toISOString().slice(0, 19).replace('T', ' ')) || said())
    await press('Enter')
    assert.deepEqual(address(), [from, to], 'Enter holds the values, as it does')
  })
})
