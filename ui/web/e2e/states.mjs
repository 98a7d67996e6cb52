/**
 * What opens on a page, before axe in both colours: each view of a trace, two traces side
 * by side, dialogs, cards, menus and lists.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/states.mjs
 *
 * The site is that of ui/statesbrowser_test.go: traces whose time is looked at, counters,
 * and who may edit.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

await reader(site, async ({ page, does, until, quiet, sound, json, shot, panel }) => {
  const found = await json(`/api/traces/search?limit=50&from=${Date.now() - 3600e3}&to=${Date.now()}`)
  const whole = await Promise.all(found.traces.map((t) => json(`/api/traces/${t.id}`)))
  const [failed, other] = [whole.find((t) => t.failed) ?? whole[0], whole.find((t) => !t.failed && t.spans.length > 3)]
  const dialog = (name) => page.getByRole('dialog', { name })
  const click = (role, name, at = page) => at.getByRole(role, { name, exact: true }).click()

  /** inBoth lets axe look at what is open in dark and in light colours. */
  async function inBoth(what) {
    const bad = []
    for (const [colorScheme, rules] of [['dark'], ['light', ['color-contrast']]]) {
      await page.emulateMedia({ colorScheme })
      await quiet() // panels ask for their colours anew
      await sound(`${what}, ${colorScheme}`, rules).catch((e) => bad.push(e.message))
      await shot(`${what.replaceAll(/\W+/g, '-')}-${colorScheme}`)
    }
    await page.emulateMedia({ colorScheme: 'dark' })
    assert.deepEqual(bad, [])
  }
  const opens = async (path) => {
    await page.goto(`${site}/${path}`)
    await page.locator('main h1, main [data-panel]').first().waitFor()
    await quiet()
  }
  const notes = ['# Night shift', '## What to do', '### If a server is *slow*', '', 'See [the map](/map?refresh=), [latencies](latency), [the manual](https://example.org/manual "of the site"), <mail@example.org> or `nvidia-smi`.', '',
    '| pod | load | who |', '|:---|---:|:---:|', '| triton-0 | 12 | **Ada** |', '| triton-1 | 7 | ~~Emmy~~ |', '', '- [x] look at the queue', '- [ ] call', '  1. first', '  2. second', '', '> then sleep', '', '```python', 'def busy(x):', '    return x < 3 and "<b>no tag</b>"' + ' or x'.repeat(60), '```', '', '---', 'line one  ', 'line two'].join('\n')
  const target = (expr, more = {}) => ({ targets: [{ refId: 'A', expr, ...more }] })
  await json('/api/dashboards/save', { version: 0, message: '', copy: false, model: { uid: 'states', title: 'States', refresh: '', panels: [
    { id: 1, type: 'timeseries', title: 'Load', description: 'As the [manual](https://example.org/manual) says, of `nvidia-smi`', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...target('load'), options: { legend: { displayMode: 'table', calcs: ['max'] } } },
    { id: 2, type: 'table', title: 'Requests', gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...target('requests', { instant: true, format: 'table' }) },
    { id: 4, type: 'text', title: 'Notes', gridPos: { x: 12, y: 8, w: 12, h: 12 }, options: { mode: 'markdown', content: notes } },
    { id: 3, type: 'stat', title: 'Not answered', gridPos: { x: 0, y: 8, w: 4, h: 3 }, ...target('nothing of this name') },
  ] } })
  await does('markdown of a text: headings, links, a table, lists, code', async () => {
    await opens('d/states/x?refresh=')
    const text = page.getByRole('region', { name: 'Notes' }).last()
    await text.getByRole('heading', { level: 1, name: 'Night shift', exact: true }).waitFor()
    assert.deepEqual(await text.locator('h1, h2, h3').evaluateAll((all) => all.map((h) => [h.localName, h.innerText, parseFloat(getComputedStyle(h).fontSize) > parseFloat(getComputedStyle(h.closest('.words')).fontSize)])), [['h1', 'Night shift', true], ['h2', 'What to do', true], ['h3', 'If a server is slow', true]])
    assert.deepEqual(await text.locator('a').evaluateAll((all) => all.map((a) => [a.innerText, a.getAttribute('href'), a.title])), [['the map', '/map?refresh=', ''], ['latencies', '/latency', ''], ['the manual', 'https://example.org/manual', 'of the site'], ['mail@example.org', 'mailto:mail@example.org', '']])
    assert.deepEqual(await text.locator('table tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => `${c.localName} ${c.innerText} ${getComputedStyle(c).textAlign.replace('-webkit-', '')}`))), [['th pod left', 'th load right', 'th who center'], ['td triton-0 left', 'td 12 right', 'td Ada center'], ['td triton-1 left', 'td 7 right', 'td Emmy center']])
    assert.deepEqual(await text.locator('strong, em, del, blockquote').evaluateAll((all) => all.map((e) => [e.localName, e.innerText.trim()])), [['em', 'slow'], ['strong', 'Ada'], ['del', 'Emmy'], ['blockquote', 'then sleep']])
    assert.deepEqual(await text.locator('li').evaluateAll((all) => all.map((e) => [e.parentElement.localName, e.innerText.split('\n')[0].trim()])), [['ul', '☑ look at the queue'], ['ul', '☐ call'], ['ol', 'first'], ['ol', 'second']])
    const code = await text.locator('code').evaluateAll((all) => all.map((e) => [e.parentElement.localName, e.textContent.slice(0, 62), /mono/i.test(getComputedStyle(e).fontFamily)]))
    assert.deepEqual(code, [['p', 'nvidia-smi', true], ['pre', 'def busy(x):\n    return x < 3 and "<b>no tag</b>" or x or x or '.slice(0, 62), true]])
    assert.deepEqual(await text.evaluate((e) => [e.querySelectorAll('hr').length, e.querySelectorAll('br').length, e.querySelectorAll('b').length]), [1, 1, 0])
    await inBoth('markdown')
    await text.getByRole('link', { name: 'the map' }).click()
    await page.getByRole('heading', { name: 'Map', exact: true }).waitFor()
  })
  const board = () => opens('d/states/x?refresh=&from=now-5m&to=now')

  const trace = `trace/${failed.id ?? failed.traceId}`
  const views = {
    'a span in detail': ['waterfall', async () => { await page.getByRole('treeitem').first().click(); await page.getByRole('complementary').getByText('Attributes').waitFor() }],
    'a search within': ['waterfall', async () => { await page.getByLabel('Find in the trace').fill('compute'); await click('button', 'More conditions') }],
    'the node graph': ['graph', () => page.getByRole('group', { name: 'Node graph of the trace' }).locator('.node').first().waitFor()],
    'the flame graph': ['flame', () => page.getByRole('group', { name: 'Frames' }).getByRole('button').first().waitFor()],
    'the flame graph by path': ['flame', async () => { await click('button', 'By path'); await page.getByRole('group', { name: 'Frames' }).getByRole('button').first().waitFor() }],
    'the statistics': ['statistics', () => page.getByRole('region', { name: 'Statistics' }).locator('tbody tr').first().waitFor()],
    'the events': ['events', () => page.locator('[data-event]').first().waitFor()],
  }
  for (const [what, [view, ready]] of Object.entries(views)) await does(`of a trace: ${what}`, async () => {
    await opens(`${trace}?view=${view}`)
    await ready()
    await inBoth(what)
  })
  await does('what is typed into a field is no key of the page', async () => {
    const keys = 'gm ge?tz np es'
    await opens('explore?type=search&q=&refresh=')
    const fields = [page.getByRole('combobox', { name: 'Span name', exact: true }), page.locator('.cm-content').first()]
    for (const field of fields) {
      await field.click()
      await page.keyboard.type(keys)
      await until('it is in the field', async () => (await field.evaluate((e) => e.value ?? e.textContent)).includes(keys) || field.evaluate((e) => e.value ?? e.textContent))
      await page.keyboard.press('Escape') // what is offered
    }
    assert.deepEqual([new URL(page.url()).pathname, await page.getByRole('dialog').count(), await page.getByRole('region', { name: /queries and answers$/ }).count()], ['/explore', 0, 1])
  })
  await does('each page has one heading, and a name in its tab', async () => {
    const [root] = failed.spans
    const pages = {
      '': 'SuperSONIC', dashboards: 'Dashboards', 'd/states/x?refresh=': 'States', 'd/states/x?editview=versions': 'Versions of States', explore: 'Explore', latency: 'Latency', map: 'Map', status: 'Status', 'trace/upload': 'Traces from a file', login: 'Sign in',
      [`${trace}/compare`]: 'Two traces', [trace]: new RegExp(`^${root.name} [\\d.]+ [mµn]?s, ${root.service}$`), 'trace/abc': 'Trace', 'd/nosuch': 'Dashboard', nosuch: 'Nothing here',
    }
    for (const [path, name] of Object.entries(pages)) {
      await page.goto(`${site}/${path}`)
      const heads = () => page.locator('h1:not(.words h1)').allInnerTexts() // a text panel has its own
      await until(`/${path} has one heading`, async () => ((await heads()).length === 1 && (await heads())[0].trim() !== '') || heads())
      const called = async () => (await page.title()).replace(/ · supersonic$/, '')
      await until(`/${path} is called ${name}`, async () => (name instanceof RegExp ? name.test(await called()) : (await called()) === name) || called())
    }
  })
  await does("a contrast theme of the system: what colours tell is told", async () => {
    const told = { [`${trace}?view=waterfall`]: '.lane .bar, .lane .phase, .critical, .chip, .swatch', [`${trace}?view=flame`]: '.frame', [`${trace}/compare/${other.id}`]: '.lane .bar, .swatch', 'latency?refresh=': '.swatch, .piece' }
    for (const [path, what] of Object.entries(told)) {
      const colours = () => page.locator(what).evaluateAll((all) => all.map((e) => `${e.classList[0]} ${getComputedStyle(e).backgroundColor}`))
      await opens(path)
      await page.locator(what).first().waitFor()
      const own = await colours()
      await page.emulateMedia({ forcedColors: 'active' })
      assert.deepEqual(await colours(), own, path)
      assert.ok(own.every((c) => !c.endsWith('rgba(0, 0, 0, 0)')), `${path}: ${[...new Set(own)]}`)
      const lines = await page.locator('[aria-pressed], [aria-selected]').evaluateAll((all) => all.map((e) => [e.ariaPressed ?? e.ariaSelected, getComputedStyle(e).outlineStyle]))
      for (const [on, line] of lines) assert.equal(line, on === 'true' ? 'solid' : 'none', `${path}: what is chosen has a line`)
      await shot(`contrast-${path.replaceAll(/\W+/g, '-').slice(-20)}`)
      await page.emulateMedia({ forcedColors: 'none' })
    }
  })
  await does('two traces', async () => {
    await opens(`${trace}/compare`)
    await page.getByRole('region', { name: 'Slowest' }).getByRole('link').first().waitFor()
    await inBoth('the choice of another')
    await opens(`${trace}/compare/${other.id}`)
    await page.locator('[data-step]').first().waitFor()
    await inBoth('two side by side')
  })

  for (const tab of ['Data', 'Query', 'Panel JSON']) await does(`a panel's ${tab}`, async () => {
    await board()
    const load = panel('Load')
    await load.hover()
    if (tab === 'Query') await load.getByRole('button', { name: 'triton-1' }).click() // it is shown alone: the others are told apart
    await load.getByRole('button', { name: /^Menu of/ }).click()
    if (tab === 'Data') await inBoth('the menu of a panel')
    if (tab === 'Data') {
      await page.keyboard.press('Escape')
      await load.getByRole('button', { name: 'About Load' }).click()
      await page.getByRole('tooltip').getByRole('link', { name: 'manual' }).waitFor()
      await inBoth('the description of a panel')
      await page.keyboard.press('Escape')
      await load.getByRole('button', { name: /^Menu of/ }).click()
    }
    await page.getByRole('menuitem', { name: tab }).click()
    await dialog(/^Inspect/).waitFor()
    await inBoth(`Inspect, ${tab}`)
  })
  await does('Share', async () => {
    await board()
    await click('button', 'More of this dashboard')
    await inBoth('the menu of a dashboard')
    await page.getByRole('menuitem', { name: 'Share' }).click()
    await dialog(/^Share/).waitFor()
    await inBoth('Share')
  })
  await does('Settings', async () => {
    await board()
    await click('button', 'Edit')
    await click('button', 'Settings')
    for (const tab of ['General', 'Variables', 'Annotations', 'Links', 'JSON model']) {
      await dialog(/^Settings/).getByRole('tab', { name: tab }).click()
      await page.getByRole('tab', { name: tab, selected: true }).waitFor()
      await inBoth(`Settings, ${tab}`)
    }
  })
  await does('Save, and the question before changes are dropped', async () => {
    await board()
    await click('button', 'Edit')
    await page.getByRole('button', { name: 'Stop editing' }).waitFor()
    await panel('Load').focus()
    await page.keyboard.press('Alt+Shift+ArrowDown')
    await page.getByText('not saved').waitFor()
    await click('button', 'Save')
    await dialog('Save the dashboard').waitFor()
    await inBoth('Save')
    await page.keyboard.press('Escape')
    await click('button', 'Stop editing')
    await dialog('Changes are not saved').waitFor()
    await inBoth('changes that are not saved')
  })
  await does('keys, search, range of time', async () => {
    await board()
    await page.keyboard.press('?')
    await dialog('Keys').waitFor()
    await inBoth('the keys')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: /^Search pages/ }).fill('ma')
    await inBoth('the search of pages')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Time range/ }).click()
    await inBoth('the range of time')
  })

  await does('Explore: history, adding to a dashboard, completions', async () => {
    await opens('explore?type=promql&q=up&refresh=&from=now-5m&to=now')
    await click('button', 'History')
    await page.getByRole('region', { name: 'History of queries' }).waitFor()
    await inBoth('the history')
    await page.keyboard.press('Escape')
    await click('button', 'Add to dashboard')
    await page.getByRole('radio', { name: /already/ }).check()
    await dialog('Add to dashboard').getByRole('button', { name: /^Dashboard/ }).waitFor()
    await inBoth('adding to a dashboard')
    await opens('explore?type=traceql&q=&refresh=')
    await page.locator('.cm-content').first().click()
    await page.keyboard.type('{ s')
    await page.locator('.cm-tooltip-autocomplete li').first().waitFor()
    await inBoth('completions of TraceQL')
  })
  await does('the map: cards and tables', async () => {
    await opens('map?refresh=')
    await page.locator('[data-node]').first().waitFor()
    await page.getByRole('group').getByRole('button', { name: /^server / }).first().click()
    await page.getByRole('dialog').getByText('Models', { exact: true }).waitFor()
    await inBoth('the card of a server')
    await page.keyboard.press('Escape')
    await page.locator('[data-edge]').first().press('Enter')
    await dialog(/ to supersonic-triton/).waitFor()
    await inBoth('the card of an edge')
    await page.keyboard.press('Escape')
    await page.getByText('The edges as a table').click()
    await page.getByRole('region', { name: 'Models' }).locator('tbody button').first().click()
    await inBoth('the tables of the map')
  })
  await does('latencies: two pods, another time', async () => {
    await opens('latency?refresh=')
    const { pods } = await json(`/api/latency?from=${Date.now() - 3600e3}&to=${Date.now()}`)
    await page.getByLabel('Compare').selectOption(`${pods[0].pod}~${pods[1].pod}`)
    await page.getByRole('region', { name: 'Comparison' }).waitFor()
    await until('the last answer', async () => (await page.locator('main [aria-busy="true"]').count()) === 0)
    await inBoth('two pods')
  })
})
