/** Query options, repeats, another panel as a source, and what Explore adds to dashboards: the second half of forms.mjs. */
import assert from 'node:assert/strict'
import { cards, choose, counts, does, drawsOf, edits, from, json, kept, mean, near, page, preview, put, query, quiet, rows, same, saves, set, set2, shot, since, steady, to, uid, until, valuesOf, waves } from './formsite.mjs'
import { site } from './reader.mjs'

export async function queryOptions() {
  const option = (label, value) => set2('Query options', { [label]: value })
  const asksOf = async (heard) => (await heard('query_range')).map((q) => [q.start, q.end, q.step].map(Number))
  await does('query options: points, interval, shift, another time', async () => {
    await edits(1)
    await set('Min step', '')
    let heard = await since()
    await option('Min interval', '')
    await until('as many points as there is room for', async () => (await asksOf(heard)).some(([, , step]) => step === 15) || asksOf(heard))
    await option('Max data points', 20) // of an hour: each 3 minutes, of which 2 are a readable step
    const over = (step, shift = 0) => Object.fromEntries(Object.entries(waves).map(([n, f]) => [n, valuesOf((t) => f(t - shift), from / 1000, to / 1000, step)]))
    await drawsOf('fewer points', over(120))
    await option('Min interval', '10m')
    await drawsOf('a point each ten minutes', over(600))
    heard = await since()
    await option('Time shift', '20m')
    await drawsOf('as it was 20 minutes before', over(600, 1200))
    assert.deepEqual(await asksOf(heard), [[from / 1000 - 1200, to / 1000 - 1200, 600]])
    const info = () => preview.locator('header .info').innerText().then((t) => t.trim())
    assert.equal(await info(), 'timeshift -20m')
    await option('Time shift', '')
    await option('Compare with', '20m')
    await drawsOf('beside what was 20 minutes before', { ...over(600), ...Object.fromEntries(Object.entries(over(600, 1200)).map(([n, v]) => [`${n} (comparison)`, v])) })
    assert.equal(await info(), 'compared with 20m before')
  })

  await does('query options: a relative time, which only a time that moves heeds', async () => {
    await edits(1)
    await option('Relative time', '20m')
    await quiet()
    await drawsOf('a time that stands still stays', Object.fromEntries(Object.entries(waves).map(([n, f]) => [n, valuesOf(f, from / 1000, to / 1000, 300)])))
    assert.equal(await preview.locator('header .info').count(), 0)
    await saves()
    const heard = await since()
    await edits(1, 'from=now-3h&to=now')
    await until('it asks for twenty minutes', async () => (await asksOf(heard)).some(([start, end, step]) => step === 300 && end - start === 1200 && Math.abs(end * 1000 - Date.now()) < 330e3) || asksOf(heard))
    const says = (text) => until(`it says ${text}`, async () => (await preview.innerText()).includes(text) || preview.innerText())
    await says('Last 20 minutes')
    await option('Relative time', 'now-1d/d')
    await until('yesterday', async () => (await asksOf(heard)).some(([start, end]) => start % 86400 === 0 && end % 86400 > 86400 - 900 && end - start < 86400) || asksOf(heard))
    await option('Relative time', 'yesterday')
    await says('"now-yesterday" is not a time')
    await option('Relative time', '')
    await until('it says nothing of a time any more', async () => !/now-yesterday|Last 20|now-1d/.test(await preview.innerText()))
  })

  await does('a panel is repeated by a variable: beside each other, so many in a row, or below', async () => {
    const names = { steady: ['high', 'low', 'mid'], waves: ['none', 'one'], states: ['door', 'pump'] } // at the end, where one wave has a gap
    await edits(5)
    await set2('Repeat', { 'Repeat by variable': 'shape' })
    await put(page.locator('aside'), 'Max per row', 2)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    const each = (shape) => page.locator('[data-panel]', { has: page.getByRole('heading', { name: `Shape ${shape}`, exact: true }) })
    const stand = async (what, are) => {
      for (const [shape, want] of Object.entries(names)) {
        await each(shape).scrollIntoViewIfNeeded()
        await until(`${shape} has its values`, async () => {
          const now = await each(shape).locator('.card .name').allInnerTexts()
          return JSON.stringify(now.sort()) === JSON.stringify(want) || now
        })
      }
      await until(what, async () => {
        const boxes = []
        for (const shape of Object.keys(names)) boxes.push(await each(shape).boundingBox())
        const all = boxes.map((b) => [b.x, b.y, b.width].map(Math.round))
        return are(...all) || all
      })
    }
    await stand('two in a row', (a, b, c) => a[1] === b[1] && b[0] > a[0] + a[2] && c[0] === a[0] && c[1] > a[1] && a[2] === b[2] && b[2] === c[2])
    await shot('forms-repeated')
    await each('steady').hover()
    await page.keyboard.press('e')
    await set2('Repeat', { Direction: 'Vertical' })
    assert.equal(await page.locator('aside').getByLabel('Max per row', { exact: true }).count(), 0, 'which is of rows alone')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await stand('below each other', (a, b, c) => a[0] === b[0] && b[0] === c[0] && a[1] < b[1] && b[1] < c[1])
    await each('steady').hover()
    await page.keyboard.press('e')
    await set2('Repeat', { 'Repeat by variable': 'not repeated' })
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await until('one is left', async () => (await page.getByRole('heading', { name: /^Shape / }).count()) === 1)
  })

  await does('what another panel shows is a data source', async () => {
    await edits(5)
    const source = (name) => choose(page.getByRole('region', { name: 'Queries' }), 'Data source', name)
    await source('Another panel')
    await query().getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Computed' })
    await counts('the lines of that panel, as they are at the end', Object.fromEntries(Object.entries(steady).map(([n, v]) => [n, [v]])))
    await query().getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Waves' })
    await until('those of another one', async () => {
      const now = await cards()
      return (Object.keys(now).sort().join() === 'broken,none,one' && near(now.one[0], waves.one(to / 1000)) && now.none[0] === 0) || now
    })
    await page.getByRole('button', { name: 'Query', exact: true }).click()
    await query('B').getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Computed' })
    await until('both', async () => Object.keys(await cards()).length === 6 || cards())
    await page.getByRole('button', { name: 'Remove B', exact: true }).click()
    await saves()
    const { datasource, targets } = await kept(5)
    assert.deepEqual([datasource.uid, targets], ['-- Dashboard --', [{ refId: 'A', datasource: { type: 'datasource', uid: '-- Dashboard --' }, panelId: 1 }]])
    await edits(5)
    await until('it is so when it is opened again', async () => Object.keys(await cards()).length === 3 || cards())
    await source('prometheus')
    await page.getByRole('textbox', { name: 'PromQL of A', exact: true }).waitFor()
  })

  const explores = (params) => page.goto(`${site}/explore?${new URLSearchParams({ from, to, timezone: 'utc', refresh: '', ...params })}`)
  const row = () => page.locator('[data-query="A"]')
  const results = () => page.getByRole('region', { name: 'Results', exact: true })
  const opensDashboard = async (name) => {
    await page.getByRole('button', { name: 'Add to dashboard', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Add to dashboard' })
    if (name) {
      await dialog.getByRole('radio', { name: 'One that is there already' }).check()
      await choose(dialog, 'Dashboard', name)
    }
    await dialog.getByRole('button', { name: 'Open the dashboard' }).click()
    await page.getByRole('heading', { name: 'Edit panel' }).waitFor()
    await quiet()
  }

  await does('Explore: a PromQL query becomes a panel of a new dashboard, with the same figures', async () => {
    await explores({ type: 'promql', q: 'waves' })
    await row().getByLabel('Legend', { exact: true }).fill('{{name}} there')
    await page.keyboard.press('Tab')
    await row().getByLabel('Min step', { exact: true }).fill('5m')
    await page.keyboard.press('Tab')
    const want = Object.fromEntries(Object.entries(waves).map(([n, f]) => [`${n} there`, valuesOf(f, from / 1000, to / 1000, 300)]))
    const told = () => page.getByRole('table', { name: 'Legend' }).locator('tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].innerText.trim(), [...tr.cells].slice(1).map((c) => parseFloat(c.innerText))])))
    const loosely = (a, b) => Object.keys(a).sort().join() === Object.keys(b).sort().join() && Object.entries(b).every(([n, list]) => list.every((v, i) => Math.abs(a[n][i] - v) < 0.06))
    await until('Explore has them', async () => loosely(await told(), Object.fromEntries(Object.entries(want).map(([n, list]) => [n, [list.at(-1), mean(list), Math.max(...list)]]))) || told())
    await opensDashboard()
    assert.equal(new URL(page.url()).pathname, '/dashboard/new')
    const spoken = () => preview.locator('.hidden table tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].textContent, [...tr.cells].slice(1).map((c) => parseFloat(c.textContent))])))
    await until('the panel has them', async () => loosely(await spoken(), Object.fromEntries(Object.entries(want).map(([n, list]) => [n, [Math.min(...list), Math.max(...list), list.at(-1)]]))) || spoken())
    assert.equal(await preview.locator('a.dot').count(), 1, 'with the exemplars')
    assert.deepEqual([await query().getByLabel('Legend', { exact: true }).inputValue(), await query().getByLabel('Min step', { exact: true }).inputValue()], ['{{name}} there', '5m'])
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
  })

  await does('Explore: spans become a panel of a dashboard that is there, as many and with their columns', async () => {
    await explores({ type: 'traceql', q: '{ name = "ingress" }', limit: 4, columns: 'span.peer.service' })
    await results().getByRole('combobox', { name: 'Table of' }).selectOption('spans')
    await until('twenty spans of each of four', async () => /\b80 spans\b/.test(await results().innerText()) || results().innerText())
    const heard = await since()
    await opensDashboard('Forms')
    await until('the panel has as many', async () => /\b80 rows\b/.test(await preview.innerText()) || preview.innerText())
    assert.deepEqual((await heard('search')).filter((q) => q.limit === '4').map((q) => [q.limit, q.spss, Number(q.start), Number(q.end)]), [['4', '20', from / 1000, to / 1000]])
    await saves()
    const added = (await json(`api/dashboards/uid/${uid}/json`)).panels.at(-1)
    assert.deepEqual([added.type, added.datasource.type, added.targets[0].query, added.targets[0].tableType], ['table', 'tempo', '{ name = "ingress" } | select(span.peer.service)', 'spans'])
  })
}
