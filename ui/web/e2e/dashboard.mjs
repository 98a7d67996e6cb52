/**
 * Dashboards as their readers use them, in Chromium, against a running site with
 * traces and traffic: the five steps of the documentation (create a panel, choose the
 * Tempo source, Search and TraceQL as a table, click a trace, Service Graph as a node
 * graph) and what "done" means: sizes, questions asked, axe (times, memory: ranges.mjs).
 *
 *   SITE_URL=http://127.0.0.1:3000 SHOTS=folder node e2e/dashboard.mjs
 *
 * ONLY is a regular expression for the steps to take.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { open, site } from './reader.mjs'

const { page, does, until, quiet, chord, sound, shot, reads } = await open(site, { inOrder: true })
const panels = () => page.locator('[data-panel]')
const asked = []
page.on('request', (r) => {
  if (r.url().includes('/api/panel')) asked.push(r)
})

/** settled waits until panels have asked, have their answers and ask no more. */
async function settled() {
  let before = -1
  let same = 0
  await until('the panels have asked and have their answers', async () => {
    const busy = await page.evaluate(() => document.querySelectorAll('[data-panel][aria-busy="true"]').length)
    same = busy === 0 && asked.length > 0 && asked.length === before ? same + 1 : 0
    before = asked.length
    return same >= 5
  })
  await quiet()
}

async function opensHome() {
  await page.goto(site + '/')
  await panels().first().waitFor()
  await quiet()
  const params = new URL(page.url()).searchParams
  assert.ok(params.get('from') && params.get('to'), 'the address holds the range')
  await shot('home')
  await sound('the home dashboard')
}

async function asksOnce() {
  asked.length = 0
  await page.goto(site + '/?refresh=')
  await settled()
  asked.length = 0
  await page.getByRole('button', { name: 'Refresh', exact: true }).click()
  await settled()
  const near = await page.evaluate(() => [...document.querySelectorAll('[data-panel]')].filter((e) => {
    const { top, bottom } = e.getBoundingClientRect()
    return bottom > -110 && top < innerHeight + 110
  }).length)
  const ids = asked.map((r) => `${r.postDataJSON().panel} ${JSON.stringify(r.postDataJSON().scoped)}`)
  assert.equal(new Set(ids).size, ids.length, `each panel asks once, asked ${ids}`)
  assert.ok(ids.length <= near, `${near} panels are near the window, ${ids.length} asked`)
}

async function hiddenTabAsksNothing() {
  // Playwright shows every tab; the page is told what a browser tells a hidden one.
  const hide = (hidden) => page.evaluate((h) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => h })
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (h ? 'hidden' : 'visible') })
    document.dispatchEvent(new Event('visibilitychange'))
  }, hidden)
  await quiet()
  await hide(true)
  asked.length = 0
  await chord('d', 'r')
  await page.waitForTimeout(700)
  assert.equal(asked.length, 0, 'a hidden tab asks nothing')
  await hide(false)
  await until('the tab asks again when it is seen', () => asked.length > 0)
}

async function foldsAndViews() {
  const row = page.locator('h2 button[aria-expanded]').first()
  if ((await row.count()) > 0) {
    const before = await panels().count()
    await row.click()
    await until('the row is folded', async () => (await panels().count()) < before)
    await until('the address has it', () => /rows=/.test(page.url()) || page.url())
    await row.click()
    await until('the row is unfolded', async () => (await panels().count()) === before)
  }
  const one = panels().nth(1)
  await one.hover()
  await page.keyboard.press('v')
  await page.getByRole('button', { name: /^Back to/ }).waitFor()
  await until('the address has it', () => /viewPanel=/.test(page.url()) || page.url())
  await page.keyboard.press('Escape')
  await until('the dashboard is back', async () => (await panels().count()) > 1)
}

async function inspectsAndKeeps() {
  await page.goto(site + '/?from=now-5m&to=now&refresh=') // a site half a minute old has one point in an hour's steps
  await settled()
  const first = page.locator('[data-panel]', { has: page.locator('canvas') }).first()
  const one = page.locator(`[data-panel="${await first.getAttribute('data-panel')}"]`) // the same, whatever is drawn above it meanwhile
  await one.scrollIntoViewIfNeeded()
  await one.hover()
  const menu = one.getByRole('button', { name: /^Menu of/ })
  await menu.click()
  await page.getByRole('menuitem', { name: /^Data/ }).click()
  await page.getByRole('region', { name: 'Data of the panel' }).waitFor()
  await page.getByRole('tab', { name: 'Query' }).click()
  await page.locator('dialog pre').first().waitFor()
  await shot('inspect')
  await page.keyboard.press('Escape')
  for (const [item, ending] of [['Download CSV', 'csv'], ['Download PNG', 'png']]) {
    await menu.click()
    const file = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: item }).click()
    const content = readFileSync(await (await file).path())
    assert.ok((await file).suggestedFilename().endsWith(`.${ending}`))
    if (ending === 'csv') assert.ok(content.toString().split('\r\n').length > 2, `the file has rows: ${content}`)
    else assert.equal(content.subarray(1, 4).toString(), 'PNG')
  }
}

async function makesPanel() {
  await page.goto(site + '/dashboard/new')
  await page.getByRole('button', { name: 'Add a panel' }).click()
  await page.getByRole('region', { name: 'Queries' }).waitFor()
  await sound('the editor of a panel')
}

const preview = () => page.locator('.preview [data-panel]')

async function findsTracesInTable() {
  await page.getByRole('button', { name: /^Data source/ }).click()
  await page.getByRole('option', { name: /\(tempo\)/ }).first().click()
  await page.getByRole('radio', { name: 'Search' }).waitFor()
  await preview().locator('table tbody tr, [role="row"] a').first().waitFor()
  await page.getByRole('radio', { name: 'TraceQL' }).check()
  const text = page.getByLabel('TraceQL of A')
  await text.fill('{ name = "ingress" }')
  await text.press('Shift+Enter')
  await quiet()
  await preview().locator('table a, [role="row"] a').first().waitFor()
  await shot('search-table')
}

async function opensTraceOfTable() {
  await page.getByLabel('Title').first().fill('Requests')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.keyboard.press('Control+s')
  await page.getByRole('dialog').getByLabel('Title').fill(`Traces of ${Date.now()}`)
  await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click()
  await until('the dashboard has an address', () => /\/d\//.test(page.url()))
  const link = page.locator('[data-panel] table a, [data-panel] [role="row"] a').first()
  await link.waitFor()
  await link.evaluate((a) => { // at once: the next answer brings another link
    a.removeAttribute('target')
    a.click()
  })
  await page.getByRole('tree').waitFor()
  await shot('trace-of-table')
  await page.goBack()
  await panels().first().waitFor()
}

async function drawsServiceGraph() {
  await panels().first().hover()
  await page.keyboard.press('e')
  await page.getByRole('radio', { name: 'Service Graph' }).check()
  const nodes = preview().locator('[data-node]')
  await nodes.nth(1).waitFor()
  await nodes.first().click()
  await page.getByRole('menuitem').or(page.getByRole('dialog').getByRole('link')).first().waitFor()
  await shot('service-graph')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Discard' }).click()
}

async function warnsOfUnsaved() {
  await page.goto(site + '/')
  await panels().first().waitFor()
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByRole('button', { name: 'Settings' }).waitFor()
  const box = () => panels().first().evaluate((e) => getComputedStyle(e.parentElement).gridArea)
  const before = await box()
  await panels().first().focus()
  await page.keyboard.press('Alt+Shift+ArrowDown')
  await until('the panel is larger', async () => (await box()) !== before)
  await page.keyboard.press('Control+z')
  await until('and is as it was', async () => (await box()) === before)
  await panels().first().focus()
  await page.keyboard.press('Alt+Shift+ArrowDown')
  await until('it is larger again', async () => (await box()) !== before)
  let question = ''
  page.once('dialog', (d) => {
    question = d.message()
    void d.dismiss()
  })
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Status/ }).click({ noWaitAfter: true })
  await until('leaving is asked about', () => /not saved/.test(question))
  await page.getByRole('button', { name: 'Stop editing' }).click()
  await page.getByRole('button', { name: 'Discard the changes' }).click()
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor()
}

async function goesByKeys() {
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await sound('the list of keys')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: /^Search pages/ }).fill('dashboards')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Dashboards' }).waitFor()
  await page.locator('li a').first().waitFor()
  await sound('the list of dashboards')
  await chord('g', 'h')
  await panels().first().waitFor()
  await chord('d', 'k')
  await until('kiosk has no header', async () => (await page.getByRole('navigation').count()) === 0)
  await chord('d', 'k')
  await page.getByRole('navigation').waitFor()
}

await reads(async () => {
  await does('the home dashboard', opensHome)
  await does('a refresh asks once for each panel in view', asksOnce)
  await does('a hidden tab asks nothing', hiddenTabAsksNothing)
  await does('rows fold, a panel is seen alone', foldsAndViews)
  await does('data, queries, CSV and PNG of a panel', inspectsAndKeeps)
  await does('1 create a panel', makesPanel)
  await does('2, 3 the Tempo source: Search and TraceQL as a table', findsTracesInTable)
  await does('4 click a trace and see it in detail', opensTraceOfTable)
  await does('5 Service Graph as a node graph, click its nodes', drawsServiceGraph)
  await does('panels move by keyboard; leaving with changes is asked about', warnsOfUnsaved)
  await does('keys and search', goesByKeys)
})
