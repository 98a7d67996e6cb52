/**
 * A reader chooses from the lists of a dashboard's variables, by mouse and by keys: one
 * value, several, all; a namespace that depends on the release, an interval, a data
 * source; a constant that nobody chooses. Each time the figures are those of PromQL
 * written here, asked of the store past the panels.
 *
 *   SITE_URL=http://127.0.0.1:3000 UNTIL=1796018000000 node e2e/variables.mjs   (the stores of metrics/variables_test.go)
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const end = Number(process.env.UNTIL)

await reader(site, async ({ page, does, until, quiet, textOf, panel, json, sound, shot }) => {
  const query = (name, text, more = {}) => ({ name, label: name[0].toUpperCase() + name.slice(1), type: 'query', query: text, refresh: 1, sort: 1, current: {}, ...more })
  const stat = (id, title, expr, more = {}) => ({ id, type: 'stat', title, gridPos: { x: 6 * ((id - 1) % 4), y: 4 * Math.floor((id - 1) / 4), w: 6, h: 4 }, targets: [{ refId: 'A', expr, instant: true }], options: { graphMode: 'none' }, fieldConfig: { defaults: { unit: 'none', decimals: 2 }, overrides: [] }, ...more })
  const chosen = 'release=~"$release", namespace=~"$namespace", pod=~"$pod"'
  await json('api/dashboards/save', { version: 0, message: '', copy: false, model: {
    uid: 'lists', title: 'Lists', refresh: '',
    templating: { list: [
      query('release', 'label_values(load, release)'),
      query('namespace', 'label_values(load{release=~"$release"}, namespace)', { multi: true, includeAll: true, current: { text: 'All', value: '$__all' } }),
      query('pod', 'label_values(load{release=~"$release", namespace=~"$namespace"}, pod)', { multi: true, includeAll: true, current: { text: 'All', value: '$__all' } }),
      { name: 'step', label: 'Step', type: 'interval', query: '1m,5m', allowCustomValue: false, current: { text: '1m', value: '1m' } },
      { name: 'factor', type: 'constant', query: '7', hide: 2 },
      { name: 'store', label: 'Store', type: 'datasource', query: 'prometheus', current: {} },
    ] },
    panels: [
      stat(1, 'Load', `sum(load{${chosen}})`), stat(2, 'Rate', `sum(rate(work_total{${chosen}}[$step]))`), stat(3, 'Times the constant', `sum(load{${chosen}}) * $factor`),
      stat(4, 'Of the store', `sum(load{${chosen}})`, { datasource: { type: 'prometheus', uid: '${store}' } }),
      { id: 5, type: 'table', title: 'Each', gridPos: { x: 0, y: 4, w: 12, h: 7 }, targets: [{ refId: 'A', expr: `sum by (pod) (load{${chosen}})`, instant: true, format: 'table' }] },
      { id: 6, type: 'text', title: 'Words', gridPos: { x: 12, y: 4, w: 12, h: 7 }, options: { mode: 'markdown', content: '${release:text} of ${namespace:csv} on ${pod:csv} in $step, $factor times, of ${store:text}' } },
    ],
  } })

  const asked = async (store, expr) => (await json(`api/datasources/proxy/uid/${store}/api/v1/query?${new URLSearchParams({ query: expr, time: end / 1e3 })}`)).data.result
  const sum = async (store, expr) => Number((await asked(store, expr))[0].value[1]).toFixed(2)
  const param = (name) => new URL(page.url()).searchParams.getAll(`var-${name}`)
  const field = (label) => page.getByRole('button', { name: new RegExp(`^${label}: `) })
  const list = (label) => page.getByRole('listbox', { name: label, exact: true })
  /** chooses opens the list of a variable, sees what is in it, and clicks on some of it. */
  const chooses = async (label, has, ...texts) => {
    await field(label).click()
    await list(label).waitFor()
    const offered = async () => (await list(label).getByRole('option').allInnerTexts()).map((t) => t.trim())
    await until(`the list of ${label}: ${has}`, async () => JSON.stringify(await offered()) === JSON.stringify(has) || offered()) // it follows what was chosen before
    for (const text of texts) await list(label).getByRole('option', { name: text, exact: true }).click()
    if (await list(label).count()) await page.keyboard.press('Escape')
    await list(label).waitFor({ state: 'detached' })
  }
  /** holds fails unless every panel has the figures of selectors written here. */
  const holds = async (what, { release, namespaces, pods, step = '1m', store = 'prometheus', storeName = 'prometheus' }) => {
    const selector = `{release="${release}", namespace=~"${namespaces.join('|')}", pod=~"${pods.join('|')}"}`
    const each = (await asked('prometheus', `sum by (pod) (load${selector})`)).map((s) => `${s.metric.pod} ${s.value[1]}`).sort()
    assert.deepEqual(each.map((e) => e.split(' ')[0]), pods, 'the store has these pods')
    const want = {
      Load: await sum('prometheus', `sum(load${selector})`), Rate: await sum('prometheus', `sum(rate(work_total${selector}[${step}]))`),
      'Times the constant': await sum('prometheus', `7 * sum(load${selector})`), 'Of the store': await sum(store, `sum(load${selector})`),
      Words: `${release} of ${namespaces.join(',')} on ${pods.join(',')} in ${step}, 7 times, of ${storeName}`,
    }
    for (const [title, text] of Object.entries(want)) await until(`${what}: ${title} is ${text}`, async () => (await textOf(title)) === text || textOf(title))
    const rows = () => panel('Each').locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].slice(-2).map((c) => c.innerText.trim()).join(' ')).sort())
    await until(`${what}: a row each`, async () => JSON.stringify(await rows()) === JSON.stringify(each) || rows())
  }
  const cms = { release: 'cms', namespaces: ['cms-prod', 'cms-test'], pods: ['cms-0', 'cms-1', 'cms-2'] }
  const dune = { release: 'dune', namespaces: ['dune-beam', 'dune-prod'], pods: ['dune-0', 'dune-1', 'dune-2'] }

  await does('before anything is chosen: the first release, all of it', async () => {
    await page.goto(`${site}/d/lists/x?from=${end - 600_000}&to=${end}`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
    await holds('at first', cms)
    assert.equal(await page.getByRole('button', { name: /^factor/i }).count(), 0, 'a constant has no list')
    await shot('lists')
  })

  await does('one pod, two, and all again', async () => {
    const has = ['All', 'cms-0', 'cms-1', 'cms-2']
    await chooses('Pod', has, 'cms-1')
    await holds('one', { ...cms, pods: ['cms-1'] })
    assert.deepEqual(param('pod'), ['cms-1'])
    await chooses('Pod', has, 'cms-2')
    await holds('two', { ...cms, pods: ['cms-1', 'cms-2'] })
    assert.deepEqual(param('pod'), ['cms-1', 'cms-2'])
    await chooses('Pod', has, 'All')
    await holds('all', cms)
    assert.deepEqual(param('pod'), ['$__all'])
  })

  await does('a namespace, by keys: the pods are those of it', async () => {
    await field('Namespace').focus()
    await page.keyboard.press('ArrowDown')
    await page.getByRole('combobox', { name: 'Search Namespace' }).fill('test')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await holds('one namespace', { ...cms, namespaces: ['cms-test'], pods: ['cms-2'] })
    await chooses('Pod', ['All', 'cms-2'])
    await sound('the lists of variables')
  })

  await does('what is typed: Enter takes the first that fits, the text itself where nothing does or it is chosen', async () => {
    /** offers opens a list and types, and holds what is offered and what Enter would take. */
    const offers = async (label, text, want, what = text) => {
      await field(label).click()
      await page.getByRole('combobox', { name: `Search ${label}` }).fill(text)
      const offered = () => list(label).getByRole('option').evaluateAll((all) => all.map((o) => (o.id === document.activeElement.getAttribute('aria-activedescendant') ? `Enter takes ${o.innerText.trim()}` : o.innerText.trim())))
      await until(`${label}: ${what}`, async () => JSON.stringify(await offered()) === JSON.stringify(want) || offered())
    }
    const entered = async (...keys) => {
      for (const key of [...keys, 'Enter', 'Escape']) await page.keyboard.press(key)
    }
    await chooses('Namespace', ['All', 'cms-prod', 'cms-test'], 'All')
    await offers('Pod', 'cms', ['Enter takes cms-0', 'cms-1', 'cms-2', 'cms'])
    await entered()
    await holds('the first that fits', { ...cms, pods: ['cms-0'] })
    await offers('Pod', 'cms-2', ['Enter takes cms-2'], 'one that is called so is not offered twice')
    await entered()
    await holds('one by its whole name', { ...cms, pods: ['cms-0', 'cms-2'] })
    await offers('Release', 'c.s', ['Enter takes c.s'])
    await entered()
    const want = await sum('prometheus', 'sum(load{release=~"c.s", pod=~"cms-0|cms-2"})')
    await until('the text as it is', async () => (await textOf('Load')) === want || textOf('Load'))
    await offers('Release', 'm', ['Enter takes cms', 'm'])
    await entered('ArrowDown')
    await until('the text itself, chosen', () => param('release').join() === 'm' || page.url())
    await chooses('Release', ['m', 'cms', 'dune'], 'cms')
    await offers('Step', '2m', [], 'one that takes no values but its own')
    await entered()
    await chooses('Pod', ['All', 'cms-0', 'cms-1', 'cms-2'], 'All')
    await holds('all again', cms)
  })

  await does('another release: namespaces and pods are its own, and what it does not have is chosen no longer', async () => {
    await chooses('Release', ['cms', 'dune'], 'dune')
    await holds('the other release', dune)
    await chooses('Namespace', ['All', 'dune-beam', 'dune-prod'], 'dune-prod')
    await holds('a namespace of it', { ...dune, namespaces: ['dune-prod'], pods: ['dune-0', 'dune-1'] })
    await chooses('Pod', ['All', 'dune-0', 'dune-1'], 'dune-1')
    await holds('a pod of it', { ...dune, namespaces: ['dune-prod'], pods: ['dune-1'] })
  })

  await does('an interval and a data source, and the address keeps all of it', async () => {
    const [short, long] = await Promise.all(['1m', '5m'].map((step) => sum('prometheus', `sum(rate(work_total{pod="dune-1"}[${step}]))`)))
    assert.notEqual(short, long, 'the interval matters')
    const one = { ...dune, namespaces: ['dune-prod'], pods: ['dune-1'] }
    await chooses('Step', ['1m', '5m'], '5m')
    await holds('five minutes', { ...one, step: '5m' })
    await chooses('Store', ['prometheus', 'the other'], 'the other')
    const last = { ...one, step: '5m', store: 'other', storeName: 'the other' }
    await holds('the other store', last)
    await page.reload()
    await quiet()
    await holds('after a reload', last)
    assert.deepEqual(['release', 'namespace', 'pod', 'step', 'store'].flatMap(param), ['dune', 'dune-prod', 'dune-1', '5m', 'other'])
  })
})
