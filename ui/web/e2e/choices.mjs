/**
 * What a reader chooses of a dashboard's variables stands on its field at once, however
 * long the answer takes; choices in quick succession end at the last; an answer that
 * fails or is late reverts none, and what a choice made void goes when the values come.
 * A panel that waits says of which data source.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/choices.mjs
 *
 * CONTROL/{hold,open} holds the store's values of labels; ui/choicesbrowser_test.go has it.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const store = async (state) => assert.ok((await fetch(`${process.env.CONTROL}/${state}`)).ok)

await reader(site, async ({ page, does, until, textOf, panel, json, sound, shot }) => {
  const query = (name, text, more = {}) => ({ name, label: name[0].toUpperCase() + name.slice(1), type: 'query', query: text, refresh: 1, sort: 1, current: {}, ...more })
  await json('api/dashboards/save', { version: 0, message: '', copy: false, model: {
    uid: 'choices', title: 'Choices', refresh: '',
    templating: { list: [
      query('release', 'label_values(load, release)'),
      query('pod', 'label_values(load{release=~"$release"}, pod)', { multi: true, includeAll: true, current: { text: 'All', value: '$__all' } }),
      { name: 'words', label: 'Words', type: 'textbox', query: 'first' },
      { name: 'filters', label: 'Filters', type: 'adhoc', datasource: { type: 'prometheus', uid: 'prometheus' }, filters: [{ key: 'model', operator: '=', value: 'of the file' }] },
    ] },
    panels: [
      { id: 1, type: 'text', title: 'Chosen', gridPos: { x: 0, y: 0, w: 12, h: 6 }, options: { mode: 'markdown', content: '${release:text}, ${pod:csv}, ${words}' } },
      { id: 2, type: 'table', title: 'Asked', gridPos: { x: 12, y: 0, w: 12, h: 6 }, targets: [{ refId: 'A', expr: 'load', instant: true, format: 'table' }] },
      { id: 3, type: 'stat', title: 'Of the pods', gridPos: { x: 0, y: 6, w: 12, h: 6 }, targets: [{ refId: 'A', expr: 'load{pod=~"$pod"}', instant: true }] },
    ],
  } })

  const field = (label) => page.getByRole('button', { name: new RegExp(`^${label}: `) })
  const stands = (label, text) => until(`${label} is ${text}`, async () => (await field(label).getAttribute('aria-label')) === `${label}: ${text}` || field(label).getAttribute('aria-label'))
  const busy = (label) => page.locator('.variable', { has: field(label) }).getAttribute('aria-busy')
  const told = (text) => until(`the panel says ${text}`, async () => (await textOf('Chosen')) === text || textOf('Chosen'))
  const chooses = async (label, text) => {
    await field(label).click()
    await page.getByRole('option', { name: text, exact: true }).click()
    if (await page.getByRole('listbox').count()) await page.keyboard.press('Escape')
  }
  const param = (name) => new URL(page.url()).searchParams.getAll(`var-${name}`)

  // The page's own answers are held, or fail, between it and its server.
  let held = []
  let how = 'well'
  const ofTheBoard = /\/api\/dashboards\/uid\/choices\?/
  await page.route(ofTheBoard, async (route) => {
    if (how === 'held') return void held.push(route)
    if (how === 'fails') return route.fulfill({ status: 502, contentType: 'application/json', body: JSON.stringify({ error: 'the gateway before the page is out' }) })
    return route.continue()
  })
  const hold = () => (how = 'held')
  /** lets go of what was held, the last first: those before are given up by then. */
  const lets = async (state = 'well') => {
    how = state
    for (const route of held.splice(0).reverse()) await route.continue().catch(() => undefined)
  }
  const asked = (n) => until(`${n} questions are held`, () => held.length >= n || held.length)

  await does('at first', async () => {
    await page.goto(`${site}/d/choices/x`)
    await told('cms, cms-0,cms-1, first')
    assert.equal(await busy('Release'), 'false')
  })

  await does('a choice stands while its answer takes long, and so does one that follows it; what it made void goes with the answer', async () => {
    hold()
    await chooses('Release', 'dune')
    await stands('Release', 'dune')
    await asked(1)
    assert.equal(await busy('Release'), 'true')
    assert.equal(await textOf('Chosen'), 'cms, cms-0,cms-1, first', 'the panels are those of before')
    await chooses('Pod', 'cms-1') // from a list that is of cms still
    await stands('Pod', 'cms-1')
    await stands('Release', 'dune')
    await asked(2)
    await page.getByRole('textbox', { name: 'Words' }).fill('second')
    await page.keyboard.press('Enter')
    await asked(3)
    await sound('variables that wait')
    await shot('choices-held')
    await lets()
    await told('dune, dune-0,dune-1, second')
    await stands('Pod', 'All')
    await until('nothing waits', async () => (await busy('Release')) === 'false' && (await busy('Pod')) === 'false')
  })

  await does('choices in quick succession end at the last', async () => {
    hold()
    for (const [nth, release] of ['cms', 'dune', 'cms'].entries()) {
      await chooses('Release', release)
      await stands('Release', release)
      await asked(nth === 1 ? nth : nth + 1) // back at what the page has an answer of, that need not be asked
    }
    await lets()
    await told('cms, cms-0,cms-1, second')
    assert.deepEqual(param('release'), ['cms'])
    await chooses('Pod', 'cms-0')
    await told('cms, cms-0, second')
  })

  await does('several values, chosen in a list that is opened again before there is an answer, are all kept', async () => {
    hold()
    await chooses('Pod', 'cms-1')
    await stands('Pod', 'cms-0 cms-1')
    await asked(1)
    await chooses('Pod', 'cms-0')
    await stands('Pod', 'cms-1')
    await lets()
    await told('cms, cms-1, second')
  })

  await does('Back, while it waits, is what the address says', async () => {
    hold()
    await chooses('Release', 'dune')
    await stands('Release', 'dune')
    await page.goBack()
    await stands('Release', 'cms')
    await lets()
    await told('cms, cms-1, second')
    await stands('Release', 'cms')
  })

  await does('a choice whose answer failed stays, and is asked for again', async () => {
    how = 'fails'
    await chooses('Release', 'dune')
    await page.getByText('the gateway before the page is out').waitFor()
    await stands('Release', 'dune')
    assert.equal(await textOf('Chosen'), 'cms, cms-1, second')
    how = 'well'
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await told('dune, dune-0,dune-1, second')
    assert.equal(await page.getByText('the gateway before the page is out').count(), 0)
    await stands('Pod', 'All')
  })

  await does('a store that is late: the choice stands, before and after its values came, and what it made void goes then', async () => {
    await chooses('Pod', 'dune-1')
    await told('dune, dune-1, second')
    await store('hold')
    await field('Release').click()
    await page.getByRole('combobox', { name: 'Search Release' }).fill('c.s') // of which nobody asked for the pods yet
    await page.keyboard.press('Enter')
    await stands('Release', 'c.s')
    await page.getByRole('img', { name: /^Pod: .*(no answer within|have not come yet)/ }).waitFor()
    await stands('Release', 'c.s')
    await told('c.s, dune-1, second')
    await store('open')
    await told('c.s, cms-0,cms-1, second')
    await stands('Release', 'c.s')
    await stands('Pod', 'All')
  })

  await does('a panel of all of a variable whose store is late says for what it waits, and is asked once the values came', async () => {
    const says = (what) => until(`it says ${what}`, async () => what.test(await textOf('Of the pods')) || textOf('Of the pods'))
    await says(/\b7\b/)
    await store('hold')
    await field('Release').click()
    await page.getByRole('combobox', { name: 'Search Release' }).fill('cm.')
    await page.keyboard.press('Enter')
    await told('cm., , second')
    await says(/The values of the variable Pod have not come yet/)
    assert.doesNotMatch(await textOf('Asked'), /have not come yet/)
    await store('open')
    await told('cm., cms-0,cms-1, second')
    await says(/^(?!.*have not come yet).*\b7\b/s)
  })

  await does('filters that are added one after the other both hold; the last one taken away does not bring the file\'s back', async () => {
    const says = (text) => until(`asked is ${text}`, async () => (await textOf('Asked')).includes(text) || textOf('Asked'))
    await says('load{model="of the file"}')
    hold()
    const adds = async (key, value) => {
      await page.getByRole('button', { name: 'Add a filter to Filters' }).click()
      await page.getByLabel('Label', { exact: true }).fill(key)
      await page.getByLabel('Value', { exact: true }).fill(value)
      await page.keyboard.press('Enter')
      await page.getByLabel(`Value of ${key}`).waitFor()
    }
    await adds('pod', 'cms-0#a')
    await adds('release', 'cms')
    await lets()
    await says('load{model="of the file",pod="cms-0#a",release="cms"}')
    for (const key of ['model', 'pod', 'release']) await page.getByRole('button', { name: `Remove the filter on ${key}` }).click()
    await until('no filter', async () => / load /.test(` ${await textOf('Asked')} `) || textOf('Asked'))
    await page.reload()
    await until('no filter after a reload', async () => / load /.test(` ${await textOf('Asked')} `) || textOf('Asked'))
  })

  await does('a panel that waits says of whom, in words that are heard as well, until its answer is there', async () => {
    const asks = /\/api\/panel$/
    let waiting = null
    await page.route(asks, async (route) => {
      if (waiting === null && route.request().postDataJSON().panel === 2) waiting = route
      else await route.continue()
    })
    await page.reload()
    const says = panel('Asked').getByRole('status')
    await says.filter({ hasText: /^No answer from prometheus for \d+ s\. The Status page tells whether it is well/ }).waitFor()
    await until('the other has nothing to say', async () => (await textOf('Chosen')).startsWith('cm., ') || textOf('Chosen'))
    assert.equal((await panel('Chosen').locator('.said').textContent()).trim(), '')
    await sound('a panel that waits')
    await shot('panel-waits')
    await waiting.continue()
    await until('its answer is there', async () => / load /.test(` ${await textOf('Asked')} `) || textOf('Asked'))
    assert.equal((await panel('Asked').locator('.said').textContent()).trim(), '')
    await page.unroute(asks)
  })
})
