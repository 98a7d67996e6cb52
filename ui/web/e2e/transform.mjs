/**
 * Transformations in the panel editor, in Chromium: some are added to a panel, set,
 * disabled, moved, removed and undone; the cells of the table are held against values
 * computed from the metrics store's own answers, asked through the proxy. Saved, read by
 * the API, and opened again.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/transform.mjs
 */
import assert from 'node:assert/strict'
import { add, back, card, cards, choose, control, does, edits, fill, focused, four, here, json, keptOf, model, narrow, order, page, press, preview, quiet, reads, region, saves, shares, shot, shows, sound, store, table, texts, to, unknown, until, worst, write } from './transformsite.mjs'

await reads(async () => {
  await json('api/dashboards/save', { model, version: 0, message: '', copy: false })

  await does('a transformation that is not known is said and kept', async () => {
    await edits(1)
    assert.deepEqual(await order(), ['spatial'])
    await page.getByRole('button', { name: 'Zoom out', exact: true }).click()
    await until('another range is asked', () => /from=/.test(page.url()))
    await quiet()
    assert.match(await page.title(), /^Shares · /, 'the tab is called after the dashboard, whatever its address')
    await card('spatial').getByText('not known here: kept, and not done').waitFor()
    await card('spatial').locator('button.fold').click()
    await card('spatial').getByText('"mode": "auto"').waitFor()
    await card('spatial').locator('button.fold').click()
  })

  /** column is one of the table, as numbers. */
  const column = async (name) => {
    const [head, ...rows] = await table()
    return rows.map((row) => Number(row[head.indexOf(name)]))
  }

  await does('one that is done with one query alone', async () => {
    await add('limit')
    await fill('Rows', '2')
    const shown = async (name) => {
      await preview().getByRole('combobox', { name: 'Table', exact: true }).selectOption({ label: name })
      await until(`the table ${name}`, async () => (await texts('thead th')).includes(name) || texts('thead th'))
      return (await column(name)).length
    }
    const sizes = async () => [await shown('Value #A'), await shown('Value #B')]
    await until('two rows of both', async () => JSON.stringify(await sizes()) === '[2,2]' || sizes())
    await choose('Queries of Limit, 2 of 2', 'B')
    await until('all of the first, two of the second', async () => JSON.stringify(await sizes()) === JSON.stringify([shares.length, 2]) || sizes())
    assert.match(await card('Limit').innerText(), /of B/)
    await card('Limit').locator('header').getByRole('button', { name: /^Remove/ }).click()
    await shown('Value #A')
  })

  await does('tables are merged, a share is computed of two columns', async () => {
    await add('merge')
    await add('calculation')
    await region().getByLabel('Mode', { exact: true }).selectOption({ label: 'Binary operation' })
    await choose('Left', 'Value #B')
    await region().getByLabel('Operator', { exact: true }).selectOption({ label: '÷' })
    await choose('Right', 'Value #A')
    await fill('Alias', 'share')
    await until('the share is a column', async () => (await table())[0].includes('share') || table())
    assert.match(await card('Add field').innerText(), /share = Value #B \/ Value #A/)
    await shot('transform-calculated')
  })

  await does('fields are hidden, renamed and moved', async () => {
    await add('organize')
    await region().getByLabel('Show Time', { exact: true }).uncheck()
    await fill('New name of pod', 'Server')
    await fill('New name of Value #A', 'Requests')
    await region().getByLabel('Show Value #B', { exact: true }).uncheck()
    await until('the server comes after the model', async () => {
      const names = await region().locator('tbody td.name').allInnerTexts()
      if (names.indexOf('pod') > names.indexOf('model')) return true
      await control('button', 'Later: field pod').click()
      return names
    })
    const names = await region().locator('tbody td.name').allInnerTexts()
    const called = { pod: 'Server', model: 'model', 'Value #A': 'Requests', share: 'share' }
    const head = names.filter((n) => called[n]).map((n) => called[n])
    assert.deepEqual([...head].sort(), ['Requests', 'Server', 'model', 'share'])
    const cell = (s) => ({ Server: s.pod, model: s.model, Requests: four(s.all), share: four(s.share) })
    await add('sort by')
    await choose('Field of sort 1', 'share')
    await control('checkbox', 'Reverse of sort 1').check()
    await shows('the shares, the worst first', [head, ...worst.map((s) => head.map((h) => cell(s)[h]))])
    await add('limit')
    await fill('Rows', '3')
    await shows('the three worst', [head, ...worst.slice(0, 3).map((s) => head.map((h) => cell(s)[h]))])
    await add('by values')
    await control('button', 'Condition').click()
    await choose('Field of condition 1', 'share')
    await fill('Value of condition 1', String(worst[1].share))
    await shows('what is above the second', [head, head.map((h) => cell(worst[0])[h])])
    await narrow('the editor')
    await sound('the transformations of a panel')
    await shot('transform-organized')

    await card('Filter data').locator('header').getByRole('button', { name: /^Disable/ }).click()
    await shows('a disabled one does nothing', [head, ...worst.slice(0, 3).map((s) => head.map((h) => cell(s)[h]))])
    await card('Filter data').locator('header').getByRole('button', { name: /^Remove/ }).click()
    await until('it is removed', async () => (await card('Filter data').count()) === 0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await until('it is back', async () => (await card('Filter data').count()) === 1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await shows('and enabled again', [head, head.map((h) => cell(worst[0])[h])])
    await card('Filter data').locator('header').getByRole('button', { name: /^Remove/ }).click()
    await saves()
    await edits(1)
    await shows('the same after it was saved and opened again', [head, ...worst.slice(0, 3).map((s) => head.map((h) => cell(s)[h]))])
    const kept = await keptOf(1)
    assert.deepEqual(kept.map((t) => t.id), ['spatial', 'merge', 'calculateField', 'organize', 'sortBy', 'limit'])
    assert.deepEqual(kept[0], unknown, 'what is not known is kept as it was')
    assert.deepEqual(kept[2].options.binary, { left: { matcher: { id: 'byName', options: 'Value #B' } }, operator: '/', right: { matcher: { id: 'byName', options: 'Value #A' } } })
    assert.deepEqual([kept[3].options.excludeByName, kept[3].options.renameByName], [{ Time: true, 'Value #B': true }, { pod: 'Server', 'Value #A': 'Requests' }])
    assert.deepEqual([kept[4].options.sort, kept[5].options], [[{ field: 'share', desc: true }], { limitField: 3 }])
  })

  await does('rows are grouped: totals of each model', async () => {
    await edits(1)
    for (const name of ['Limit', 'Sort', 'Organize', 'Add field']) await card(name).locator('header').getByRole('button', { name: /^Remove/ }).click()
    await add('group by')
    await region().getByLabel('What to do with model', { exact: true }).selectOption({ label: 'Group by' })
    await region().getByLabel('What to do with Value #A', { exact: true }).selectOption({ label: 'Calculate' })
    await choose('Calculations of Value #A', 'Total')
    const models = [...new Set(shares.map((s) => s.model))]
    await shows('totals', [['model', 'Value #A (sum)'], ...models.map((m) => [m, four(shares.filter((s) => s.model === m).reduce((n, s) => n + s.all, 0))])])
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  /** computed waits for a column and holds each of its cells against what is computed of others. */
  const computed = (name, want, from) => until(`${name} is computed of ${from}`, async () => {
    const [now, ...others] = await Promise.all([name, ...from].map(column))
    const due = want(...others)
    return (now.length === shares.length && now.every((v, i) => Math.abs(v - due[i]) < 0.0002 * Math.max(1, Math.abs(due[i])))) || [now, due]
  })
  const pick = (label, text) => region().getByLabel(label, { exact: true }).selectOption({ label: text })
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length
  const variance = (list) => mean(list.map((v) => (v - mean(list)) ** 2))

  await does('a field and a number: every operator', async () => {
    await edits(3)
    await add('calculation')
    await pick('Mode', 'Binary operation')
    await choose('Left', 'Value')
    await choose('Right', '8.4')
    await fill('Alias', 'made')
    const operators = { '+': (a) => a + 8.4, '÷': (a) => a / 8.4, '×': (a) => a * 8.4, '^ power': (a) => a ** 8.4, '% rest': (a) => a % 8.4, '= is equal': (a) => Number(a === 8.4), '≠ is not equal': (a) => Number(a !== 8.4),
      '> is above': (a) => Number(a > 8.4), '< is below': (a) => Number(a < 8.4), '≥ is not below': (a) => Number(a >= 8.4), '≤ is not above': (a) => Number(a <= 8.4), '−': (a) => a - 8.4 }
    for (const [name, of] of Object.entries(operators)) {
      await pick('Operator', name)
      await computed('made', (values) => values.map(of), ['Value'])
    }
  })

  await does('of one field: unary, cumulative, in a window, the number of the row', async () => {
    await add('calculation')
    const second = card('Add field').nth(1)
    const put = (label, text) => second.getByLabel(label, { exact: true }).selectOption({ label: text })
    const of = async (label, name) => {
      await second.getByRole('button', { name: new RegExp(`^${label}:`) }).click()
      await page.getByRole('combobox', { name: `Search ${label}` }).fill(name)
      await page.keyboard.press('Enter')
    }
    const write = async (label, text) => {
      await second.getByLabel(label, { exact: true }).fill(text)
      await page.keyboard.press('Enter')
    }
    await put('Mode', 'Unary operation')
    await of('Field', 'made')
    await write('Alias', 'again')
    const total = (list) => list.reduce((a, b) => a + b, 0)
    const operations = { 'Absolute value': Math.abs, 'Natural exponent': Math.exp, Floor: Math.floor, Ceiling: Math.ceil, Rounded: Math.round }
    for (const [name, f] of Object.entries(operations)) {
      await put('Operation', name)
      await computed('again', (values) => values.map(f), ['made'])
    }
    await put('Operation', 'Share of the total')
    await computed('again', (values) => values.map((v) => v / total(values)), ['made'])
    await of('Field', 'Value') // whose logarithms there are
    await put('Operation', 'Natural logarithm')
    await computed('again', (values) => values.map(Math.log), ['Value'])

    await put('Mode', 'Cumulative functions')
    await of('Field', 'made')
    for (const [name, f] of [['Total', total], ['Mean', mean]]) {
      await put('Calculation', name)
      await computed('again', (values) => values.map((_, i) => f(values.slice(0, i + 1))), ['made'])
    }

    await put('Mode', 'Window functions')
    await of('Field', 'made')
    for (const [name, f] of [['Mean', mean], ['Variance', variance], ['Standard deviation', (list) => Math.sqrt(variance(list))]]) {
      await put('Calculation', name)
      for (const [window, from, to] of [['Trailing', -3, 1], ['Centred', -2, 2]]) {
        await put('Window', window)
        await put('Its size as', 'Number of rows')
        await write('Size', '4')
        await computed('again', (values) => values.map((_, i) => f(values.slice(Math.max(0, i + from), i + to))), ['made'])
      }
    }
    await put('Its size as', 'Share of the rows')
    await write('Size', '0.5') // of six rows, as three
    await computed('again', (values) => values.map((_, i) => Math.sqrt(variance(values.slice(Math.max(0, i - 1), i + 2)))), ['made'])

    await put('Mode', 'Row index')
    await computed('again', (values) => values.map((_, i) => i), ['made'])
    await second.getByLabel('As percentile', { exact: true }).check()
    await until('shares of the rows', async () => (await table()).slice(1).every((row, i) => row.at(-1) === `${((100 * i) / shares.length).toFixed(4)}%`) || table())
    await shot('transform-second')

    await put('Mode', 'Reduce row')
    await of('Calculation', 'Range')
    await computed('again', (a, b) => a.map((_, i) => Math.abs(a[i] - b[i])), ['Value', 'made'])
    await of('Fields', 'made') // of itself alone
    await page.getByRole('combobox', { name: 'Search Fields' }).press('Escape')
    await of('Calculation', 'Mean')
    await computed('again', (a) => a, ['made'])
    await second.getByLabel('Replace all fields', { exact: true }).check()
    await until('only the time stays beside it', async () => JSON.stringify((await table())[0]) === '["Time","again"]' || table())
  })

  await does('series become a table by their labels', async () => {
    await edits(4)
    await add('data by query')
    await choose('Queries', 'B')
    await add('join by labels')
    await choose('Value', 'model')
    const models = [...new Set(shares.map((s) => s.model))].sort()
    const pods = [...new Set(shares.map((s) => s.pod))].sort()
    const of = (pod, model) => four(shares.find((s) => s.pod === pod && s.model === model).failed)
    await shows('failures of the second query, a column of each model', [['pod', ...models], ...pods.map((p) => [p, ...models.map((m) => of(p, m))])])
    await choose('Value', 'pod')
    await choose('Join', 'model')
    await shows('a column of each pod', [['model', ...pods], ...models.map((m) => [m, ...pods.map((p) => of(p, m))])])
    await card('Filter data by query').getByRole('button', { name: /^Queries: B/ }).click()
    const list = page.getByRole('combobox', { name: 'Search Queries' })
    for (const ref of ['B', 'A']) {
      await list.fill(ref)
      await list.press('Enter')
    }
    await list.press('Escape')
    await shows('requests, of the first', [['model', ...pods], ...models.map((m) => [m, ...pods.map((p) => four(shares.find((s) => s.pod === p && s.model === m).all))])])
  })

  await does('series side by side, their names by a pattern', async () => {
    await card('Join').locator('header').getByRole('button', { name: /^Remove/ }).click()
    await add('concatenate')
    const named = shares.map((s) => [`${s.pod} ${s.model}`, four(s.all)]).sort(([a], [b]) => (a < b ? -1 : 1))
    const at = (await texts('tbody td'))[0]
    const beside = (time, name = (n) => n) => [named.flatMap(([n]) => [time(n), name(n)]), named.flatMap(([, v]) => [at, v])]
    assert.match(at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    await shows('all in one row, times by the names of their series', beside((n) => `${n} · Time`))
    await pick('Name of the table', 'As a label')
    await fill('Label', 'of')
    await shows('the same as a label', beside((n) => `Time {of="${n}"}`))
    await pick('Name of the table', 'Left out')
    await shows('without names', beside(() => 'Time'))
    await add('regex')
    await fill('Match', '^(.*)-(.*) ')
    await fill('Replace', '$2 of $1: ')
    const anew = (n) => n.replace(/^(.*)-(.*) /, '$2 of $1: ')
    await shows('new names', beside(() => 'Time', anew))
    assert.ok((await table())[0].includes('0 of triton: add_sub'))
    await saves()
    await edits(4)
    await until('the same after it was saved and opened again', async () => JSON.stringify((await table())[0]) === JSON.stringify(beside(() => 'Time', anew)[0]) || table())
    assert.deepEqual(await keptOf(4), [{ id: 'filterByRefId', options: { include: 'A' } }, { id: 'concatenate', options: { frameNameMode: 'drop', frameNameLabel: 'of' } }, { id: 'renameByRegex', options: { regex: '^(.*)-(.*) ', renamePattern: '$2 of $1: ' } }])
  })

  await does('by keys alone: series are reduced to rows, and the fields chosen by name', async () => {
    await edits(2)
    await page.getByRole('heading', { name: 'Edit panel' }).focus()
    await to(/^Add a transformation/)
    await press('Enter')
    await page.keyboard.type('reduce')
    await press('Enter')
    await here(/^Mode$/)
    await to(/^Calculations: Max/)
    await press('Enter')
    await page.keyboard.type('mean')
    await press('Enter', 'Escape')
    await here(/^Calculations: Max \+ Mean/)
    await to(/^Add a transformation/)
    await press('Enter')
    await page.keyboard.type('by name')
    await page.keyboard.press('ArrowDown') // the first is "organize"
    await until('the filter is the one to be chosen', async () => /^Filter fields by name/.test(await page.locator('[role=option].active').innerText()) || page.keyboard.press('ArrowUp').then(() => page.locator('[role=option].active').innerText()))
    await press('Enter')
    await here(/^By a variable$/)
    await to(/^Fields: /)
    await press('Enter')
    for (const name of ['Field', 'Mean']) {
      await write(name)
      await press('Enter')
    }
    await press('Escape')
    await here(/^Fields: Field \+ Mean/)
    await until('two columns are left', async () => JSON.stringify((await table())[0]) === '["Field","Mean"]' || table())
    const range = (await json('api/panel', { ...await question(), table: true })).table
    const own = await ranged()
    for (const [pod, mean] of (await table()).slice(1)) {
      assert.ok(Math.abs(Number(mean) - own.get(pod)) < 0.02 * own.get(pod), `${pod}: ${mean}, the store's own ${own.get(pod)}`)
    }
    assert.equal(range.rows.length, own.size)

    await back(/^Later: Reduce, 1 of 2/)
    await press('Enter')
    await until('the reduction is the last', async () => JSON.stringify(await order()) === '["Filter fields by name","Reduce"]' || order())
    await here(/^Earlier: Reduce, 2 of 2/)
    await press('Enter')
    await here(/^Later: Reduce, 1 of 2/)
    await to(/^Disable Reduce/)
    await press(' ')
    assert.equal(await control('button', /^Disable Reduce/).getAttribute('aria-pressed'), 'true')
    await press(' ')
    await back(/^1 Reduce /)
    await press('Enter')
    assert.equal(await control('button', /^1 Reduce /).getAttribute('aria-expanded'), 'false')
    await to(/^Remove Reduce/)
    await press('Enter')
    await until('it is removed', async () => (await cards().count()) === 1)
    assert.ok(!(await focused()).lost)
    await press('Control+z')
    await until('it is back', async () => (await cards().count()) === 2)
    await shot('transform-by-keys')
    await saves()
    assert.deepEqual((await keptOf(2)).map((t) => [t.id, t.options.reducers ?? t.options.include]), [['reduce', ['max', 'mean']], ['filterFieldsByName', { names: ['Field', 'Mean'] }]])
  })

  await does('on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await edits(2)
    for (const button of await region().locator('button.fold').all()) await button.click()
    await narrow('the editor on a phone')
    await region().scrollIntoViewIfNeeded()
    await shot('transform-phone')
  })
})

/** question is that of the panel in the preview. */
async function question() {
  const now = Date.now()
  return { dashboard: 'shares', panel: 2, model: { ...model.panels[1], transformations: [{ id: 'reduce', options: { reducers: ['mean'] } }] }, variables: null, vars: {}, filters: [], scoped: {},
    from: String(now - 1800e3), to: String(now), nowMs: now, width: 600, height: 300, light: false, utc: true, zone: '', frame: '', table: true, steps: false }
}

/** ranged are the means of the load over the range, by pod. */
async function ranged() {
  const end = Math.floor(Date.now() / 1000)
  const { data } = await json(`${store}/query_range?${new URLSearchParams({ query: 'load', start: String(end - 1800), end: String(end), step: '15' })}`)
  return new Map(data.result.map((s) => [s.metric.pod, s.values.reduce((n, [, v]) => n + Number(v), 0) / s.values.length]))
}
