/**
 * What an operator does with the page, in Chromium, against a running site:
 *
 *   SITE_URL=http://127.0.0.1:3000 SHOTS=folder npm run browser
 *
 * The site must have traces (a failed one among them is good) and traffic. MODEL
 * names a model to search for; without it any trace is taken. EXPECT_GATEWAYS and
 * EXPECT_SERVERS are the numbers of nodes that the map must show.
 * It ends with status 1 and says which step failed.
 */
import assert from 'node:assert/strict'
import { open, site } from './reader.mjs'

const model = process.env.MODEL ?? ''
const { page, does, until, shot, narrow, keeps, reads } = await open(site, { inOrder: true })
const seen = {}

const rows = () => page.getByRole('region', { name: 'Results' }).locator('tbody tr')
const editor = () => page.getByRole('textbox', { name: 'TraceQL' })

/** written puts a text in place of what the editor has. */
async function written(text) {
  await editor().click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  if (text) await page.keyboard.insertText(text)
}

async function search() {
  await page.goto(site + '/traces')
  await page.getByRole('search', { name: 'Search traces' }).waitFor()
  await editor().waitFor()
  if (model) await page.getByLabel('Model', { exact: true }).fill(model)
  await page.getByLabel('Span name', { exact: true }).fill(model ? '' : 'ingress')
  await page.locator('button.main', { hasText: 'Search' }).click()
  await page.waitForURL(/[?&]q=/)
  await rows().first().waitFor()
  seen.query = (await editor().innerText()).trim()
  seen.found = await rows().count()
  assert.match(seen.query, /=/, 'the form writes TraceQL')
  assert.equal(new URL(page.url()).searchParams.get('q'), seen.query, 'the address holds the query')
  await shot('search')
}

async function refusesBadQuery() {
  await written('{ duration > ')
  const fault = page.getByRole('alert').filter({ hasText: /column \d+/ })
  await fault.waitFor()
  await shot('bad-query')
  await written('')
  await fault.waitFor({ state: 'detached' })
}

/** A trace with the four bars: ingress, InferRequest, the model, compute. */
async function opensTrace() {
  await page.getByLabel('Span name', { exact: true }).fill('compute')
  await page.locator('button.main', { hasText: 'Search' }).click()
  await page.waitForURL(/compute/)
  await rows().first().waitFor()
  const wide = rows().filter({ hasText: 'ingress' })
  await until('the answer is that of the new question', async () => (await page.locator('main [aria-busy="true"]').count()) === 0)
  for (let i = 0; i < 20; i++) { // each time that one comes back the list may be another: traces go on coming
    await wide.nth(i).getByRole('link').first().click()
    await page.getByRole('tree').waitFor()
    seen.spans = await page.getByRole('treeitem').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
    if (seen.spans.length >= 4 && seen.spans.some((s) => s.startsWith('compute'))) break
    await page.goBack()
    await rows().first().waitFor()
  }
  const names = seen.spans.map((s) => s.split(',')[0])
  for (const name of ['ingress', 'InferRequest', 'compute']) assert.ok(names.includes(name), `a bar for ${name}, saw ${names}`)
  assert.ok(names.length >= 4, `four bars, saw ${names}`)
  assert.match(page.url(), /\/trace\/[0-9a-f]{32}/)
  await page.getByRole('region', { name: 'Where the time went' }).waitFor()
  seen.trace = page.url()
  await shot('trace')
}

async function readsEvents() {
  await page.getByRole('treeitem', { name: /^InferRequest/ }).first().click()
  const detail = page.getByRole('complementary', { name: 'Span InferRequest' })
  await detail.waitFor()
  seen.events = (await detail.getByRole('table', { name: 'Events' }).locator('tbody tr').allInnerTexts()).map((t) => t.replace(/\s+/g, ' '))
  assert.ok(seen.events.some((e) => e.includes('INFER_RESPONSE_COMPLETE')), `Triton's events, saw ${seen.events}`)
  await shot('events')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary').waitFor()
  await page.getByRole('treeitem', { name: /^compute/ }).first().click()
  const compute = page.getByRole('complementary', { name: 'Span compute' })
  await compute.waitFor()
  for (const event of ['COMPUTE_START', 'COMPUTE_INPUT_END', 'COMPUTE_OUTPUT_START', 'COMPUTE_END']) {
    await compute.getByText(event, { exact: true }).waitFor()
  }
}

async function opensMap() {
  await page.getByRole('link', { name: 'Map', exact: true }).click()
  const map = page.getByRole('group', { name: /^Map/ })
  await map.waitFor()
  await map.locator('[data-node]').first().waitFor()
  const side = (name) => map.getByRole('button', { name: new RegExp(`^${name} `) })
  seen.gateways = await side('gateway').count()
  seen.servers = await side('server').count()
  seen.nodes = await map.locator('[data-node]').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  seen.edges = await map.locator('[data-edge]').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  if (process.env.EXPECT_GATEWAYS) assert.equal(seen.gateways, Number(process.env.EXPECT_GATEWAYS))
  if (process.env.EXPECT_SERVERS) assert.equal(seen.servers, Number(process.env.EXPECT_SERVERS))
  assert.ok(seen.gateways > 0 && seen.servers > 0 && seen.edges.length > 0, 'gateways, servers and edges')
  await page.getByRole('region', { name: 'Models' }).waitFor()
  seen.models = (await page.locator('[data-model]').allInnerTexts()).map((t) => t.replace(/\s+/g, ' '))
  await page.waitForTimeout(300)
  await shot('map')
  await side('server').first().click()
  const menu = page.getByRole('dialog')
  await menu.getByRole('link', { name: 'Traces', exact: true }).waitFor()
  await shot('map-menu')
  await menu.getByRole('button', { name: 'Models of it' }).click()
  await page.getByRole('button', { name: 'all servers' }).waitFor()
}

async function opensStatus() {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Status/ }).click()
  await page.getByRole('heading', { name: 'Status' }).waitFor()
  await page.locator('[data-role]').first().waitFor()
  seen.roles = await page.locator('[data-role]').evaluateAll((all) => all.map((e) => e.dataset.pod || e.dataset.role))
  await shot('status')
}

async function showsLight() {
  await page.getByRole('button', { name: 'Light colours' }).click()
  await page.getByRole('link', { name: 'Map', exact: true }).click()
  await page.locator('[data-node]').first().waitFor()
  await page.waitForTimeout(300)
  await shot('map-light')
  await page.goto(seen.trace)
  await page.getByRole('tree').waitFor()
  await shot('trace-light')
}

async function fitsPhone() {
  await page.setViewportSize({ width: 390, height: 800 })
  await shot('trace-phone')
  await narrow('a phone')
}

await reads(async () => {
  await does('search by the form', search)
  await does('a bad query is refused at its place', refusesBadQuery)
  await does('click a trace and see its bars', opensTrace)
  await does("read Triton's events", readsEvents)
  await does('open the map', opensMap)
  await does('open the status', opensStatus)
  await does('light colours', showsLight)
  await does('a phone', fitsPhone)
})
keeps('seen.json', seen)
