/**
 * The keyboard alone, in Chromium: from the home dashboard over the map and the page of
 * latencies to a trace of the finding, then a query written with completion and a row of
 * its answer. After every key something on the page has the focus, and shows it.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/keys.mjs
 */
import assert from 'node:assert/strict'
import { open, site } from './reader.mjs'

const { page, does, until, shot, json, reads } = await open(site, { inOrder: true })

/** focused is what has the focus, by role and name, and whether that is seen. */
const focused = () => page.evaluate(() => {
  let e = document.activeElement
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement
  if (!e || e === document.body) return { lost: true, name: 'nothing', role: '', ring: false }
  const ringed = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 }
  const drawn = e.closest('svg') !== null // those of a drawing light their shape
  return { lost: false, role: e.getAttribute('role') || e.tagName.toLowerCase(), ring: drawn || e.id === 'content' || ringed(e) || ringed(e.closest('.cm-editor') ?? e),
    name: (e.getAttribute('aria-label') || e.textContent || e.title || '').trim().replace(/\s+/g, ' ').slice(0, 120) }
})
async function press(...keys) {
  for (const key of keys) {
    await page.keyboard.press(key)
    await until(`${key} leaves the focus on something that shows it`, async () => {
      const now = await focused()
      return (!now.lost && now.ring) || now
    }, 5000)
  }
}
/** to tabs to what a name fits; without it fails with what there was. */
async function to(name, key = 'Tab', most = 120) {
  const seen = []
  for (let i = 0; i < most; i++) {
    await page.keyboard.press(key)
    const now = await focused()
    if (!now.lost && !now.ring) await until(`${now.role} "${now.name}" shows that it has the focus`, async () => (await focused()).ring, 2000)
    if (name.test(now.name)) return now
    seen.push(now.name)
  }
  assert.fail(`${key} does not reach ${name}, but: ${seen.join(' | ')}`)
}
const back = (name, most) => to(name, 'Shift+Tab', most)
const here = (name) => until(`the focus is on ${name}`, async () => name.test((await focused()).name) || focused(), 10_000)
const at = (path) => until(`the address is ${path}`, () => path.test(page.url().slice(site.length)) || page.url())
const param = (name) => new URL(page.url()).searchParams.get(name)
/** ripe is when a list of completions takes keys: not those that were on their way when it came. */
const ripe = (since = Date.now()) => until('the list takes keys', () => Date.now() - since > 120)
const items = () => page.getByRole('treeitem')

await reads(async () => {
  await does('the keys of the page are listed, and the list gives the focus back', async () => {
    await page.goto(`${site}/?refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    await press('Tab')
    await here(/^Skip to the content$/)
    await press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await here(/^Skip to the content$/)
  })

  await does('the range is chosen', async () => {
    await to(/^Time range: /)
    await press('Enter')
    await until('the first field has the focus', () => page.evaluate(() => document.activeElement?.closest('label')?.textContent.trim() === 'From'))
    await press('Escape')
    await here(/^Time range: /)
    await press('Enter')
    await to(/^Last 3 hours$/)
    await press('Enter')
    await here(/^Time range: Last 3 hours$/)
    assert.deepEqual([param('from'), param('to')], ['now-3h', 'now'])
    await press('t', 'ArrowLeft')
    await until('an earlier one', () => /^\d+$/.test(param('from')))
    await press('t', 'ArrowRight')
    await press('Enter')
    await to(/^Last 3 hours$/)
    await press('Enter')
  })

  await does('kiosk, and back', async () => {
    await press('d', 'k')
    await until('no header', async () => (await page.getByRole('navigation', { name: 'Pages' }).count()) === 0)
    await press('Escape')
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  })

  await does('a panel is seen alone, and back', async () => {
    await to(/^Menu of /)
    const [, title] = /^Menu of (.+)$/.exec((await focused()).name)
    await press('Enter', 'Enter')
    await at(/viewPanel=/)
    await here(new RegExp(title.replaceAll(/\W/g, '.')))
    await press('v')
    await until('all panels', () => param('viewPanel') === null)
    await here(new RegExp(title.replaceAll(/\W/g, '.')))
  })

  await does('from the map: the slowest server, to where its time goes', async () => {
    const { nodes } = await json(`${site}/api/map?from=${Date.now() - 3 * 3600e3}&to=${Date.now()}`)
    const worst = nodes.filter((n) => n.side === 'server').reduce((a, b) => ((b.traffic.latencyMs ?? b.traffic.serverMs) > (a.traffic.latencyMs ?? a.traffic.serverMs) ? b : a))
    await press('g', 'm')
    await page.locator('[data-node]').first().waitFor()
    await to(new RegExp(`^server ${worst.id}:`))
    await press('Enter')
    await here(/^Traces$/)
    await page.keyboard.press('Escape')
    await here(new RegExp(`^server ${worst.id}:`))
    await press('Enter')
    await to(/^Where its time goes$/, 'Tab', 6)
    await press('Enter')
    await at(/^\/latency\?/)
    assert.ok(param('q').includes(worst.id), page.url())
    await shot('latency-by-keys')
  })

  await does('from the sentence to one of its traces', async () => {
    await page.getByRole('region', { name: 'What stands out' }).getByRole('link', { name: /^trace of/ }).first().waitFor()
    await to(/^trace of /)
    await press('Enter')
    await at(/^\/trace\/[0-9a-f]{32}/)
    await items().first().waitFor()
  })

  await does('the waterfall: folded, opened, a span read, searched', async () => {
    const trace = await json(`${site}/api/traces/${/trace\/([0-9a-f]+)/.exec(page.url())[1]}`)
    const all = trace.spans.length
    await until('all spans', async () => (await items().count()) === all || items().count())
    await to(/^Fold all$/)
    await press('Enter')
    await until('the root alone', async () => (await items().count()) === 1 || items().count())
    await to(new RegExp(`^${trace.spans[0].name}, `))
    await press('ArrowRight')
    await back(/^Open all$/)
    await press('Enter')
    await until('all again', async () => (await items().count()) === all || items().count())
    await to(new RegExp(`^${trace.spans[0].name}, `))
    await press('End')
    const last = await focused()
    assert.ok(last.name.startsWith(trace.spans.at(-1).name), last.name)
    const critical = new Set(trace.critical.map((c) => c.span))
    assert.equal(/on the critical path/.test(last.name), critical.has(all - 1))
    await press('Enter')
    await page.getByRole('complementary', { name: `Span ${trace.spans.at(-1).name}` }).waitFor()
    await to(/^Close$/)
    await press('Escape')
    await here(new RegExp(`^${trace.spans.at(-1).name}, `))
    assert.equal(await page.getByRole('complementary').count(), 0)
    await back(/^Find in the trace$/)
    await page.keyboard.type('compute')
    await press('Enter')
    const matches = trace.spans.filter((s) => JSON.stringify(s).toLowerCase().includes('compute')).length
    await page.getByText(new RegExp(`^1 of ${matches} match`)).waitFor()
    await to(/^Clear the search$/)
    await press('Enter')
    await here(/^Find in the trace$/)
    await page.goBack()
    await at(/^\/latency\?/)
  })

  await does('a query with completion, its answer, a row of it', async () => {
    await press('g', 'e')
    await page.getByLabel('Data source').waitFor()
    for (let i = 0; i < 9 && !(await page.evaluate(() => document.activeElement.matches('.source select'))); i++) await page.keyboard.press('Tab')
    await press('t') // the store of traces, by its first letter
    await until('the store of traces is chosen', async () => /tempo/.test(await page.getByLabel('Data source').inputValue()) || /tempo/.test(await page.getByLabel('Data source').evaluate((e) => e.selectedOptions[0].textContent)))
    await to(/^TraceQL$/)
    await press('Enter')
    await until('the editor is reached', async () => {
      await page.keyboard.press('Tab')
      return (await focused()).role === 'textbox' || focused()
    })
    await page.keyboard.type('{ resource.serv')
    const options = page.locator('.cm-tooltip-autocomplete li')
    await options.filter({ hasText: 'resource.service.name' }).first().waitFor()
    await ripe()
    await page.keyboard.press('Enter')
    await options.first().waitFor({ state: 'detached' })
    await page.keyboard.type(' = "')
    await options.first().waitFor()
    const values = await options.allInnerTexts()
    assert.ok(values.every((v) => v.startsWith('supersonic-')), `the store's own values, within the quotes: ${values}`)
    await ripe()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await options.first().waitFor({ state: 'detached' })
    await press('Control+Enter')
    await until('the address has the query', () => param('q') === `{ resource.service.name = "${values[1]}"}` || page.url())
    const rows = page.locator('[aria-label*="queries and answers"] tbody tr')
    await rows.first().waitFor()
    await shot('explore-by-keys')
    await to(/^[0-9a-f]{16,32}$/)
    await press('Enter')
    await at(/^\/trace\/[0-9a-f]{32}/)
    await items().first().waitFor()
    await page.goBack()
    await rows.first().waitFor()
    await back(/^History$/)
    await press('Enter')
    await here(/^Search the history$/)
    await press('Escape')
    await here(/^History$/)
  })
})
