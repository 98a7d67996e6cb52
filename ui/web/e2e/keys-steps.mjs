/**
 * The documentation's five steps by the keyboard alone, in Chromium before a live site:
 * create a panel, choose the Tempo source, Search and TraceQL as a table, open a trace and
 * a span of it, Service Graph as a node graph and its nodes. After every key something has
 * the focus and shows it; axe looks at each state; what is read is what the stores have.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/keys-steps.mjs
 */
import assert from 'node:assert/strict'
import { keyboard } from './keyboard.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, quiet, sound, shot, json, reads } = await open(site, { inOrder: true })
const { focused, press, to, back, here } = keyboard(page, until)
const at = (path) => until(`the address is ${path}`, () => path.test(page.url().slice(site.length)) || page.url())
const { dataSources } = await json('/api/site')
const source = (type) => `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === type).uid}/api`
const preview = page.locator('.preview [data-panel]')
const ids = () => page.locator('[data-panel]').last().locator('table tbody a').evaluateAll((all) => all.map((a) => /trace\/([0-9a-f]+)/.exec(a.href)?.[1]).filter(Boolean))

/** chooses goes by the arrows to a button of a group of radio buttons. */
async function chooses(name) {
  await until(`${name} is chosen`, async () => {
    const now = await page.evaluate(() => document.activeElement.type === 'radio' && document.activeElement.labels[0].textContent.trim())
    if (now === name) return true
    await page.keyboard.press('ArrowRight')
    return now
  })
}

/** inStore: all traces that are listed are the store's, for a query. */
async function inStore(q) {
  const now = Math.ceil(Date.now() / 1000)
  const { traces } = await json(`${source('tempo')}/search?${new URLSearchParams({ q, limit: 2000, start: now - 12 * 3600, end: now })}`)
  const known = new Set(traces.map((t) => t.traceID.padStart(32, '0')))
  const listed = await ids()
  return (listed.length > 0 && listed.every((id) => known.has(id))) || `${listed.length} listed, ${listed.filter((id) => !known.has(id)).length} not found by ${q}`
}

await reads(async () => {
  await does('the list of keys', async () => {
    await page.goto(`${site}/?refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    await press('Tab')
    await press('?')
    const list = page.getByRole('dialog', { name: 'Keys' })
    await list.waitFor()
    assert.ok((await list.locator('kbd').count()) > 15)
    await sound('the list of keys')
    await page.keyboard.press('Escape')
    await here(/^Skip to the content$/)
  })

  await does('1 a panel is made', async () => {
    await page.goto(`${site}/dashboard/new?from=now-3h&to=now`)
    await page.getByRole('button', { name: 'Add a panel' }).waitFor()
    await to(/^Add$/)
    await press('Enter', 'Enter')
    await at(/editPanel=1/)
    await here(/^Edit panel$/)
  })

  await does('2 the Tempo source', async () => {
    await page.getByRole('region', { name: 'Queries' }).waitFor()
    await to(/^Data source: /)
    await press('Enter')
    await here(/^Search Data source$/)
    await page.keyboard.type('tempo')
    await sound('the list of data sources')
    await press('Enter')
    await here(/^Data source: tempo/)
  })

  await does('3 Search and TraceQL as a table', async () => {
    await to(/^Search$/)
    await chooses('Search')
    await until('traces of the store are listed', () => inStore('{}'))
    await sound('a search as a table')
    await chooses('TraceQL')
    await until('the query has the focus', async () => {
      await page.keyboard.press('Tab')
      return /^TraceQL of A/.test((await focused()).name) || focused()
    })
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{ name = "ingress" && status = error ')
    await page.keyboard.press('Escape') // the completions
    await here(/^TraceQL of A/)
    await press('Control+Enter')
    await until('the failed ones are listed', () => inStore('{ name = "ingress" && status = error }'))
    await sound('TraceQL as a table')
    await shot('traceql-by-keys')
    await back(/^Apply$/)
    await press('Enter')
    await at(/^(?!.*editPanel)/)
    await page.keyboard.press('Control+s')
    const save = page.getByRole('dialog', { name: 'Save the dashboard' })
    await save.waitFor()
    await sound('the dialog that saves')
    if (!/^Title/.test((await focused()).name)) await to(/^Title/, 'Tab', 8)
    await page.keyboard.press('Control+a')
    await page.keyboard.type(`By keys, ${Date.now()}`)
    await page.keyboard.press('Enter')
    await at(/^\/d\//)
  })

  await does('4 a trace of it, and a span in detail', async () => {
    await until('the table is there', async () => (await ids()).length > 0)
    await quiet()
    await to(/^[0-9a-f]{16,32}/)
    const first = await page.evaluate(() => /trace\/([0-9a-f]+)/.exec(document.activeElement.href)?.[1])
    assert.equal(first, (await ids())[0])
    await page.keyboard.press('Enter')
    await page.getByRole('treeitem').first().waitFor()
    const { name } = (await json(`/api/traces/${first}`)).spans[0]
    await to(new RegExp(`^${name}, `))
    await press('Enter')
    await page.getByRole('complementary', { name: `Span ${name}` }).getByText('Attributes').waitFor()
    await sound('a span in detail')
    await press('Escape')
    await here(new RegExp(`^${name}, `))
    while (!/\/d\//.test(page.url())) await page.goBack() // Alt and the left arrow are the browser's own
  })

  await does('5 Service Graph as a node graph, and its nodes', async () => {
    await page.locator('[data-panel] table').waitFor()
    await to(/^Menu of /)
    await page.keyboard.press('e')
    await at(/editPanel=/)
    await page.getByRole('region', { name: 'Queries' }).waitFor()
    await to(/^TraceQL$/)
    await chooses('Service Graph')
    const nodes = preview.locator('[data-node]')
    await nodes.nth(1).waitFor()
    const { result } = (await json(`${source('prometheus')}/v1/query?${new URLSearchParams({ query: 'count by (client, server) (last_over_time(traces_service_graph_request_total[3h]))' })}`)).data
    const want = [...new Set(result.flatMap((s) => [s.metric.client, s.metric.server]))].filter((n) => n && n !== 'user').sort()
    assert.deepEqual((await nodes.evaluateAll((all) => all.map((n) => n.dataset.node))).filter((n) => n !== 'user').sort(), want)
    await sound('the service graph')
    const [first] = want
    await to(new RegExp(first))
    await press('Enter')
    await here(/^Request rate/)
    await sound('the menu of a node')
    await page.keyboard.press('Escape')
    await here(new RegExp(first))
    await shot('graph-by-keys')
  })
})
