/**
 * Outages of a live site, in Chromium: one of its servers is killed and comes back only
 * when it is let; each of the stores is cut off from a page beside the site meanwhile.
 * What the pages say of it, that what is left is of use, that they recover by
 * themselves, and that all figures are those of the stores then.
 *
 *   SITE_URL=http://127.0.0.1:3000 BESIDE=… CONTROL=… PROMETHEUS=… TEMPO=… POD=supersonic-triton-1 TO=… node e2e/liveoutage.mjs
 *
 * BESIDE is the page whose ways to the stores CONTROL/{prometheus,tempo}/{well,stopped}
 * cuts; CONTROL/server/{killed,back} is for POD; PROMETHEUS and TEMPO are the stores
 * themselves, TO is a time from which nothing comes any more. e2e/outage_test.go has them.
 */
import assert from 'node:assert/strict'
import { mapFigures } from './mapfigures.mjs'
import { reader, site } from './reader.mjs'
import { number } from './spans.mjs'
import { tabsOf, words } from './tabs.mjs'

const { BESIDE: beside, CONTROL: control, PROMETHEUS: prometheus, TEMPO: tempo, POD: pod } = process.env
const to = Math.floor(Number(process.env.TO) / 1000) * 1000
const from = to - 60_000
const put = async (what, state) => {
  const answer = await fetch(`${control}/${what}/${state}`)
  assert.ok(answer.ok, `${what} ${state}: ${await answer.text()}`)
}
/** soon is within what a page says what is wrong, of a machine that does other things as well. */
const soon = 20_000
const ask = async (store, path, params) => (await fetch(`${store}/api/${path}?${new URLSearchParams(params)}`)).json()
const counters = async (query, time) => (await ask(prometheus, 'v1/query', { query, time: time / 1000 })).data.result
const requests = 'supersonic_gateway_requests_total'
const failing = '{ name = "ingress" && span.grpc.status_code != "0" }'
/** rowsOf are the rows of a table of a query: its labels and its value. */
const rowsOf = async (query, labels, time) => (await counters(query, time)).map((s) => [...labels.map((l) => s.metric[l] ?? ''), String(Number(Number(s.value[1]).toFixed(2)))].join(' ')).sort()
const cellsOf = (rows) => rows.evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
const window = `from=${from}&to=${to}&timezone=utc`
const byServer = `sum by (server) (${requests})`
const lastDigits = `${byServer} % 1000` // which are written in full, however long the site has run

await reader(site, async ({ page, does, until, panel, json, sound }) => {
  const region = (name, at = page) => at.getByRole('region', { name, exact: true })
  const cutOff = tabsOf(beside, { page, until }, soon)
  const own = tabsOf(site, { page, until }, soon)
  /** same waits until what a tab shows is what the stores have. */
  const same = (what, shown, want) => until(`${what} are the store's own`, async () => {
    const seen = await shown()
    return JSON.stringify(seen) === JSON.stringify(want) || { seen, want }
  })
  const board = (at, title) => at.locator('[data-panel]', { has: at.getByRole('heading', { name: title, exact: true }) })
  const failed = async () => {
    const { traces } = await ask(tempo, 'search', { q: failing, limit: 5000, spss: 1, start: from / 1000, end: to / 1000 })
    return traces.map((t) => t.traceID.padStart(32, '0')).sort()
  }
  const [{ traceID: trace }] = (await ask(tempo, 'search', { q: '{ name = "compute" }', limit: 1, start: from / 1000, end: to / 1000 })).traces

  /** pages of each store: where it says what is wrong, what of it is of use all the same, and its figures once the store is back. */
  const pages = {
    prometheus: [
      { name: 'a dashboard', path: `d/beside/x?${window}&refresh=5s`, says: '[data-panel="1"] [role="alert"]', rest: '[data-panel="3"] tbody tr', figures: async (at) => {
        await same('the cells of a table', async () => (await cellsOf(board(at, 'By server').locator('tbody tr'))).map((c) => c.slice(-2).join(' ')).sort(), await rowsOf(byServer, ['server'], to))
        await same('the requests of a stat', () => board(at, 'Requests').locator('.body').first().innerText().then((t) => t.trim()), (await rowsOf(`sum(${requests})`, [], to))[0])
      } },
      { name: 'PromQL', path: `explore?type=promql&q=${encodeURIComponent(lastDigits)}&mode=instant&${window}&refresh=`, says: '[role="alert"]', figures: async (at) => same('the values', async () => (await cellsOf(at.getByRole('table', { name: 'Values' }).locator('tbody tr'))).map((c) => `${c[0]} ${number(c.at(-1))}`).sort(), await rowsOf(lastDigits, ['server'], to)) },
      { name: 'the map', path: `map?${window}&refresh=`, says: '[role="alert"]', figures: async (at) => {
        const { grown } = mapFigures({ page: at, counters, range: { from, to } })
        const servers = await grown('supersonic_gateway_request_duration_seconds_count', ['server'])
        await at.locator('[data-node]').first().waitFor()
        const shown = (await at.locator('[data-node]').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))).filter((l) => l.startsWith('server '))
        assert.deepEqual(shown.map((l) => /^server ([^:]+):/.exec(l)[1]).sort(), [...servers.keys()].sort())
        for (const label of shown) {
          const [, id, rate] = /^server ([^:]+): ([\d.]+) \/s/.exec(label)
          assert.ok(Math.abs(Number(rate) - servers.get(id).perSecond) <= 0.006 * Number(rate) + 0.01, `${label}: it is ${servers.get(id).perSecond}`)
        }
      } },
      { name: 'latencies', path: `latency?${window}&refresh=5s`, says: '[aria-label*="counters beside"] [role="note"]', rest: '[aria-label="Numbers"] tr[data-row]', figures: async (at) => {
        const counted = async (time) => new Map((await counters('sum by (model, pod) (last_over_time(nv_inference_request_success[5m]))', time)).map((s) => [`${s.metric.model} ${s.metric.pod}`, Number(s.value[1])]))
        const [a, b] = [await counted(from), await counted(to)]
        const anew = (await counters('max by (pod) (resets(nv_inference_request_success[60s])) > 0', to)).map((s) => s.metric.pod) // Triton itself crashes now and then
        const rows = () => region("Triton's counters beside the spans", at).locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].slice(0, 4).map((c) => c.textContent.trim())))
        await until('the counters are there', async () => (await rows()).length > 3 || rows())
        for (const [model, of, , n] of await rows()) {
          if (anew.includes(of) || (of === 'all' && anew.length > 0)) continue
          const want = [...b].filter(([key]) => key === `${model} ${of}` || (of === 'all' && key.startsWith(`${model} `))).reduce((sum, [key, v]) => sum + v - (a.get(key) ?? 0), 0)
          assert.equal(number(n), want, `${model} on ${of} was counted`)
        }
      } },
      { name: 'Status', path: 'status', says: 'tr:has(strong:text-is("prometheus"))', rest: 'tr:has(strong:text-is("tempo")) .healthy', figures: (at) => at.locator('tr:has(strong:text-is("prometheus")) .healthy').waitFor() },
    ],
    tempo: [
      { name: 'a dashboard', path: `d/beside/x?${window}&refresh=5s`, says: '[data-panel="3"] [role="alert"]', rest: '[data-panel="2"] tbody tr', figures: async (at) => {
        const ids = await failed()
        await until(`the ${ids.length} rows of a table`, async () => (await board(at, 'Failed requests').locator('.body').innerText()).includes(`${ids.length} rows`) || board(at, 'Failed requests').locator('.body').innerText())
      } },
      { name: 'TraceQL', path: `explore?type=traceql&q=${encodeURIComponent(failing)}&limit=1000&${window}&refresh=`, says: '[role="alert"]', figures: async (at) => same('the traces', async () => (await region('Results', at).locator('tbody tr a[title]').evaluateAll((all) => all.map((a) => a.title))).sort(), await failed()) },
      { name: 'latencies', path: `latency?${window}&refresh=`, says: '[role="alert"]', figures: async (at) => {
        const { rests } = await json(`/api/latency?${window}`)
        await same('the requests', async () => number((await cellsOf(region('Numbers', at).locator('tr[data-row="all requests"]')))[0]?.[1] ?? ''), rests.requests)
      } },
      { name: 'a trace', path: `trace/${trace}`, says: '[role="alert"]', figures: async (at) => {
        const { batches } = await ask(tempo, `traces/${trace}`, {})
        await same('the spans', () => at.getByRole('treeitem').count(), batches.flatMap((b) => b.scopeSpans.flatMap((s) => s.spans)).length)
      } },
      { name: 'Status', path: 'status', says: 'tr:has(strong:text-is("tempo"))', rest: 'tr:has(strong:text-is("prometheus")) .healthy', figures: (at) => at.locator('tr:has(strong:text-is("tempo")) .healthy').waitFor() },
    ],
  }
  const cut = (store) => does(`${store} is cut off: each page says so, and shows the store's own figures by itself when it is back`, async () => {
    await put(store, 'stopped')
    const tabs = await cutOff.opened(pages[store])
    await cutOff.each((tab) => cutOff.says(tab, store, words.stopped))
    await cutOff.each((tab) => tab.of.rest && tab.page.locator(tab.of.rest).first().waitFor())
    await tabs[0].page.getByRole('link', { name: /^Status.*not well/ }).waitFor()
    await put(store, 'well')
    await cutOff.each((tab) => tab.of.figures(tab.page))
    await cutOff.closed()
  })

  /** tables are of the figures that an outage changes: a question and the labels of its rows. */
  const tables = {
    Answering: ['max by (pod) (up{job=~".*triton"})', ['pod']],
    Ready: ['min by (server) (supersonic_gateway_server_ready)', ['server']],
    Failed: [`sum by (code, server) (${requests}{code!="OK"})`, ['code', 'server']],
    Counted: ['sum by (pod) (rate(nv_inference_request_success[20s]))', ['pod']],
    Restarts: ['sum by (pod, reason) (supersonic_triton_restarts_total)', ['pod', 'reason']],
  }
  const { uid } = await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: { uid: '', title: 'An outage', schemaVersion: 41, panels: Object.entries(tables).map(([title, [expr]], i) => ({
    id: i + 1, type: 'table', title, gridPos: { x: 8 * (i % 3), y: 8 * Math.floor(i / 3), w: 8, h: 8 }, targets: [{ refId: 'A', expr, instant: true, range: false, format: 'table' }], fieldConfig: { defaults: { unit: 'none', decimals: 2 }, overrides: [] } })) } })
  /** tells holds the tables, of a time, against the store's own answers, and gives them. */
  const tells = async (time) => {
    await page.goto(`${site}/d/${uid}?from=${time - 60_000}&to=${time}&refresh=&timezone=utc`)
    const want = {}
    for (const [title, [query, labels]] of Object.entries(tables)) {
      want[title] = await rowsOf(query, labels, time)
      await same(`the cells of ${title}`, async () => (await cellsOf(panel(title).locator('tbody tr'))).map((c) => [...c.slice(1, -1), String(Number(c.at(-1)))].join(' ')).sort(), want[title])
    }
    return want
  }
  const unready = (at) => at.getByRole('button', { name: new RegExp(`^server ${pod}: .*, not ready`) })
  const live = []
  const row = (at) => at.locator(`tr[data-pod="${pod}"]`)
  /** known waits until the store knows since some time whether the server answers, and gives the last scrape of the target that was scraped the longest ago: of before then nothing comes any more. */
  const known = async (up, since) => {
    let time
    await until(`the store has ${up} of ${pod}`, async () => {
      time = Math.round(1000 * Number((await counters('min(timestamp(up))', Date.now()))[0].value[1]))
      const [ready, answers] = await Promise.all([`min(supersonic_gateway_server_ready{server="${pod}"})`, `max(up{pod="${pod}"})`].map(async (q) => Number((await counters(q, time))[0].value[1])))
      return (ready === up && answers === up && time >= since) || { ready, answers, time, since }
    }, 2 * soon)
    return time
  }
  let down // when
  /** ofOutage holds the map from just before the server was killed until a time against the counters, and gives the requests of each server. */
  const ofOutage = async (to) => {
    const range = { from: down - 1000, to }
    const { grown, nodes } = mapFigures({ page, counters, range })
    await page.goto(`${site}/map?from=${range.from}&to=${range.to}&refresh=`)
    await page.locator('[data-node]').first().waitFor()
    await nodes()
    return new Map([...await grown('supersonic_gateway_request_duration_seconds_count', ['server'])].map(([id, { n }]) => [id, n]))
  }

  const killed = async () => Number((await counters(`sum(supersonic_triton_restarts_total{pod="${pod}", reason="signal 9"})`, Date.now()))[0]?.value[1] ?? 0)
  const before = await killed()

  await does('a server is killed', async () => {
    live.push(...await own.opened([{ name: 'Status', path: 'status' }, { name: 'the map', path: 'map?from=now-5m&to=now&refresh=5s' }]))
    await row(live[0].page).getByText('healthy', { exact: true }).waitFor()
    await live[1].page.locator('[data-node]').first().waitFor()
    assert.equal(await unready(live[1].page).count(), 0)
    await put('server', 'killed')
    down = Date.now()
  })
  await cut('prometheus')
  await does('the status and the map say by themselves who is gone', async () => {
    await until('the status says it', async () => /not healthy|no answer/.test(await row(live[0].page).innerText()) || row(live[0].page).innerText(), soon)
    await unready(live[1].page).waitFor()
    await page.goto(`${site}/status`)
    await page.getByRole('link', { name: /^Status.*not well/ }).waitFor()
    await sound('the status of a site that lacks a server')
  })
  await cut('tempo')
  await does('of the server that is gone the figures are the store\'s own, on a dashboard and on the map', async () => {
    const time = await known(0, down + 10_000) // by then the others have had clearly more
    const told = await tells(time)
    assert.deepEqual([told.Ready, told.Answering].map((rows) => rows.find((r) => r.startsWith(pod))), [`${pod} 0`, `${pod} 0`])
    const others = await ofOutage(time)
    const [said] = await page.getByRole('list', { name: 'Servers that stand out' }).allInnerTexts()
    const [, who, part, even] = /^(\S+) gets ([\d.]+) % of the requests; an even split among 2 servers is ([\d.]+) %\./.exec(said.trim()) ?? assert.fail(said)
    const [[most, n]] = [...others].sort((a, b) => b[1] - a[1])
    assert.deepEqual([who, even], [most, '50'])
    assert.notEqual(who, pod)
    assert.ok(Math.abs(Number(part) - (100 * n) / [...others.values()].reduce((a, b) => a + b)) <= 0.051, `${said}: ${JSON.stringify([...others])}`)
    await unready(page).waitFor()
  })
  await does('it is back: the status and the map say so by themselves', async () => {
    await put('server', 'back')
    await until('the status says it', async () => (await row(live[0].page).getByText('healthy', { exact: true }).count()) === 1 || row(live[0].page).innerText())
    await until('the map says it', async () => (await unready(live[1].page).count()) === 0)
  })
  await does('and of the whole outage, with the restart', async () => {
    const time = await known(1, down)
    const told = await tells(time)
    assert.ok(told.Restarts.includes(`${pod} signal 9 ${before + 1}`), `${told.Restarts}`)
    await ofOutage(time)
  })
})
