/**
 * What the page's server makes of a panel's query before it asks, in Chromium: the
 * variables of time, and one question for panels that ask the same.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/filled.mjs
 *
 * The store answers with the query it was asked; CONTROL tells how often it was asked which.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const asked = async () => (await fetch(process.env.CONTROL)).json()

await reader(site, async ({ page, does, until, textOf, json }) => {
  const table = (id, expr, more = {}) => ({ id, type: 'table', title: `Panel ${id}`, gridPos: { x: 12 * ((id + 1) % 2), y: 3 * Math.floor((id - 1) / 2), w: 12, h: 3 }, targets: [{ refId: 'A', expr, instant: true, format: 'table' }], ...more })
  await json('api/dashboards/save', { version: 0, message: '', copy: false, model: {
    uid: 'filled', title: 'Filled', refresh: '',
    panels: [
      table(1, 'load[$__interval]', { interval: '2m' }), table(2, 'load[$__range]'), table(3, 'load[$__rate_interval]', { interval: '2m' }), table(4, 'load @ $__from or load @ ${__to:date:seconds} or load[${__range_s}s]'),
      table(5, 'the_same'), table(6, 'the_same'), table(7, 'the_same'), table(8, 'load[$__interval]', { interval: '2m', timeFrom: '5m' }),
    ],
  } })
  const to = 1_796_000_000_000
  const from = to - 2 * 3600e3

  await does('the variables of time are those of the range, of the panel\'s least step and of the range of its own', async () => {
    await page.setViewportSize({ width: 1440, height: 1400 })
    await page.goto(`${site}/d/filled/x?from=${from}&to=${to}&refresh=`)
    for (const [id, want] of [
      [1, 'load[2m]'], [2, 'load[7200s]'], [3, 'load[135s]'], [4, `load @ ${from} or load @ ${to / 1000} or load[7200s]`], [8, 'load[2m]'],
    ]) await until(`panel ${id} asked ${want}`, async () => (await textOf(`Panel ${id}`)).includes(want) || textOf(`Panel ${id}`))
  })

  await does('three panels that ask the same ask the store once', async () => {
    for (const id of [5, 6, 7]) await until(`panel ${id} has its answer`, async () => (await textOf(`Panel ${id}`)).includes('the_same') || textOf(`Panel ${id}`))
    assert.equal((await asked()).the_same, 1)
  })
})
