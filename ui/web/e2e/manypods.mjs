/**
 * A site of two gateways and 200 servers of which one fails, one is slow and one gets
 * twice its share, in Chromium: the map, the page of latencies, dashboards, Explore.
 *
 *   SITE_URL=http://127.0.0.1:3000 SENT=sent.json SAMPLING=0.01 FROM=... TO=... node e2e/manypods.mjs
 *
 * SENT is what was sent, way by way, as stack/manypods_test.go writes it: no part of the
 * site made it. SAMPLING is the share that was traced, FROM and TO the range.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { reader, site } from './reader.mjs'
import { nanoseconds, number } from './spans.mjs'

const { FROM: from, TO: to } = process.env
const sampling = Number(process.env.SAMPLING)
const truth = JSON.parse(readFileSync(process.env.SENT))
const range = `from=${from}&to=${to}&refresh=`
const sum = (list, of) => list.reduce((s, x) => s + of(x), 0)

/** sentOf is what was sent the ways that fit: requests, failures, mean latency. */
function sentOf(fits = () => true) {
  const ways = truth.sent.filter(fits)
  const requests = sum(ways, (w) => w.Requests)
  return { requests, failed: sum(ways, (w) => w.Failed), ms: (1000 * sum(ways, (w) => w.Seconds)) / requests }
}
const at = (server) => sentOf((w) => w.Server === server)
const whole = sentOf()

await reader(site, async ({ page, does, until, shot, sound, json, narrow, quiet, textOf }) => {
  await page.setViewportSize({ width: 1400, height: 900 })
  const map = page.getByRole('group', { name: /^Map/ })
  const card = page.getByRole('dialog')
  const fact = async (name) => (await card.locator('dl > div', { hasText: name }).locator('dd').innerText()).replace(/\s+/g, ' ')
  const prom = async (query) => (await json(`/api/datasources/proxy/uid/prometheus/api/v1/query?${new URLSearchParams({ query, time: Number(to) / 1000 })}`)).data.result
  const odd = page.getByRole('list', { name: 'Servers that stand out' })
  const open = (path) => page.goto(`${site}/${path}`)
  /** tells holds an open card against what was sent. */
  async function tells(sent) {
    const [requests, failed, ms] = [number((await fact('Requests')).split('/')[0].replace(/ [\d.]+ $/, '')), (await fact('Failed')).replace(/ [<>]?[\d.]+ %$/, ''), await fact('Latency at the gateway, mean')]
    assert.equal(requests, sent.requests)
    assert.equal(number(failed), sent.failed)
    assert.ok(Math.abs(nanoseconds(ms) / 1e6 - sent.ms) <= 0.006 * sent.ms, `${ms}, it is ${sent.ms} ms`)
  }

  await does('the folded node has all that was sent, and says how its numbers were had', async () => {
    await open(`map?${range}`)
    await map.locator('[data-node]').first().waitFor()
    assert.equal(await map.locator('[data-node]').count(), 3)
    assert.match(await page.locator('.source').innerText(), new RegExp(`^exact: the gateway's counters of all inference calls.*; ${sampling === 1 ? '100 %' : '(0\\.9|1\\.\\d) %'} of them traced`))
    await map.getByRole('button', { name: /, 200 pods: / }).press('Enter')
    await tells(whole)
    const [estimate, error = 0] = (await fact('Estimate from traces')).split('±').map(number)
    const [{ value }] = await prom('sum(max_over_time(traces_service_graph_request_total{client!="user"}[1h]))')
    assert.ok(Math.abs(estimate - Number(value[1])) <= 1, `estimate ${estimate}, the generator has ${value[1]}`)
    assert.ok(Math.abs(estimate - whole.requests) <= 6 * error + 1, `estimate ${estimate} ± ${error}, sent ${whole.requests}`)
    await page.getByRole('button', { name: 'Show the 200 pods' }).waitFor()
    for (const model of new Set(truth.sent.map((w) => w.Model))) await card.getByRole('cell', { name: model, exact: true }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Show the 200 pods' }).evaluate((e) => e.getBoundingClientRect().bottom < innerHeight), 'what opens it is seen')
    await sound('a folded node and its card')
    await shot('pods-map')
  })

  await does('those that stand out are named, with what was sent to them', async () => {
    await open(`map?${range}`)
    await odd.waitFor()
    const said = await odd.getByRole('listitem').allInnerTexts()
    assert.deepEqual(said.map((s) => s.split(' ')[0]), [truth.busy, truth.failing, truth.slow])
    const [busy, failing, slow] = [truth.busy, truth.failing, truth.slow].map(at)
    const near = (text, want, part) => assert.ok(Math.abs(parseFloat(text) - want) <= part * want, `${text}, it is ${want}`)
    near(/gets ([\d.]+) %/.exec(said[0])[1], (100 * busy.requests) / whole.requests, 0.01)
    near(/fails ([\d.]+) %/.exec(said[1])[1], (100 * failing.failed) / failing.requests, 0.05)
    near(/takes ([\d.]+) ms/.exec(said[2])[1], slow.ms, 0.01)
  })

  await does('one of them is shown alone, and its menu leads to its own failures, times and rates', async () => {
    await odd.getByRole('button', { name: truth.failing }).click()
    const alone = map.getByRole('button', { name: `server ${truth.failing}: ` })
    await alone.waitFor()
    assert.equal(await map.locator('[data-node]').count(), 3)
    await alone.press('Enter')
    await tells(at(truth.failing))
    const ways = Object.fromEntries(await card.getByRole('navigation').getByRole('link').evaluateAll((all) => all.map((a) => [a.textContent, new URL(a.href).searchParams.get('q')])))
    const { traces } = await json(`/api/datasources/proxy/uid/tempo/api/search?${new URLSearchParams({ q: ways['Failed traces'], limit: 5000, start: Math.floor(from / 1000), end: Math.ceil(to / 1000) })}`)
    assert.equal(traces.length, at(truth.failing).failed, 'all failures are kept, and found')
    const query = (q) => q.replace('$__rate_interval', '2m') // all that was sent, however long it took to be counted
    const rates = await prom(query(ways['Request rate']))
    const failures = await prom(query(ways['Failed request rate']))
    assert.ok(Math.abs(failures[0].value[1] / rates[0].value[1] - at(truth.failing).failed / at(truth.failing).requests) < 0.06)
    await card.getByRole('link', { name: 'Failed traces' }).click()
    await page.getByRole('region', { name: 'Results' }).locator('tbody a').first().waitFor()
    await shot('pods-failed')
  })

  await does('opened, each pod has its own; keys come to a pod in a few steps', async () => {
    await open(`map?${range}&open=supersonic-triton`)
    await until('all pods', async () => (await map.locator('[data-node]').count()) === 202)
    const labels = await map.getByRole('button', { name: /^server / }).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
    for (const label of labels) {
      const [, id, latency] = /^server (\S+): [^,]+, ([^,]+),/.exec(label)
      const { ms } = at(id)
      assert.ok(Math.abs(nanoseconds(latency) / 1e6 - ms) <= 0.006 * ms, `${label}, it is ${ms} ms`)
    }
    const scale = await map.evaluate((e) => e.querySelector('.node .big').getBoundingClientRect().height)
    assert.ok(scale >= 12, `letters of ${scale} px`)
    await odd.getByRole('button', { name: truth.slow }).focus()
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement.closest('.node') !== null), true, 'after what stands out come nodes, not 400 edges')
    await shot('pods-map-open')
  })

  await does('the page of latencies names the slow pod, and finds one of 200', async () => {
    const began = Date.now()
    await open(`latency?${range}&by=pod`)
    const numbers = page.getByRole('region', { name: 'Numbers' })
    await numbers.waitFor()
    console.log(`    the page of latencies: ${Date.now() - began} ms`)
    const said = await page.getByRole('region', { name: 'What stands out' }).getByRole('status').innerText()
    assert.ok(said.startsWith(`Pod ${truth.slow} is slow: compute`), said)
    const rows = numbers.locator('tr[data-row]')
    assert.equal(await rows.count(), 201)
    const stands = number((await rows.first().locator('td').nth(1).getAttribute('title')).replace(/,/g, ''))
    const sent = whole.requests - whole.failed
    assert.ok(Math.abs(stands - sent) <= 6 * Math.sqrt(sent * (1 / sampling - 1)) + 0.5, `they stand for ${stands}, sent ${sent}`)
    await numbers.getByRole('button', { name: /^Mean/ }).click()
    assert.equal(await rows.nth(1).getAttribute('data-row'), truth.slow, 'the slowest first')
    const agrees = await page.getByRole('region', { name: "Triton's counters beside the spans" }).getByRole('note').innerText()
    assert.match(agrees, sampling === 1 ? /agree with the spans/ : /agree with the spans: .* of 5 models, each over all its pods/)
    await shot('pods-latency')
    let asked = 0
    page.on('request', (r) => { if (r.url().includes('/api/latency?')) asked++ })
    await page.getByLabel('Rows whose name has').fill(truth.busy.slice(-5))
    await until('its row alone', async () => (await rows.count()) === 2)
    await page.getByRole('group', { name: 'Number that is shown' }).getByRole('button', { name: 'p90' }).click()
    assert.equal(asked, 0, 'what is only shown in another way is not asked for again')
    await page.getByLabel('Compare pod').fill(truth.slow)
    await page.getByLabel('with pod').fill(truth.busy)
    await page.keyboard.press('Enter')
    const against = page.getByRole('region', { name: 'Comparison' })
    await against.waitFor()
    assert.ok((await against.innerText()).includes(truth.slow))
    await sound('latencies of 200 pods')
  })

  await does('dashboards draw 200 pods, the highest first', async () => {
    await page.setViewportSize({ width: 1400, height: 2300 })
    const began = Date.now()
    await open(`d/supersonic-map/x?${range}`)
    await until('200 servers', async () => (await textOf('Server map').catch(() => '')) !== '' && /200/.test(await page.locator('[data-panel]', { hasText: 'Triton servers' }).first().innerText()))
    await quiet()
    console.log(`    the dashboard with the map: ${Date.now() - began} ms`)
    const legend = page.locator('[data-panel]', { hasText: 'Inferences per second by server' }).locator('tbody tr')
    await until('its legend has all', async () => (await legend.count()) === 200 || legend.count())
    assert.ok((await legend.first().innerText()).startsWith(truth.busy), await legend.first().innerText())
    await page.getByRole('group', { name: /202 nodes, (39\d|400) edges/ }).waitFor()
    await shot('pods-dashboard')
  })

  await does('Explore offers 202 services, finds those of one and lists the highest series first', async () => {
    await page.setViewportSize({ width: 1400, height: 900 })
    const { tagValues } = await json('/api/datasources/proxy/uid/tempo/api/v2/search/tag/resource.service.name/values')
    assert.equal(tagValues.length, 202)
    await open(`explore?${range}&type=traceql`)
    await page.getByRole('textbox', { name: 'TraceQL' }).click()
    await page.keyboard.type(`{ resource.service.name = "${truth.slow.slice(0, -3)}`)
    await page.getByRole('option', { name: truth.slow }).waitFor()
    for (const view of ['scatter', 'heat']) {
      await open(`explore?${new URLSearchParams({ from, to, type: 'traceql', q: `{ span.peer.service = "${truth.slow}" }`, limit: '500', view })}`)
      await page.getByRole('group', { name: view === 'heat' ? /^Heat map/ : /^Duration of the/ }).waitFor()
      await shot(`pods-${view}`)
    }
    await open(`explore?${new URLSearchParams({ from, to, type: 'promql', q: 'sum by (pod) (rate(nv_inference_count[2m]))' })}`)
    const legend = page.getByRole('table', { name: 'Legend' }).locator('tbody tr')
    await until('all series', async () => (await legend.count()) === 200 || legend.count())
    assert.ok((await legend.first().innerText()).startsWith(truth.busy), await legend.first().innerText())
    await sound('series of 200 pods')
  })

  await does('on a phone the pods stand below each other, large enough to be read', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await open(`map?${range}&open=supersonic-triton`)
    await until('all pods', async () => (await map.locator('[data-node]').count()) === 202)
    await narrow('the opened map on a phone')
    const tall = () => map.evaluate((e) => e.querySelector('.node .big').getBoundingClientRect().height)
    await until('letters that are read', async () => (await tall()) >= 11 || tall())
    await shot('pods-phone')
    await open(`latency?${range}&by=pod`)
    await page.getByRole('region', { name: 'Numbers' }).waitFor()
    await narrow('latencies on a phone')
    await shot('pods-phone-latency')
  })
})
