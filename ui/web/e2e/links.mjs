/**
 * Repeats, links and panels of traces in Chromium: ui/testdata/links-dashboard.json
 * before a Prometheus whose metric load{pod, model} the script asks by the other route.
 *
 *   SITE_URL=http://127.0.0.1:3000 UNDER=/ node e2e/links.mjs
 */
import assert from 'node:assert/strict'
import { reader, site as origin } from './reader.mjs'

const under = process.env.UNDER ?? '/'
const site = origin + under.replace(/\/$/, '')

await reader(site, async ({ page, does, until, quiet, sound, shot, panel, textOf, json }) => {
  const api = (path) => json(`${site}/${path}`)
  const load = async (query) => (await api(`api/datasources/proxy/uid/prometheus/api/v1/query?${new URLSearchParams({ query })}`)).data.result
  const pods = [...new Set((await load('sum by (pod, model) (load)')).map((s) => s.metric.pod))].sort()
  const models = [...new Set((await load('sum by (pod, model) (load)')).map((s) => s.metric.model))].sort()
  const words = { 'jet tag': 'Jets', 'tau&id': 'Taus' }
  const sum = async (query) => Number((await load(query))[0].value[1])
  const found = (await api('api/traces/search?q=' + encodeURIComponent('{ status = error }'))).traces
  const trace = await api(`api/traces/${found[0].id}`)
  const range = 'from=now-1h&to=now'
  const all = 'var-pod=%24__all'
  const titles = () => page.locator('[data-panel] h3').allInnerTexts()
  let opened // at what time
  const open = async (query = '') => {
    opened = Date.now()
    await page.goto(`${site}/d/links/x?var-trace=${trace.id}${query}`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
  }
  const see = async (title) => {
    await panel(title).scrollIntoViewIfNeeded()
    await quiet()
    return panel(title)
  }
  const hrefOf = (locator) => locator.getAttribute('href')
  const box = async (title) => {
    const b = await panel(title).boundingBox()
    return [b.x, b.y, b.width].map(Math.round)
  }
  const other = `${under}d/other/x`
  await page.setViewportSize({ width: 1440, height: 2400 }) // all of it is in sight

  await does('panels are repeated to the right, two in a row, and downwards', async () => {
    await open()
    await until('all panels are there', async () => {
      const list = await titles()
      return [...pods.map((p) => `Load of ${p}`), 'Jets', 'Taus'].every((t) => list.filter((l) => l === t).length === 1) || list
    })
    const [a, b, c] = await Promise.all(pods.map((p) => box(`Load of ${p}`)))
    assert.deepEqual([a[1], a[0], a[2]], [b[1], c[0], c[2]], 'the second stands beside the first, the third below it')
    assert.ok(b[0] > a[0] + a[2] && c[1] > a[1])
    const [jets, taus, after] = [await box('Jets'), await box('Taus'), await box('Load')]
    assert.ok(jets[0] === taus[0] && jets[2] === taus[2] && taus[1] > jets[1] && after[1] > taus[1], 'one below the other, what follows below both')
    for (const p of pods) await until(`the load of ${p}`, async () => (await textOf(`Load of ${p}`)) === (await sum(`sum(load{pod="${p}"})`)).toFixed(1) || textOf(`Load of ${p}`))
    for (const m of models) assert.equal(await panel(words[m]).getByRole('img').getAttribute('aria-label').then((l) => parseFloat(/: ([\d.]+)/.exec(l)[1])), await sum(`sum(load{model="${m}"})`))
    await shot('repeats')
  })

  await does('a row is repeated with its panels, and each folds by itself', async () => {
    for (const m of models) for (const p of pods) {
      const title = `${words[m]} on ${p}`
      await until(title, async () => (await textOf(title)) === (await sum(`sum(load{pod="${p}",model="${m}"})`)).toFixed(1) || textOf(title))
    }
    await page.getByRole('button', { name: 'Jets', exact: true }).click()
    await until('the first is folded, the second is not', async () => {
      const list = await titles()
      return (list.filter((t) => t.startsWith('Jets on')).length === 0 && list.filter((t) => t.startsWith('Taus on')).length === pods.length) || list
    })
    await page.getByRole('button', { name: /^Jets/ }).first().click()
  })

  await does('a repeat by a variable that is not there says so, and shows the panel once', async () => {
    await until('once', async () => (await page.getByRole('button', { name: /^Nothing of/ }).count()) === 1)
    await page.getByRole('button', { name: /^One note on Nothing of/ }).click()
    await page.getByText(/repeats by "nosuch", which is no variable/).waitFor()
    await page.keyboard.press('Escape')
  })

  await does('several values are repeated, others not', async () => {
    await open(`&var-pod=${pods[2]}&var-pod=${pods[0]}&var-model=tau%26id`)
    await until('two pods, one model', async () => {
      const list = (await titles()).filter((t) => / of triton|on triton|^Jets|^Taus/.test(t)).sort()
      return JSON.stringify(list) === JSON.stringify([`Load of ${pods[0]}`, `Load of ${pods[2]}`, 'Taus', `Taus on ${pods[0]}`, `Taus on ${pods[2]}`]) || list
    })
    const first = await box(`Load of ${pods[0]}`)
    const second = await box(`Load of ${pods[2]}`)
    assert.ok(first[1] === second[1] && first[2] === second[2])
  })

  await does('links of the dashboard keep the time and the variables', async () => {
    await open()
    const bar = page.getByRole('group', { name: 'Variables and links' })
    const runbook = bar.getByRole('link', { name: 'Runbook of All' })
    assert.deepEqual([await hrefOf(runbook), await runbook.getAttribute('target'), await runbook.getAttribute('title')], ['https://runbooks.example/triton?release=cms', '_blank', 'What to do'])
    const same = new URL(await hrefOf(bar.getByRole('link', { name: 'Same time' })), site)
    assert.equal(same.pathname, other)
    assert.deepEqual(Object.fromEntries([...new Set(same.searchParams.keys())].map((k) => [k, same.searchParams.getAll(k)])), { from: ['now-1h'], to: ['now'], 'var-pod': ['$__all'], 'var-model': models, 'var-trace': [trace.id] })
    await bar.getByRole('button', { name: 'Links: Triton' }).click()
    assert.equal(await hrefOf(page.getByRole('menuitem', { name: 'The other' })), `${under}d/other/the-other?${range}`)
    await page.keyboard.press('Escape')
    await bar.getByRole('link', { name: 'One pod here' }).click()
    await until('the same dashboard with one pod', async () => (await titles()).filter((t) => t.startsWith('Load of')).join() === 'Load of triton-1' || page.url())
    assert.equal(new URL(page.url()).pathname, `${under}d/links/x`)
  })

  await does('links of a panel and of its values, each of its repeat', async () => {
    await open()
    const one = await see(`Load of ${pods[1]}`)
    await one.hover()
    await one.getByRole('button', { name: `Links of Load of ${pods[1]}` }).click()
    assert.equal(await hrefOf(one.getByRole('link', { name: `Logs of ${pods[1]}` })), `https://logs.example/?pod=${pods[1]}&${range}`)
    await page.keyboard.press('Escape')
    const value = await sum(`sum(load{pod="${pods[1]}"})`)
    const to = one.getByTitle(`At ${value.toFixed(1)}`)
    assert.equal(await hrefOf(to), `${other}?var-pod=${pods[1]}&value=${value}`)
    const nested = await see(`Taus on ${pods[2]}`)
    await nested.hover()
    await nested.getByRole('button', { name: /^Links of/ }).click()
    const every = new URL(await hrefOf(nested.getByRole('link', { name: 'Elsewhere' })), site).searchParams
    assert.deepEqual([every.getAll('var-pod'), every.getAll('var-model')], [[pods[2]], ['tau&id']], 'what its repeat has fixed')
    await page.keyboard.press('Escape')
    const gauge = await see('Taus')
    await gauge.getByRole('button', { name: 'Links of', exact: false }).first().click()
    const items = page.getByRole('menuitem')
    await until('both links', async () => (await items.allInnerTexts()).join() === 'first,second' || items.allInnerTexts())
    assert.equal(await hrefOf(items.nth(1)), `${other}?b=${await sum('sum(load{model="tau&id"})')}`)
    await page.keyboard.press('Escape')
    const bars = await see('Bars')
    for (const p of pods) assert.equal(await hrefOf(bars.getByRole('link', { name: p })), `${other}?bar=${p}&v=${await sum(`sum(load{pod="${p}"})`)}`)
  })

  await does('links of the cells of a table', async () => {
    const table = await see('Table')
    const rows = table.locator('tbody tr')
    await until('all rows', async () => (await rows.count()) === pods.length * models.length || rows.count())
    await table.getByRole('button', { name: /^Value/ }).first().click()
    await table.getByRole('button', { name: /^Value/ }).first().click() // the other way round: links go with their rows
    for (const s of await load('sum by (pod, model) (load)')) {
      const row = rows.filter({ hasText: s.metric.pod }).filter({ hasText: s.metric.model })
      const link = row.getByRole('link', { name: s.metric.model })
      assert.equal(await hrefOf(link), `${other}?model=${encodeURIComponent(s.metric.model)}&load=${s.value[1]}&only=${encodeURIComponent(`{${pods.join(',')}}`)}`)
      assert.equal(await link.getAttribute('title'), `Of ${s.metric.model}`)
    }
    const last = rows.filter({ hasText: pods[2] }).filter({ hasText: 'tau&id' })
    await last.getByRole('button', { name: `Links of ${pods[2]}` }).click()
    assert.deepEqual(await page.getByRole('menuitem').evaluateAll((l) => l.map((a) => [a.textContent.trim(), a.getAttribute('href'), a.target])), [[`Go to ${pods[2]}`, `${other}?pod=${pods[2]}`, ''], ['With tau&id', `${other}?m=tau&id`, '_blank']])
    await page.keyboard.press('Escape')
    await table.hover()
    await table.getByRole('button', { name: /note/ }).click()
    await page.getByText(/the link "Script" leads to no address/).waitFor()
    await page.keyboard.press('Escape')
  })

  await does('links of a chart, by keys', async () => {
    const chart = await see('Load')
    await chart.locator('canvas').waitFor()
    await chart.locator('.plot').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp') // the last line
    const said = await until('it reads one line', async () => /: triton-\d .+ [\d.]+$/.test(await chart.locator('[aria-live]').first().innerText()) || chart.locator('[aria-live]').first().innerText()).then(() => chart.locator('[aria-live]').first().innerText())
    const [, pod, model, shown] = /: (triton-\d) (.+) ([\d.]+)$/.exec(said)
    assert.equal(Number(shown), await sum(`sum(load{pod="${pod}",model="${model}"})`))
    await page.keyboard.press('Enter')
    const tip = page.getByRole('dialog', { name: 'Values at this point' })
    await until('the first link has the focus', () => page.evaluate((t) => document.activeElement?.textContent === t || document.activeElement?.textContent, `${model} at ${shown}`))
    const to = new URL(await hrefOf(tip.getByRole('link').first()), site)
    const at = to.searchParams.get('t')
    assert.equal(to.pathname + to.search, `${other}?pod=${pod}&model=${encodeURIComponent(model)}&v=${shown}&t=${at}&${range}&${all}`)
    assert.ok(at > opened - 120_000 && at < Date.now() + 120_000, `a moment of the range's end: ${at}`)
    assert.deepEqual([await hrefOf(tip.getByRole('link').nth(1)), await tip.getByRole('link').nth(1).getAttribute('target')], [`https://x.example/${encodeURI(`${pod} ${model}`)}`, '_blank'])
    await page.keyboard.press('Escape')
    await until('the chart has the focus again', () => chart.locator('.plot').evaluate((e) => e === document.activeElement))
    for (const key of ['End', 'Enter', 'Enter']) await page.keyboard.press(key)
    await until('Enter follows it', () => new URL(page.url()).pathname === other || page.url())
    await panel('Other').waitFor()
    await page.goBack()
  })

  /** held goes to a panel's plot, reads it by keys and holds what they reach; the first link of it has the focus then. */
  const held = async (title, ...keys) => {
    const body = await see(title)
    const plot = body.locator('[aria-roledescription]')
    await plot.focus()
    for (const key of keys) await page.keyboard.press(key)
    const said = await until(`${title} is read`, async () => (await body.locator('[aria-live]').first().innerText()) !== '').then(() => body.locator('[aria-live]').first().innerText())
    await page.keyboard.press('Enter')
    const tip = page.getByRole('dialog', { name: 'Values at this point' })
    await until('the first link has the focus', () => page.evaluate(() => document.activeElement?.closest('[role=dialog]') !== null && document.activeElement?.tagName === 'A'))
    const links = await tip.getByRole('link').evaluateAll((l) => l.map((a) => [a.textContent.trim(), a.getAttribute('href'), a.target]))
    await page.keyboard.press('Escape')
    await until('the panel has the focus again, and nothing is held', async () => (await plot.evaluate((e) => e === document.activeElement)) && (await tip.count()) === 0)
    assert.equal(new URL(page.url()).pathname, `${under}d/links/x`, 'Escape closed the card alone')
    return { said, links, body, plot }
  }
  /** clicked holds what the pointer is on, at shares of a plot, and lists its links. */
  const clicked = async (plot, x, y) => {
    const b = await plot.boundingBox()
    await page.mouse.move(b.x + b.width * x, b.y + b.height * y)
    await page.mouse.click(b.x + b.width * x, b.y + b.height * y)
    const tip = page.getByRole('dialog', { name: 'Values at this point' })
    await tip.getByRole('link').first().waitFor()
    const links = await tip.getByRole('link').evaluateAll((l) => l.map((a) => a.getAttribute('href')))
    await page.keyboard.press('Escape')
    await until('nothing is held', async () => (await tip.count()) === 0)
    return links
  }
  const sumOf = Object.fromEntries(await Promise.all(pods.map(async (p) => [p, await sum(`sum(load{pod="${p}"})`)])))

  await does('links of a state, by keys and by mouse', async () => {
    const { said, links, plot } = await held('States', 'ArrowDown', 'ArrowDown')
    const [, pod] = /^(triton-\d): /.exec(said)
    const at = new URL(links[0][1], site).searchParams.get('t')
    assert.deepEqual(links, [[`${pod} was ${sumOf[pod]}`, `${other}?state=${sumOf[pod]}&pod=${pod}&t=${at}&again=${sumOf[pod]}`, ''], ['Outside', 'https://x.example/', '_blank']])
    assert.ok(at > opened - 3600e3 - 120_000 && at < Date.now() - 3600e3 + 120_000, `the state began with the range: ${at}`)
    const byMouse = await clicked(plot, 0.5, 0.12)
    const from = new URL(byMouse[0], site).searchParams.get('t')
    assert.deepEqual(byMouse, [`${other}?state=${sumOf[pods[0]]}&pod=${pods[0]}&t=${from}&again=${sumOf[pods[0]]}`, 'https://x.example/'])
  })

  await does('links of a cell of a heat map, by keys and by mouse', async () => {
    const { links, plot } = await held('Heat', 'ArrowLeft', 'ArrowLeft')
    const rows = (await load('sum by (pod, model) (load)')).map((s) => Number(s.value[1]))
    const to = new URL(links[0][1], site).searchParams
    const [low, high] = [Number(to.get('low')), Number(to.get('high'))]
    assert.equal(high - low, 5)
    const series = rows.filter((v) => v >= low && v < high).length
    assert.ok(series > 0 && to.get('n') % series === 0, `each of ${series} series once a step: ${to.get('n')}`)
    assert.deepEqual(links, [[`${to.get('n')} here`, `${other}?n=${to.get('n')}&t=${to.get('t')}&low=${low}&high=${high}&${all}`, '']])
    assert.equal(to.get('t') % 600_000, 0)
    const byMouse = new URL((await clicked(plot, 0.5, 0.6))[0], site).searchParams
    assert.equal(byMouse.get('high') - byMouse.get('low'), 5)
  })

  await does('links of a bucket of a histogram, by keys and by mouse', async () => {
    const { said, links, plot } = await held('Spread', 'End')
    const last = pods.at(-1)
    const to = new URL(links[0][1], site).searchParams
    const [from, until] = [Number(to.get('from')), Number(to.get('to'))]
    assert.ok(sumOf[last] >= from && sumOf[last] < until && until - from === 10, links[0][1])
    assert.equal(said, `${from} to ${until}: ${last} ${to.get('n')}`)
    assert.deepEqual(links, [[`${last}: ${to.get('n')}`, `${other}?pod=${last}&n=${to.get('n')}&from=${from}&to=${until}`, '']])
    assert.deepEqual((await clicked(plot, 0.9, 0.5)), [links[0][1]])
  })

  await does('links of a share of a pie, by keys and by mouse; its percent is of the sum', async () => {
    const { said, links, plot, body } = await held('Shares', 'Home')
    const total = Object.values(sumOf).reduce((a, b) => a + b, 0)
    const [most, ...others] = pods.toSorted((a, b) => sumOf[b] - sumOf[a])
    const percent = (pod) => `${Math.round((sumOf[pod] / total) * 100)}%`
    assert.equal(said, `${most}: ${sumOf[most]}, ${percent(most)}`)
    assert.deepEqual(links, [[`${most}: ${sumOf[most]}`, `${other}?pod=${most}&v=${sumOf[most]}`, '']])
    assert.deepEqual(await body.locator('svg text').allTextContents(), [most, ...others].map(percent).filter((p) => p !== '0%' && parseInt(p) > 3))
    const box = await plot.boundingBox()
    assert.deepEqual(await clicked(plot, 0.5 + (0.38 * box.height) / box.width, 0.5), [links[0][1]])
  })

  await does('links of a bar, by keys and by mouse', async () => {
    const rows = await load('sum by (pod, model) (load)')
    const { said, links, plot } = await held('By model', 'End')
    const [, pod, value] = /^(triton-\d): Value ([\d.]+)$/.exec(said)
    const row = rows.find((s) => s.metric.pod === pod && s.value[1] === value)
    assert.deepEqual(links, [[row.metric.model, `${other}?pod=${pod}&v=${value}`, '']])
    const [byMouse] = await clicked(plot, 0.95, 0.7)
    assert.equal(byMouse, links[0][1])
    await sound('charts of every kind')
    await shot('shares')
  })

  await does('the link of a reduced value knows its row and its calculation', async () => {
    const rows = await load('sum by (pod, model) (load)')
    const most = rows.reduce((a, b) => (Number(b.value[1]) > Number(a.value[1]) ? b : a))
    const to = (await see('Reduced')).getByTitle('The most')
    assert.equal(await hrefOf(to), `${other}?max=${most.value[1]}&pod=${most.metric.pod}&model=${encodeURIComponent(most.metric.model)}`)
  })

  await does('a panel of traces: the one of a variable as a waterfall, those of a query as a list', async () => {
    await open()
    const one = await see('One trace')
    for (const s of trace.spans.slice(0, 4)) await one.getByText(s.name, { exact: true }).first().waitFor()
    await one.getByText(`${trace.spans.length} spans`).first().waitFor()
    const list = await see('Traces that failed')
    const rows = list.locator('tbody tr')
    await until('a row each', async () => (await rows.count()) === found.length || rows.count())
    for (const t of found) {
      const row = rows.filter({ has: page.getByTitle(t.id) })
      assert.equal(await hrefOf(row.getByRole('link')), `${under}trace/${t.id}?ds=${new URL(await hrefOf(row.getByRole('link')), site).searchParams.get('ds')}`)
      assert.match(await row.innerText(), new RegExp(t.rootName))
    }
    await shot('traces')
    await page.getByLabel('Trace', { exact: true }).fill('0123456789abcdef0123456789abcdef')
    await page.keyboard.press('Enter')
    await until('a trace that is not there says so', async () => /has no trace/.test(await panel('One trace').innerText()) || panel('One trace').innerText())
  })
})
