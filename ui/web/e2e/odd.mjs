/**
 * Odd inputs, in Chromium: addresses with several values, all of them, none that there
 * is, ranges the wrong way round; dashboards without panels; queries that fail, sources
 * that are not there or answer a page to sign in with; a phone, a kiosk, keys alone.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/odd.mjs   (the site of ui/odd_test.go)
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

await reader(site, async ({ page, does, json, until, quiet, textOf, panel, shot, narrow, sound }) => {
  const at = (i) => ({ x: (i % 3) * 8, y: Math.floor(i / 3) * 7, w: 8, h: 7 })
  const series = (title, expr, more = {}) => ({ type: 'timeseries', title, targets: [{ refId: 'A', expr, legendFormat: '{{pod}}' }], ...more })
  const save = (uid, title, panels, more = {}) =>
    json('api/dashboards/save', { model: { uid, title, panels: panels.map((p, i) => ({ id: i + 1, gridPos: at(i), ...p })), ...more }, version: 0, message: '', copy: false })
  const pod = { name: 'pod', type: 'query', query: 'label_values(load, pod)', multi: true, includeAll: true, refresh: 1, current: {} }
  await save('odd', 'Odd', [
    series('Load', 'load'), series('Fails', 'sum(', {}), series('Nowhere', 'load', { datasource: { type: 'prometheus', uid: 'gone' } }),
    series('Login', 'load', { datasource: { type: 'prometheus', uid: 'html' } }),
    { type: 'traces', title: 'Traces behind a login', datasource: { type: 'tempo', uid: 'htmltraces' }, targets: [{ refId: 'A', queryType: 'traceql', query: '{}' }] },
    { type: 'text', title: 'Chosen', options: { mode: 'markdown', content: 'pods=${pod:csv} all=${pod:regex}' } },
  ], { templating: { list: [pod] }, annotations: { list: [{ name: 'Gone', enable: true, datasource: { type: 'prometheus', uid: 'absent' }, expr: 'up' }, { name: 'Quiet', enable: true, hide: true, datasource: { type: 'prometheus', uid: 'absent' }, expr: 'up' }] } })
  await save('bare', 'Nothing in it', [])
  const param = (name) => new URL(page.url()).searchParams.getAll(name)
  const open = async (path) => {
    await page.goto(`${site}/${path}`)
    await page.locator('[data-panel], .notice').first().waitFor()
    await quiet()
  }
  const odd = (query) => open(`d/odd/x?refresh=&${query}`)

  await does('an annotation whose source is not there is said once, at its switch', async () => {
    await odd('from=now-15m&to=now')
    const bar = page.getByRole('group', { name: 'Variables and links' })
    const note = bar.getByRole('button', { name: 'One note on the annotation Gone' })
    await note.click()
    assert.match(await bar.getByRole('listitem').innerText(), /Annotation “Gone”: .*absent/)
    await page.keyboard.press('Escape')
    await bar.getByRole('button', { name: 'One note on the annotations' }).waitFor() // of the one that has no switch
    assert.equal(await panel('Load').getByRole('button', { name: /note/ }).count(), 0, 'no chart says it again')
    await page.getByRole('checkbox', { name: 'Gone' }).uncheck()
    await until('what is off says nothing', async () => (await note.count()) === 0)
    await page.goto(`${site}/d-solo/odd/x?panelId=1&from=now-15m&to=now`)
    await panel('Load').getByRole('button', { name: '2 notes on Load' }).waitFor() // alone there is no switch
  })

  await does('several values of a variable, all, none that there is', async () => {
    const chosen = async (query, want) => {
      await odd(`from=now-15m&to=now&${query}`)
      await until(`${query}: ${want}`, async () => (await textOf('Chosen')) === want || textOf('Chosen'))
    }
    await chosen('var-pod=triton-0&var-pod=triton-2', 'pods=triton-0,triton-2 all=(triton-0|triton-2)')
    assert.deepEqual(param('var-pod'), ['triton-0', 'triton-2'])
    await chosen('var-pod=$__all', 'pods=triton-0,triton-1,triton-2 all=(triton-0|triton-1|triton-2)')
    await chosen('var-pod=All', 'pods=triton-0,triton-1,triton-2 all=(triton-0|triton-1|triton-2)')
    await chosen('var-pod=$__all&var-pod=triton-1', 'pods=triton-0,triton-1,triton-2 all=(triton-0|triton-1|triton-2)') // all and one are all
    await chosen('var-pod=a.b%22%7D', 'pods=a.b"} all=a.b"}') // markdown takes the backslashes
    await chosen('var-pod=triton-1&var-pod=triton-1', 'pods=triton-1 all=triton-1')
    await chosen('var-nothing=x&var-pod=triton-1', 'pods=triton-1 all=triton-1')
  })

  const range = () => page.getByRole('button', { name: /^Time range/ }).innerText()
  const main = async () => (await page.getByRole('main').innerText()).replace(/\s+/g, ' ')

  await does('ranges the wrong way round, of no length, unreadable: said, and left by the picker', async () => {
    for (const [query, says, note] of [
      ['from=now&to=now-1h', /the range from .* is empty give from before to/, 'the range ends before it begins'],
      ['from=1796018000000&to=1796017000000', /the range from 2026-11-30T05:53:20Z to 2026-11-30T05:36:40Z is empty/, 'the range ends before it begins'],
      ['from=now-1h&to=now-1h', /is empty/, 'the range is of no length'],
      ['from=yesterday&to=now', /“?"yesterday" is not a time: write now-3h/, '“yesterday” is not a time'],
    ]) {
      await odd(query)
      assert.match(await main(), says)
      await page.getByRole('note').filter({ hasText: note }).waitFor()
      await page.getByRole('button', { name: /^Time range/ }).click()
      await page.getByRole('button', { name: 'Last 15 minutes' }).click()
      await panel('Load').locator('canvas').waitFor()
      assert.equal(await page.getByRole('note').filter({ hasText: note }).count(), 0)
      await page.goto(`${site}/explore?type=promql&q=load&${query}`) // goes by another range, and says so
      await page.getByRole('note').filter({ hasText: note }).waitFor()
    }
    for (const [query, seen] of [['from=now-5m&to=', 'Last 5 minutes'], ['from=&to=', 'Last 6 hours'], ['from=now-20y&to=now', 'Last 20 years'], ['from=now/d&to=now/d', 'Today'], ['from=now-1d/d&to=now-1d/d', 'Yesterday']]) {
      await odd(query)
      assert.equal(await range(), seen, query)
      await panel('Load').locator('canvas').waitFor()
    }
  })

  await does('each panel says what is wrong with its own source, and what to do', async () => {
    await odd('from=now-15m&to=now')
    await panel('Load').locator('canvas').waitFor()
    for (const [title, says] of [
      ['Nowhere', /there is no data source "gone" .* add it under grafana.datasources or change the panel/],
      ['Login', /the answer is a web page \(Sign in\), not a store's .*sign in may stand before the store/],
      ['Traces behind a login', /the answer is a web page \(Sign in\)/],
    ]) assert.match(await textOf(title), says)
    await shot('panels')
    await sound('a dashboard half of which fails')
  })

  await does('what is not known is said on the panel: its type, a unit, an option, a transformation', async () => {
    const stat = (title, more) => ({ type: 'stat', title, targets: [{ refId: 'A', expr: 'sum(load)', instant: true }], options: { graphMode: 'none', reduceOptions: { calcs: ['max'] } }, ...more })
    const defaults = (more) => ({ defaults: more, overrides: [] })
    await save('unknown', 'Unknown', [
      { type: 'flowcharting', title: 'Of a type', targets: [{ refId: 'A', expr: 'sum(load)', instant: true }] }, { type: 'holo', title: 'Of a type without queries' },
      stat('Unit', { fieldConfig: defaults({ unit: 'foo' }) }), stat('Option', { options: { graphMode: 'none', wobble: 3, reduceOptions: { calcs: ['max'], spin: 1 } } }),
      stat('Field', { fieldConfig: defaults({ custom: { wiggle: 1 } }) }), stat('Transformation', { transformations: [{ id: 'conjure', options: {} }] }), stat('Known', {}),
    ])
    await page.setViewportSize({ width: 1440, height: 1400 })
    await open('d/unknown/x?from=now-15m&to=now&refresh=')
    const says = async (title, what) => until(`${title} says what it is`, async () => what.test(await textOf(title)) || textOf(title))
    await says('Of a type', /Panels of the type "flowcharting" are not known here. Its data can be seen as a table/)
    await says('Of a type without queries', /Panels of the type "holo" are not known here. This one asks no data source/)
    const value = Math.max(...(await json(`api/datasources/proxy/uid/prometheus/api/v1/query?${new URLSearchParams({ query: 'sum(load)', time: '1796018000' })}`)).data.result.map((s) => Number(s.value[1])))
    await until(`the one that is known shows ${value}`, async () => [...(await textOf('Known')).matchAll(/[\d.]+/g)].some(([n]) => Number(n) === value) || textOf('Known'))
    await says('Unit', new RegExp(`${value} ?foo`)) // a unit that is not known stands behind the number
    /** notes are what a panel says of itself. */
    const notes = async (title) => {
      const mark = panel(title).getByRole('button', { name: new RegExp(`notes? on ${title}$`) })
      if ((await mark.count()) === 0) return []
      await mark.click()
      const list = await page.getByRole('listitem').filter({ hasText: /not known/ }).allInnerTexts()
      await page.keyboard.press('Escape')
      return list.map((t) => t.replace(/^panel \d+ "[^"]*":? /, '').trim())
    }
    for (const [title, ...want] of [
      ['Of a type', 'its type "flowcharting" is not known'], ['Of a type without queries', 'its type "holo" is not known'],
      ['Option', 'option options.reduceOptions.spin is not known', 'option options.wobble is not known'], ['Field', 'option custom.wiggle is not known'],
      ['Transformation', 'the transformation "conjure" is not known: the panel shows its data without it'], ['Unit'], ['Known'],
    ]) await until(`the notes on ${title}`, async () => {
      const said = (await notes(title)).sort()
      return JSON.stringify(said) === JSON.stringify(want) || said
    })
    await until('its data without the transformation', async () => (await textOf('Transformation')) === (await textOf('Known')) || textOf('Transformation'))
    await shot('unknown')
    await sound('panels that are not known')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  await does('Explore and a trace before a source that answers HTML or is not there', async () => {
    for (const [path, says] of [
      ['explore?ds=htmltraces&q=%7B%7D', /the answer is a web page \(Sign in\)/], ['explore?ds=html&type=promql&q=load', /the answer is a web page/], ['explore?ds=gone&q=%7B%7D', /There is no data source "gone" Choose another one/],
      ['latency?ds=htmltraces', /the answer is a web page/], ['trace/0123456789abcdef0123456789abcdef?ds=htmltraces', /the answer is a web page/],
    ]) {
      await page.goto(`${site}/${path}`)
      await until(path, async () => says.test(await main()) || main())
    }
  })

  await does('dashboards without panels, without the panel, not there', async () => {
    for (const [path, says] of [
      ['d/bare', /This dashboard has no panels yet/], ['d/bare?viewPanel=3', /This dashboard has no panel 3/], ['d/odd?viewPanel=99', /has no panel 99/], ['d/odd?editPanel=99', /has no panel 99/],
      ['d/nowhere', /there is no dashboard of this uid: "nowhere"/], ['d-solo/odd/x?panelId=99', /has no panel 99/], ['d-solo/odd/x', /The address names no panel/], ['d/%E0%A4', /there is no dashboard of this uid/], ['dashboard/db/%FF', /no dashboard has the title/], ['d/odd/x/y/z', /There is nothing at this address/],
    ]) {
      await page.goto(`${site}/${path}`)
      await until(path, async () => says.test(await main()) || main())
      await narrow(path)
    }
  })

  await does('files with everything twice', async () => {
    const link = { type: 'link', title: 'Same', url: '/explore' }
    const twice = (x) => [x, { ...x }]
    await save('twice', 'Twice', [series('Same', 'load', { targets: twice({ refId: 'A', expr: 'load', legendFormat: 'one' }), links: twice(link) }),
      { type: 'histogram', title: 'Histogram', targets: twice({ refId: 'A', expr: 'load', legendFormat: 'one' }) }, series('Same', 'load')],
    { tags: ['t', 't'], links: twice({ ...link, asDropdown: true }), templating: { list: twice(pod) }, annotations: { list: twice({ name: 'N', enable: true, expr: 'load' }) } })
    await open('d/twice?from=now-15m&to=now&refresh=&var-pod=triton-1&var-pod=triton-1')
    await until('both are drawn', async () => (await page.locator('[data-panel] canvas').count()) >= 2 || page.locator('[data-panel] canvas').count())
    await page.goto(`${site}/d/twice?from=now-15m&to=now&refresh=&inspect=panel-1&inspectTab=query`)
    await page.getByRole('dialog').locator('pre').first().waitFor()
    await page.keyboard.press('Escape')
    await page.goto(`${site}/d/twice?from=now-15m&to=now&refresh=&editPanel=1`)
    await until('two queries', async () => (await page.getByRole('article', { name: 'Query A' }).count()) === 2 || page.getByRole('article').count())
    await page.goto(`${site}/dashboards`)
    await page.getByRole('link', { name: 'Twice' }).waitFor()
  })

  await does('a phone of 360 px, in a kiosk as well', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await odd('from=now-15m&to=now')
    await narrow('the dashboard')
    await shot('phone')
    await odd('from=now-15m&to=now&kiosk')
    await narrow('the kiosk')
    await shot('phone-kiosk')
    await page.setViewportSize({ width: 1440, height: 900 })
  })
})
