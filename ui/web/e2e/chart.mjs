/**
 * A dashboard of the chart, unedited, in Chromium: every panel of its file is there, and
 * shows what the file's own expressions, filled in by hand, make of the stores' answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 FILE=../grafana/testdata/default.json node e2e/chart.mjs
 *
 * TO is the end of the minute that is looked at, in Unix milliseconds; WITH_DATA is how
 * many panels have to show something of it.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { lastsOf, near } from './written.mjs'
import { reader, site } from './reader.mjs'

const file = JSON.parse(readFileSync(process.env.FILE, 'utf8'))
const to = Math.floor((Number(process.env.TO) || Date.now() - 5_000) / 15_000) * 15_000 // a multiple of the step: charts end there
const from = to - 60_000

await reader(site, async (r) => {
  const { page, does, until, quiet, panel, shot, promql, sound } = r
  const asks = (query) => promql(query, to / 1000)
  const values = async (label) => (await asks(`count by (${label}) (last_over_time(nv_inference_exec_count[1m]))`)).map((s) => s.metric[label])
  const [releases, namespaces] = [await values('release'), await values('namespace')]
  const filled = (expr) => expr.replaceAll('$release', releases.join('|')).replaceAll('$namespace', namespaces.join('|'))
  const named = (format, metric) => format.replaceAll(/{{\s*(\w+)\s*}}/g, (_, label) => metric[label] ?? '')
  /** seriesOf is what a panel's targets give, by name. */
  const seriesOf = async (p) => {
    const all = new Map()
    for (const t of p.targets) for (const s of await asks(filled(t.expr))) all.set(named(t.legendFormat, s.metric), Number(s.value[1]))
    return all
  }
  const byId = (p) => page.locator(`[data-panel="${p.id}"]`)
  const bodyOf = async (p) => (await byId(p).locator('.body').innerText()).replaceAll(/\s+/g, ' ').trim()

  let withData = 0
  const nothing = async (p, want) => {
    if (want > 0) withData++
    else await until(`${p.title} says that there is nothing`, async () => /No data/.test(await bodyOf(p)) || bodyOf(p))
    return want === 0
  }
  const checks = {
    text: async (p) => {
      const links = [...p.options.content.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)
      const there = () => byId(p).locator('a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
      await until('the links of the text', async () => JSON.stringify(await there()) === JSON.stringify(links) || there()) // what writes texts comes when it is needed
      assert.match(await bodyOf(p), new RegExp(/<h1[^>]*>\s*(\w+)/.exec(p.options.content)[1]))
    },
    stat: async (p) => {
      const want = [...(await seriesOf(p)).values()].map(String)
      if (await nothing(p, want.length)) return
      assert.equal(want.length, 1)
      await until(`${p.title} is ${want}`, async () => (await bodyOf(p)) === want[0] || bodyOf(p))
    },
    timeseries: async (p) => {
      const want = await seriesOf(p)
      if (await nothing(p, want.size)) return
      const told = await lastsOf(r, byId(p))
      assert.deepEqual([...told.keys()].sort(), [...want.keys()].sort(), p.title)
      for (const [name, value] of want) assert.ok(near(told.get(name), value), `${p.title}: the last of ${name} is ${value}, told: ${told.get(name)}`)
      if (!p.options.legend.showLegend) return
      const legend = byId(p).locator('.legend')
      for (const name of want.keys()) assert.ok((await legend.innerText()).includes(name), `${p.title}: the legend has ${name}`)
    },
    nodeGraph: async (p) => {
      const where = p.targets[0].serviceMapQuery
      const rate = async (metric, by) => asks(`sum by (${by}) (rate(${metric}${where}[60s]))`)
      const count = await rate('traces_service_graph_request_total', 'client, server')
      const seconds = await rate('traces_service_graph_request_server_seconds_sum', 'client, server')
      const pairs = count.filter((s) => Number(s.value[1]) > 0)
      if (await nothing(p, pairs.length)) return
      const nodes = byId(p).locator('[data-node]')
      const ids = () => nodes.evaluateAll((all) => all.map((n) => n.dataset.node).sort())
      const want = [...new Set(pairs.flatMap((s) => [s.metric.client, s.metric.server]))].sort()
      await until('the nodes', async () => JSON.stringify(await ids()) === JSON.stringify(want) || ids())
      for (const { metric, value } of pairs) {
        const spent = seconds.find((s) => s.metric.client === metric.client && s.metric.server === metric.server).value[1]
        const said = await byId(p).locator(`[data-edge="${metric.client}>${metric.server}"]`).getAttribute('aria-label')
        const [, ms, perSecond] = /: ([\d.]+) ms\/r, ([\d.]+) r\/sec$/.exec(said) ?? assert.fail(`an edge says ${said}`)
        assert.ok(near(ms, (1000 * spent) / value[1]) && near(perSecond, Number(value[1])), `${said}: ${(1000 * spent) / value[1]} ms, ${value[1]} a second`)
      }
    },
  }

  await does(`the chart's ${process.env.FILE.split('/').at(-1)}, panel by panel`, async () => {
    const every = ['release', 'namespace'].map((name) => `var-${name}=$__all`).join('&')
    await page.setViewportSize({ width: 1440, height: 2400 })
    await page.goto(`${site}/d/${file.uid}?from=${from}&to=${to}&refresh=&timezone=utc&${every}`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
    for (const p of file.panels) {
      if (p.type === 'row') {
        await page.getByRole('button', { name: p.title, exact: true }).first().waitFor()
        continue
      }
      await byId(p).scrollIntoViewIfNeeded()
      await quiet()
      assert.ok(checks[p.type], `a kind of panel that is not looked at: ${p.type}`)
      await checks[p.type](p)
      if (p.title) assert.equal(await byId(p).getByRole('heading').first().innerText(), p.title)
    }
    assert.equal(withData, Number(process.env.WITH_DATA), 'panels with data')
    await shot('chart')
    await sound('the chart’s dashboard')
  })
})
