/**
 * A dashboard that readers made, in Chromium before a live site: variables that are chosen,
 * panels repeated by one, transformations, links and annotations. Every figure is that of
 * PromQL written here, asked of the store past the panels, and of arithmetic.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/made.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 1000) * 1000
const from = to - 60_000
const [count, seconds, bucket] = ['count', 'sum', 'bucket'].map((part) => `supersonic_gateway_request_duration_seconds_${part}`)

await reader(site, async ({ page, does, until, quiet, panel, textOf, json, promql }) => {
  const asked = (query) => promql(query, to / 1000)
  const by = async (label, query) => Object.fromEntries((await asked(query)).map((s) => [s.metric[label], Number(s.value[1])]))
  const servers = Object.keys(await by('server', `sum by (server) (${count})`)).sort()
  assert.ok(servers.length >= 2 && servers.every((s) => s), `servers: ${servers}`)

  const table = (refId, expr) => ({ refId, expr, instant: true, range: false, format: 'table' })
  const one = { fieldConfig: { defaults: { unit: 'none', decimals: 4 }, overrides: [] } }
  const stat = (id, title, expr, more) => ({ id, type: 'stat', title, targets: [{ refId: 'A', expr, instant: true, range: false }], options: { graphMode: 'none', textMode: 'value' }, ...one, ...more })
  const { uid } = await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: {
    uid: '', title: 'Made by readers', schemaVersion: 41,
    templating: { list: [
      { name: 'server', label: 'Server', type: 'query', query: `label_values(${count}, server)`, refresh: 1, sort: 1, multi: true, includeAll: true, current: { text: 'All', value: '$__all' } },
      { name: 'part', label: 'Part', type: 'custom', query: 'half : 0.5, most : 0.9', current: { text: 'half', value: '0.5' } },
      { name: 'who', label: 'Who', type: 'textbox', query: 'Ada', current: { text: 'Ada', value: 'Ada' } },
    ] },
    annotations: { list: [{ name: 'Ready', enable: true, iconColor: 'green', expr: 'supersonic_gateway_server_ready == 1', titleFormat: '{{server}} is ready', step: '30s' }] },
    links: [{ title: 'The map', type: 'link', url: '/map', keepTime: true, includeVars: true }],
    panels: [
      { id: 1, type: 'table', title: 'Models', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...one, targets: [table('A', `sum by (model) (${count}{server=~"$server"})`), table('B', `sum by (model) (${seconds}{server=~"$server"})`)], transformations: [
        { id: 'joinByField', options: { byField: 'model', mode: 'outer' } },
        { id: 'calculateField', options: { mode: 'binary', alias: 'mean', binary: { left: 'Value #B', operator: '/', right: 'Value #A' } } },
        { id: 'filterFieldsByName', options: { include: { pattern: 'model|Value #A|mean' } } },
        { id: 'organize', options: { renameByName: { 'Value #A': 'requests' }, indexByName: { model: 0, mean: 1, 'Value #A': 2 } } },
        { id: 'sortBy', options: { sort: [{ field: 'mean', desc: true }] } },
      ] },
      { id: 2, type: 'timeseries', title: 'Requests over time', gridPos: { x: 12, y: 0, w: 12, h: 8 }, targets: [{ refId: 'A', expr: `sum by (server) (${count}{server=~"$server"})`, range: true, legendFormat: '{{server}}' }] },
      stat(3, 'Requests of $server', `sum(${count}{server="$server"})`, { repeat: 'server', repeatDirection: 'h', gridPos: { x: 0, y: 8, w: 24, h: 4 } }),
      stat(4, 'Quantile', `histogram_quantile($part, sum by (le) (rate(${bucket}{server=~"$server"}[$__range])))`, { gridPos: { x: 0, y: 12, w: 12, h: 4 } }),
      { id: 5, type: 'text', title: 'Words', gridPos: { x: 12, y: 12, w: 12, h: 4 }, options: { mode: 'markdown', content: '$who looks at ${server:csv}, ${part:text}' } },
    ],
  } })

  const cells = () => panel('Models').locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
  /** holds waits until every panel has what PromQL says of some servers. */
  const holds = async (what, some, part, name, who) => {
    const of = `{server=~"${some.join('|')}"}`
    const [requests, took] = [await by('model', `sum by (model) (${count}${of})`), await by('model', `sum by (model) (${seconds}${of})`)]
    const rows = Object.keys(requests).map((model) => [model, took[model] / requests[model], requests[model]]).sort((a, b) => b[1] - a[1]).map(([model, ...n]) => [model, ...n.map((v) => v.toFixed(4))])
    await until(`${what}: the joined table`, async () => JSON.stringify(await cells()) === JSON.stringify(rows) || { shown: await cells(), rows })
    assert.deepEqual(await panel('Models').locator('thead th').allInnerTexts().then((all) => all.map((t) => t.trim())), ['model', 'mean', 'requests'])
    const each = await by('server', `sum by (server) (${count})`)
    for (const s of servers) {
      if (some.includes(s)) await until(`${what}: the panel of ${s}`, async () => (await textOf(`Requests of ${s}`)) === each[s].toFixed(4) || textOf(`Requests of ${s}`))
      else await until(`${what}: none of ${s}`, async () => (await panel(`Requests of ${s}`).count()) === 0)
    }
    const quantile = Number((await asked(`histogram_quantile(${part}, sum by (le) (rate(${bucket}${of}[60s])))`))[0].value[1]).toFixed(4)
    await until(`${what}: the quantile`, async () => (await textOf('Quantile')) === quantile || [quantile, await textOf('Quantile')])
    const words = `${who} looks at ${some.join(',')}, ${name}`
    await until(`${what}: the words`, async () => (await textOf('Words')) === words || textOf('Words'))
  }
  const chooses = async (label, ...texts) => {
    await page.getByRole('button', { name: new RegExp(`^${label}: `) }).click()
    const list = page.getByRole('listbox', { name: label, exact: true })
    for (const text of texts) await list.getByRole('option', { name: text, exact: true }).click()
    if (await list.count()) await page.keyboard.press('Escape')
    await list.waitFor({ state: 'detached' })
  }

  await does('variables, repeats and transformations: all servers', async () => {
    await page.setViewportSize({ width: 1440, height: 1300 })
    await page.goto(`${site}/d/${uid}?from=${from}&to=${to}&refresh=&timezone=utc`)
    await panel('Words').waitFor()
    await quiet()
    await holds('at first', servers, '0.5', 'half', 'Ada')
  })

  await does('one server, another part, other words', async () => {
    await chooses('Server', servers[1])
    await chooses('Part', 'most')
    const who = page.getByRole('textbox', { name: 'Who' })
    await who.fill('Emmy')
    await who.press('Enter')
    await holds('chosen', [servers[1]], '0.9', 'most', 'Emmy')
    const params = new URL(page.url()).searchParams
    assert.deepEqual(['server', 'part', 'who'].map((name) => params.getAll(`var-${name}`).join()), [servers[1], '0.9', 'Emmy'])
    await page.reload()
    await holds('after it was loaded again', [servers[1]], '0.9', 'most', 'Emmy')
  })

  await does('links keep the time and the variables', async () => {
    const map = new URL(await page.getByRole('link', { name: 'The map' }).getAttribute('href'), site)
    assert.deepEqual([map.pathname.endsWith('/map'), ...['from', 'to', 'var-server', 'var-who'].map((name) => map.searchParams.get(name))], [true, String(from), String(to), servers[1], 'Emmy'])
  })

  await does('annotations stand where the store has them', async () => {
    const flags = panel('Requests over time').getByRole('button', { name: /^Annotation: / })
    await flags.first().waitFor()
    const names = async () => [...new Set(await flags.evaluateAll((all) => all.map((e) => e.getAttribute('aria-label'))))].sort()
    const ready = Object.keys(await by('server', 'supersonic_gateway_server_ready == 1')).sort().map((s) => `Annotation: ${s} is ready`)
    await until('a flag of each server', async () => JSON.stringify(await names()) === JSON.stringify(ready) || names())
    await page.getByRole('checkbox', { name: 'Ready' }).uncheck()
    await until('they are gone', async () => (await flags.count()) === 0)
  })
})
