/**
 * A node graph of the service graph, in Chromium: the texts and rings of its nodes, the
 * texts of its edges, and where their menus lead, by the series of the store; and the map
 * of a site that has these alone.
 *
 *   SITE_URL=http://127.0.0.1:3000 TO=1796018000000 node e2e/servicegraph.mjs
 */
import assert from 'node:assert/strict'
import { near, rgb } from './drawn.mjs'
import { reader, site } from './reader.mjs'
import { near as length } from './spans.mjs'
import { near as written } from './written.mjs'

const to = Math.floor(Number(process.env.TO) / 15_000) * 15_000 // a multiple of the step: charts end there
const from = to - 300_000

await reader(site, async (r) => {
  const { page, does, until, quiet, panel, json, shot, sound, narrow } = r
  const { dataSources } = await json('api/site')
  const proxy = (type) => `api/datasources/proxy/uid/${dataSources.find((d) => d.type === type).uid}`
  const asks = async (query) => (await json(`${proxy('prometheus')}/api/v1/query?${new URLSearchParams({ query, time: to / 1000 })}`)).data.result
  const per = async (what, by) => new Map((await asks(`sum by (${by}) (rate(traces_service_graph_request_${what}[300s]))`)).map((s) => [by.split(', ').map((l) => s.metric[l]).join('>'), Number(s.value[1])]))
  /** callsBy is the rate, the share that failed and the milliseconds of each. */
  const callsBy = async (by) => {
    const [rate, failed, seconds] = await Promise.all(['total', 'failed_total', 'server_seconds_sum'].map((what) => per(what, by)))
    return new Map([...rate].map(([id, v]) => [id, { rate: v, failed: (failed.get(id) ?? 0) / v, ms: (1000 * seconds.get(id)) / v }]))
  }
  const [edges, servers, clients] = await Promise.all(['client, server', 'server', 'client'].map(callsBy))
  const names = [...new Set([...servers.keys(), ...clients.keys()])].sort()
  const { uid } = await json('api/dashboards/save', { version: 0, message: '', copy: true, model: { title: 'Calls', panels: [{ id: 1, type: 'nodeGraph', title: 'Who calls whom', gridPos: { x: 0, y: 0, w: 24, h: 16 }, targets: [{ refId: 'A', datasource: { type: 'tempo', uid: 'tempo' }, queryType: 'serviceMap' }] }] } })
  const graph = panel('Who calls whom')
  const opens = async () => {
    await page.goto(`${site}/d/${uid}/x?from=${from}&to=${to}&refresh=&timezone=utc`)
    await graph.locator('[data-node]').first().waitFor()
    await quiet()
  }
  const node = (id) => graph.locator('g.node', { has: page.locator(`[data-node="${id}"]`) })
  const menu = () => page.locator('.menu:popover-open')
  const number = (text, unit) => {
    assert.ok(text.endsWith(` ${unit}`), `${text} is in ${unit}`)
    return text.slice(0, -unit.length - 1)
  }

  await does('nodes: their texts and their rings', async () => {
    await opens()
    await until('all are there', async () => JSON.stringify((await graph.locator('[data-node]').evaluateAll((all) => all.map((n) => n.dataset.node))).sort()) === JSON.stringify(names))
    for (const id of names) {
      const drawn = await node(id).evaluate((g) => ({
        main: g.querySelector('.main')?.textContent, secondary: g.querySelector('.secondary')?.textContent, title: g.querySelector('.title').firstChild.textContent,
        arcs: [...g.querySelectorAll('.arc')].map((a) => [a.getAttribute('stroke'), a.getAttribute('stroke-dasharray').split(' ').map(Number), a.querySelector('title').textContent]),
        says: g.querySelector('[data-node]').getAttribute('aria-label'),
      }))
      const want = servers.get(id)
      assert.ok(id.startsWith(drawn.title.split('…')[0]), drawn.title)
      if (!want) { // it only calls: nothing is known of its own
        assert.deepEqual([drawn.secondary ?? '', drawn.arcs], ['', []], `${id} has no ring of success`)
        assert.ok(drawn.says.endsWith('Calls received none'), drawn.says)
        continue
      }
      assert.ok(written(number(drawn.main, 'ms/r'), want.ms), `${id}: ${drawn.main}, it is ${want.ms}`)
      assert.ok(written(number(drawn.secondary, 'r/sec'), want.rate), `${id}: ${drawn.secondary}, it is ${want.rate}`)
      const shares = Object.fromEntries(drawn.arcs.map(([colour, [part, all], name]) => [name, [part / all, colour]]))
      near(shares.Success?.[0] ?? 0, 1 - want.failed, 0.001, `${id}: the ring of what succeeded`)
      near(shares.Failed?.[0] ?? 0, want.failed, 0.001, `${id}: the ring of what failed`)
      for (const [name, colour] of [['Success', '#73bf69'], ['Failed', '#f2495c']]) if (shares[name]) assert.deepEqual(rgb(shares[name][1]), rgb(colour))
      assert.ok(drawn.says.includes(`${drawn.main}, ${drawn.secondary}`), drawn.says)
    }
    assert.deepEqual((await graph.locator('.foot .legend li').allInnerTexts()).map((t) => t.replace(/^n\s*/, '').trim()), ['Average response time', 'Requests per second', 'Success', 'Failed'])
    assert.ok(names.some((id) => !servers.has(id)), 'one of them only calls')
    await sound('the node graph')
    await shot('servicegraph')
  })

  await does('edges: their texts, while they are pointed at', async () => {
    assert.deepEqual((await graph.locator('[data-edge]').evaluateAll((all) => all.map((e) => e.dataset.edge))).sort(), [...edges.keys()].sort())
    for (const [id, want] of edges) {
      await graph.locator(`[data-edge="${id}"]`).focus()
      const texts = () => graph.locator('.label text').allTextContents()
      await until('its text is drawn', async () => (await texts()).length === 2 || texts())
      const [ms, rate] = await texts()
      assert.ok(written(number(ms, 'ms/r'), want.ms) && written(number(rate, 'r/sec'), want.rate), `${id}: ${ms}, ${rate}; it is ${want.ms}, ${want.rate}`)
      assert.equal(await graph.locator(`[data-edge="${id}"]`).getAttribute('aria-label'), `${id.replace('>', ' to ')}: ${ms}, ${rate}`)
    }
  })

  /** follows goes where an entry of a menu leads and says what the chart there tells last. */
  const follows = async (open, entry) => {
    await opens()
    await open()
    await menu().getByRole('link', { name: entry, exact: true }).click()
    await until(`${entry} leads to Explore`, () => (new URL(page.url()).pathname === '/explore' && new URL(page.url()).searchParams.has('q')) || page.url())
  }
  /** legendTells waits for the one line of Explore's chart and holds its last, mean and largest value, of what grows evenly all the same. */
  const legendTells = async (want, what) => {
    const rows = page.getByRole('table', { name: 'Legend' }).locator('tbody tr')
    await until(`${what} is ${want}`, async () => {
      const all = await rows.evaluateAll((list) => list.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
      return (all.length === 1 && all[0].slice(1, 4).every((v) => written(v.replace(/ \/s$/, ''), want))) || all
    })
  }
  const [client, server] = ['supersonic-envoy-0', 'supersonic-triton-0'] // of whom some fail
  const menus = {
    'a node': [() => node(server).locator('[data-node]').press('Enter'), `{server="${server}"}`],
    'an edge': [() => graph.locator(`[data-edge="${client}>${server}"]`).press('Enter'), `{client="${client}", server="${server}"}`],
  }
  for (const [what, [open, selector]] of Object.entries(menus)) await does(`the menu of ${what}, followed`, async () => {
    const window = '[60s]' // what grows evenly has one rate in each window
    const rates = { 'Request rate': `sum by (client, server) (rate(traces_service_graph_request_total${selector}${window}))`, 'Failed request rate': `sum by (client, server) (rate(traces_service_graph_request_failed_total${selector}${window}))`, 'Request histogram': `histogram_quantile(.9, sum by (le, client, server) (rate(traces_service_graph_request_server_seconds_bucket${selector}${window})))` }
    for (const [entry, query] of Object.entries(rates)) {
      await follows(open, entry)
      const [{ value }] = await asks(query)
      const asked = new URL(page.url()).searchParams
      assert.ok(asked.get('q').replace('$__rate_interval', '60s') === query, `${asked.get('q')} is ${query}`)
      await legendTells(Number(value[1]) * (entry === 'Request histogram' ? 1000 : 1), `${entry} of ${what}`)
    }
    await follows(open, 'View traces')
    const q = new URL(page.url()).searchParams.get('q')
    assert.equal(q.replaceAll(' ', ''), `{resource.service.name="${server}"}`)
    const { traces } = await json(`${proxy('tempo')}/api/search?${new URLSearchParams({ q, limit: 200, start: from / 1000, end: to / 1000 })}`)
    assert.ok(traces.length > 0)
    const rows = page.getByRole('region', { name: 'Results' }).locator('tbody tr')
    await until('its traces', async () => (await rows.count()) === traces.length || [await rows.count(), traces.length])
  })

  await does('the server map of our own dashboard: who is there, and what each edge says', async () => {
    await page.goto(`${site}/d/supersonic-map?from=${from}&to=${to}&refresh=&timezone=utc`)
    const own = panel('Server map')
    await own.locator('[data-node]').first().waitFor()
    await quiet()
    const inside = new Map([...edges].filter(([id]) => !id.startsWith('user>')))
    assert.deepEqual((await own.locator('[data-node]').evaluateAll((all) => all.map((n) => n.dataset.node))).sort(), [...new Set([...inside.keys()].flatMap((id) => id.split('>')))].sort(), 'who asks from outside is left out')
    const seen = await own.locator('[data-edge]').evaluateAll((all) => all.map((e) => [e.dataset.edge, e.ariaLabel]))
    assert.deepEqual(seen.map(([id]) => id).sort(), [...inside.keys()].sort())
    for (const [id, says] of seen) {
      const [ms, rate] = says.split(': ')[1].split(', ')
      assert.ok(written(number(ms, 'ms/r'), inside.get(id).ms) && written(number(rate, 'r/sec'), inside.get(id).rate), `${says}; it is ${JSON.stringify(inside.get(id))}`)
    }
    await shot('own-server-map')
  })

  await does('the map of a site whose gateways count nothing: words, nodes, edges, cards and charts are of the sampled traces', async () => {
    /** grown is by how much a counter grew from one end of the range to the other. */
    const at = async (query, time) => new Map((await json(`${proxy('prometheus')}/api/v1/query?${new URLSearchParams({ query, time: time / 1000 })}`)).data.result.map((s) => [`${s.metric.client}>${s.metric.server}`, Number(s.value[1])]))
    const grown = async (what) => {
      const query = `sum by (client, server) (traces_service_graph_request_${what}{client!="user"})`
      const [was, is] = await Promise.all([at(query, from), at(query, to)])
      return new Map([...is].map(([id, v]) => [id, v - was.get(id)]))
    }
    const [total, failed, seconds, timed] = await Promise.all(['total', 'failed_total', 'server_seconds_sum', 'server_seconds_count'].map(grown))
    const of = (fits) => [...total.keys()].filter(fits).reduce((sum, id) => ({ n: sum.n + total.get(id), failed: sum.failed + (failed.get(id) ?? 0), seconds: sum.seconds + seconds.get(id), timed: sum.timed + timed.get(id) }), { n: 0, failed: 0, seconds: 0, timed: 0 })
    const told = (what, { n, failed, seconds, timed }, perSecond, latency) => {
      assert.ok(written(perSecond.replace(/^</, ''), n / 300) || Math.abs(parseFloat(perSecond) - n / 300) < 0.006 * (n / 300), `${what}: ${perSecond} a second, it is ${n / 300}`)
      length(latency, (1e9 * seconds) / timed, what)
      return failed
    }
    await page.goto(`${site}/map?from=${from}&to=${to}&refresh=`)
    const map = page.getByRole('group', { name: /^Map/ })
    await map.locator('[data-node]').first().waitFor()
    const source = page.locator('[data-source]')
    assert.deepEqual([await source.getAttribute('data-source'), (await source.innerText()).trim()], ['sampled traces', 'estimated from sampled traces: no gateway here counts its calls'])

    const ends = { gateway: 0, server: 1 }
    const want = [...total.keys()].flatMap((id) => id.split('>').map((name, end) => `${['gateway', 'server'][end]} ${name}`))
    const nodes = await map.locator('[data-node]').evaluateAll((all) => all.map((n) => n.ariaLabel))
    assert.deepEqual(nodes.map((n) => n.split(':')[0]).sort(), [...new Set(want)].sort(), 'who asks from outside is no gateway')
    for (const says of nodes) {
      const [, side, id, perSecond, latency, bad] = /^(\w+) ([^:]+): ([^,]+) \/s, ([^,]+), ([<>\d.]+) % failed/.exec(says)
      const all = of((edge) => edge.split('>')[ends[side]] === id)
      near(parseFloat(bad.replace(/[<>]/, '')), (100 * told(says, all, perSecond, latency)) / all.n, 0.51, says)
    }
    const seen = await map.locator('[data-edge]').evaluateAll((all) => all.map((e) => [e.dataset.edge, e.ariaLabel]))
    assert.deepEqual(seen.map(([id]) => id).sort(), [...total.keys()].sort())
    await page.getByText('The edges as a table').click()
    const rows = await page.locator('details', { hasText: 'The edges as a table' }).locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
    assert.equal(rows.length, total.size)
    for (const [id, says] of seen) {
      const [client, server] = id.split('>')
      const all = of((edge) => edge === id)
      const [, perSecond, latency, bad] = /: ([^,]+) \/s, ([^,]+), (\d+) failed$/.exec(says)
      assert.equal(Number(bad), Math.round(told(says, all, perSecond, latency)))
      const [, , n, rate, mean, p90, lost] = rows.find(([a, b]) => a === client && b === server)
      assert.deepEqual([n.replaceAll(/\s/g, ''), p90, lost], [String(Math.round(all.n)), '–', bad], `the row of ${id}`)
      told(`the row of ${id}`, all, rate.replace(' /s', ''), mean)
    }
    await map.locator('[data-edge]').first().focus()
    const hint = await page.getByRole('status').filter({ hasText: seen[0][0].replace('>', ' → ') }).innerText()
    length(/([\d.]+ \S+) by the server's own spans/.exec(hint)[1], (1e9 * of((edge) => edge === seen[0][0]).seconds) / timed.get(seen[0][0]), 'the hint')
    await map.locator('[data-edge]').first().press('Enter')
    const card = page.getByRole('dialog', { name: seen[0][0].replace('>', ' to '), exact: true })
    const facts = Object.fromEntries(await card.locator('dl > div').evaluateAll((all) => all.map((d) => [d.children[0].innerText, d.children[1].innerText.trim()])))
    const all = of((edge) => edge === seen[0][0])
    assert.deepEqual([facts['Latency at the gateway, mean'], facts['p50, p90, p99'], facts['Estimate from traces'].replaceAll(/\s/g, '')], ['–', '–, –, –', String(Math.round(all.n))], 'what only a gateway knows is not made up')
    length(facts["Server's own spans, mean"], (1e9 * all.seconds) / all.timed, 'the card')
    await page.keyboard.press('Escape')
    for (const title of ['Requests by server, estimated', 'Mean time in the server']) await page.getByText(title, { exact: true }).waitFor()
    await sound('the map by sampled traces')
    await shot('map-by-traces')
  })

  await does('on a phone, and in light', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize({ width: 360, height: 800 })
    await opens()
    await narrow('the node graph')
    await node(server).locator('[data-node]').press('Enter')
    await menu().waitFor()
    await shot('servicegraph-360-light')
  })
})
