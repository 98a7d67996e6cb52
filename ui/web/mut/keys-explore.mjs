/**
 * The keyboard alone, in Chromium: the form and the editors of Explore, its history and
 * its two sides; then two traces that are compared. After every key something has the
 * focus and shows it; what is removed hands the focus to its neighbour.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/keys-explore.mjs
 */
import assert from 'node:assert/strict'
import { keyboard } from './keyboard.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, shot, json, reads } = await open(site, { inOrder: true })
const { focused, press, to, back, here, write, walk } = keyboard(page, until)
const param = (name) => new URL(page.url()).searchParams.get(name)
const found = async () => (await focused()).lost === false
const editor = (name) => until(`the editor ${name} has the focus`, async () => {
  await page.keyboard.press('Tab')
  return name.test((await focused()).name) || focused()
})
const asks = (text) => until(`the address asks ${text}`, () => param('q') === text || page.url())
/** pane is one side; sides have the same controls. */
const panes = () => page.getByRole('region', { name: /queries and answers$/ })

await reads(async () => {
  await does('every control of Explore is reached, and shows it', async () => {
    await page.goto(`${site}/explore?type=search&refresh=`)
    await page.getByRole('search', { name: 'Search traces' }).waitFor()
    await page.locator('tbody tr').first().waitFor()
    assert.ok((await walk('Explore')) > 20)
  })

  await does('the form writes a query: a value, another, a condition, and away with it', async () => {
    const models = (await json(`api/datasources/proxy/uid/tempo/api/v2/search/tag/span.triton.model_name/values`).catch(() => ({ tagValues: [] }))).tagValues?.map((v) => v.value) ?? []
    const model = models[0] ?? 'add_sub'
    await page.getByRole('textbox', { name: 'TraceQL' }).focus()
    await back(/^Model$/)
    await page.keyboard.type(model)
    await press('Enter')
    await asks(`{ span.triton.model_name = "${model}" }`)
    await here(/^Model$/)
    await to(/^Or another Model$/)
    await press('Enter')
    assert.ok(await found(), 'the button that goes hands its focus on')
    await back(/^Model$/, 6).catch(() => to(/^Model$/))
    await page.keyboard.type('other')
    await press('Enter')
    await asks(`{ (span.triton.model_name = "${model}" || span.triton.model_name = "other") }`).catch(() => asks(`{ span.triton.model_name = "${model}" || span.triton.model_name = "other" }`))
    await back(new RegExp(`^Without ${model}$`))
    await press('Enter')
    assert.ok(await found(), 'what stood beside it has the focus')
    await to(/^Add a condition|condition/i)
    await press('Enter')
    await until('a condition is there', async () => (await page.getByLabel('Attribute').count()) === 1)
    await page.getByLabel('Attribute').focus()
    await write('span.triton.model_version')
    await to(/^Comparison$/)
    await to(/^Value of /)
    await page.keyboard.type('3')
    await to(/^Remove the condition on /)
    await press('Enter')
    await until('it is gone', async () => (await page.getByLabel('Attribute').count()) === 0)
    assert.ok(await found())
    await back(/^Status *any/)
    await page.keyboard.press('e')
    await until('it is part of the query', async () => /status = error/.test(await page.getByRole('textbox', { name: 'TraceQL' }).innerText()))
    await shot('form-by-keys')
  })

  await does('columns of a table of spans are chosen, and Escape gives the focus back', async () => {
    await page.goto(`${site}/explore?${new URLSearchParams({ type: 'search', q: '{ name = "ingress" }', table: 'spans', refresh: '' })}`)
    await page.getByRole('button', { name: 'Columns' }).waitFor()
    await to(/^Columns$/)
    await press('Enter')
    await to(/^Add an attribute$/, 'Tab', 3)
    await press('Escape')
    await here(/^Columns$/)
  })

  await does('a query that is wrong says where, and the editor gives the focus on', async () => {
    await to(/^TraceQL$/)
    await press('Enter')
    await editor(/^TraceQL$/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{ duration >')
    await page.getByRole('alert').filter({ hasText: 'column' }).waitFor()
    await page.keyboard.press('Escape')
    await to(/^Run$/)
    await back(/^TraceQL$/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{ duration > 1ms }')
    await page.keyboard.press('Escape')
    await press('Control+Enter')
    await asks('{ duration > 1ms }')
  })

  await does('the history: a query is starred, forgotten, another is asked again', async () => {
    await back(/^History$/)
    await press('Enter')
    await here(/^Search the history$/)
    await to(/^Star it$/)
    await press('Enter')
    await here(/^Without a star$|^Star it$/)
    await to(/^Forget it$/)
    await press('Enter')
    await here(/^Search the history$/)
    await press('Escape')
    await here(/^History$/)
  })

  await does('a second side comes and goes', async () => {
    await to(/^Split$/)
    await press('Enter')
    await until('two sides', async () => (await panes().count()) === 2)
    assert.ok(await found(), 'the button that cannot be pressed again hands the focus on')
    await walk('two sides')
    await panes().nth(1).getByLabel('Data source').focus()
    await to(/^Close this side$/)
    await press('Enter')
    await until('one side', async () => (await panes().count()) === 1)
    assert.ok(await found())
  })

  await does('PromQL: several queries, their options, and away with one', async () => {
    await page.goto(`${site}/explore?type=promql&q=up&refresh=`)
    await page.getByRole('textbox', { name: 'PromQL' }).waitFor()
    await to(/^Add a query$/)
    await press('Enter')
    await until('two queries', async () => (await page.locator('[data-query]').count()) === 2)
    assert.ok(await found())
    await walk('two queries')
    await page.locator('[data-query="B"]').getByLabel('Legend').focus()
    await back(/^Remove query B$/)
    await press('Enter')
    await until('one query', async () => (await page.locator('[data-query]').count()) === 1)
    assert.ok(await found())
  })

  await does('add to dashboard: the dialog takes the focus, Escape gives it back', async () => {
    await back(/^Add to dashboard$/)
    await press('Enter')
    await page.getByRole('dialog', { name: 'Add to dashboard' }).waitFor()
    await until('the dialog has the focus', () => page.evaluate(() => document.activeElement?.closest('dialog') !== null))
    await to(/^A new dashboard$/)
    await page.keyboard.press('ArrowDown')
    await to(/^Dashboard: /)
    await press('Enter')
    await here(/^Search Dashboard$/)
    await press('Escape')
    await here(/^Dashboard: /)
    assert.equal(await page.getByRole('dialog', { name: 'Add to dashboard' }).count(), 1, 'the list was closed alone')
    await page.keyboard.press('Escape')
    await here(/^Add to dashboard$/)
  })

  await does('two traces are compared: chosen from a list, walked, swapped', async () => {
    const { traces } = await json('api/traces/search?q=' + encodeURIComponent('{}'))
    await page.goto(`${site}/trace/${traces[0].id}/compare`)
    await page.getByRole('heading', { name: /with another trace/ }).waitFor()
    await until('the list is there', async () => (await page.getByRole('region', { name: 'Newest' }).count()) === 1)
    await walk('the choice of a trace')
    await page.getByLabel('Its id').focus()
    await write(traces[1].id)
    await press('Enter')
    await until('both are shown', () => page.url().includes(`/compare/${traces[1].id}`))
    await page.getByRole('heading', { name: 'Two traces' }).waitFor()
    assert.ok(await found(), 'the field that went handed the focus on')
    await walk('two traces')
    await page.locator('#content').focus()
    await to(/^Swap A and B$/)
    await press('Enter')
    await until('they are swapped', () => page.url().includes(`/trace/${traces[1].id}/compare/${traces[0].id}`))
    assert.ok(await found())
    await to(/^Compare A with another$/)
    await press('Enter')
    await page.getByRole('heading', { name: /with another trace/ }).waitFor()
    assert.ok(await found())
    await shot('compare-by-keys')
  })
})
