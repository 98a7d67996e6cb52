/**
 * The map of a site with 200 servers, in Chromium: one node that opens, parts of the
 * traffic, by keys. What is seen is compared with the metrics store's own answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/map.mjs
 *
 * SECONDS is how long a time is looked at, TO its end in Unix milliseconds, half a minute
 * ago without it. FAILING is a model of whose calls some fail.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'
import { nanoseconds } from './spans.mjs'

await reader(site, async ({ page, does, until, shot, sound, promql, narrow }) => {
  const seconds = Number(process.env.SECONDS ?? 300)
  const to = Number(process.env.TO ?? Date.now() - 30_000)
  const from = to - seconds * 1000
  const asks = (query) => promql(query, to / 1000)
  const per = async (by, metric = 'supersonic_gateway_request_duration_seconds_count') => new Map((await asks(`sum by (${by}) (increase(${metric}[${seconds}000ms]))`)).map((s) => [s.metric[by], Number(s.value[1]) / seconds]))
  const map = page.getByRole('group', { name: /^Map/ })
  const nodes = (side) => map.getByRole('button', { name: new RegExp(`^${side} `) }).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  const perSecond = (label) => parseFloat(/: <?([\d.]+) \/s/.exec(label)[1])
  const near = (shown, want, what) => assert.ok(Math.abs(shown - want) <= 0.025 * want + 0.02, `${what}: shown ${shown}, it is ${want}`)
  const servers = await per('server')
  const models = await per('model')
  const times = await per('server', 'supersonic_gateway_request_duration_seconds_sum')
  const sum = (of) => [...of.values()].reduce((a, b) => a + b, 0)
  const whole = sum(servers)
  const failing = process.env.FAILING ? await per('server', 'supersonic_gateway_requests_total{code!="OK"}') : new Map()
  /** tells holds what a node says against its rate, the mean of its latencies and its failures. */
  const tells = (label, rate, time, failed) => {
    near(perSecond(label), rate, label)
    const [, latency, bad] = /: [^,]+, ([^,]+), ([\d.<]+) ?% failed/.exec(label)
    near(nanoseconds(latency) / 1e6, (1000 * time) / rate, `${label}: latency`)
    assert.ok(Math.abs(parseFloat(bad) - (100 * failed) / rate) < 0.15, `${label}: ${failed} of ${rate} a second fail`)
  }
  /** drawn holds what is drawn in a node against what it says. */
  const drawn = async () => {
    for (const [label, texts] of await map.locator('.node').evaluateAll((all) => all.map((n) => [n.querySelector('.press').ariaLabel, [...n.querySelectorAll('.big, .small')].map((t) => t.textContent)]))) {
      const [, rate, latency] = /: ([^,]+), ([^,]+),/.exec(label)
      assert.ok(texts[0] === latency && texts[1].split(' · ')[0] === rate, `${label} is drawn as ${texts}`)
    }
  }
  const param = (name) => new URL(page.url()).searchParams.getAll(name)

  await does('200 servers are one node, with the traffic of all', async () => {
    assert.equal(servers.size, 200)
    await page.goto(`${site}/map?from=${from}&to=${to}&refresh=`)
    await map.locator('[data-node]').first().waitFor()
    const [group, ...more] = await nodes('server')
    assert.match(group, /, 200 pods: /)
    assert.equal(more.length, 0)
    tells(group, whole, sum(times), sum(failing))
    await drawn()
    const [worst, most] = [...servers].reduce((a, b) => (b[1] > a[1] ? b : a))
    const skew = await page.getByRole('list', { name: 'Servers that stand out' }).getByRole('listitem').first().innerText()
    const [, named, part, count, even] = /^(\S+) gets ([\d.]+) % of the requests; an even split among (\d+) servers is ([\d.]+) %\.$/.exec(skew)
    assert.deepEqual([named, count], [worst, '200'])
    near(Number(part), (100 * most) / whole, skew)
    assert.equal(Number(even), 0.5)
    const gateways = await per('pod')
    for (const label of await nodes('gateway')) near(perSecond(label), gateways.get(/^gateway ([^:,]+)/.exec(label)[1]), label)
    assert.equal(await map.locator('[data-edge]').count(), gateways.size, 'an edge of each gateway')
    await sound('the map of a large site')
    await shot('map-folded')
  })

  await does('it opens by keys, each pod has its own traffic, and it folds again', async () => {
    await map.getByRole('button', { name: /^server .*200 pods/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Show the 200 pods' }).focus()
    await page.keyboard.press('Enter')
    await until('all pods', async () => (await nodes('server')).length === 200 || (await nodes('server')).length)
    assert.equal(param('open').length, 1, 'the address says so')
    for (const label of await nodes('server')) {
      const id = /^server ([^:,]+)/.exec(label)[1]
      tells(label, servers.get(id), times.get(id), failing.get(id) ?? 0)
      const share = /, ([\d.]+) % of the requests$/.exec(label)?.[1]
      assert.equal(share !== undefined, servers.get(id) / whole > 1.5 / 200, `${label}: more than its part is said`)
      if (share) assert.ok(Math.abs(Number(share) - (100 * servers.get(id)) / whole) < 0.06, label)
    }
    await drawn()
    await shot('map-open')
    await map.getByRole('button', { name: /^server / }).first().press('Enter')
    await page.getByRole('button', { name: /^Fold the pods of/ }).click()
    await until('folded', async () => (await nodes('server')).length === 1)
    assert.deepEqual(param('open'), [])
  })

  await does('a part of the pods, a part of the traffic', async () => {
    await page.getByLabel('Pods whose name has').fill('triton-17')
    await page.keyboard.press('Enter')
    const fit = [...servers.keys()].filter((s) => s.includes('triton-17'))
    await until('the pods of that name', async () => (await nodes('server')).length === fit.length || nodes('server'))
    await page.getByRole('button', { name: 'All traffic' }).click()
    const [model] = [...models.keys()].sort()
    await page.getByLabel('Model', { exact: true }).selectOption(model)
    await until('the traffic of one model', async () => {
      const sum = (await nodes('gateway')).map(perSecond).reduce((a, b) => a + b, 0)
      return Math.abs(sum - models.get(model)) <= 0.025 * models.get(model) || `${sum}, it is ${models.get(model)}`
    })
    assert.deepEqual(param('model'), [model])
    await page.getByLabel('Pods whose name has').fill('nosuchpod')
    await page.keyboard.press('Enter')
    const nobody = page.getByText('No pod with a call has “nosuchpod” in its name')
    await nobody.waitFor()
    assert.equal(await map.count(), 0)
  })

  await does('it fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.goto(`${site}/map?from=${from}&to=${to}&refresh=`)
    await map.locator('[data-node]').first().waitFor()
    await narrow('a phone')
    await shot('map-phone')
  })
})
