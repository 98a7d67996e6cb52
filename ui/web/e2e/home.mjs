/**
 * Our own home dashboard in Chromium before a live site: latency per request, the old
 * formula beside it, the load that the autoscaler sees, quantiles, failures, servers, what
 * waits and the table of models are what formulas written here make of the counters.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/home.mjs
 *
 * TO is the end of the minute that is looked at, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'
import { lastsOf, near } from './written.mjs'

const to = Math.floor((Number(process.env.TO) || Date.now() - 5_000) / 15_000) * 15_000 // a multiple of the step: charts end there
const from = to - 60_000
const window = '20s' // of four scrapes: what a rate is made of in a range of a minute

const sum = (metric, labels = '', by = '') => `sum ${by} (rate(${metric}{${labels}}[${window}]))`
const triton = (metric) => sum(`nv_inference_${metric}`)
const infers = 'method=~"(.*/)?Model(Stream)?Infer"'
const buckets = sum('supersonic_gateway_request_duration_seconds_bucket', infers, 'by (le)')
const total = `1000 * ${sum('supersonic_gateway_request_duration_seconds_sum', infers)} / ${sum('supersonic_gateway_request_duration_seconds_count', infers)}`
// Triton adds a duration up for each request of a batch: per request it is over requests,
// and over executions, as it was, it is as many times too high as a batch has requests.
const perRequest = (phase) => `${triton(`${phase}_duration_us`)} / ${triton('request_success')} / 1000`
const perExecution = (phase) => `sum(rate(nv_inference_${phase}_duration_us[30s])) / sum(rate(nv_inference_exec_count[30s])) / 1000`
const phases = { Queue: 'queue', Input: 'compute_input', Inference: 'compute_infer', Output: 'compute_output' }
const inPhases = (formula) => Object.fromEntries(Object.entries(phases).map(([name, phase]) => [name, formula(phase)]))
const charts = {
  'Latency per request': { ...inPhases(perRequest), 'Total (measured at the gateway)': total },
  'Latency Breakdown': { ...inPhases(perExecution), 'Total (measured at the gateway)': total },
  'Quantiles of the duration': Object.fromEntries([50, 90, 99].map((q) => [`p${q}`, `1000 * histogram_quantile(${q / 100}, ${buckets})`])),
  'Server Load Metric': ['load of {release}', 'sum by (release) (rate(nv_inference_queue_duration_us[30s])) / sum by (release) (rate(nv_inference_exec_count[30s])) / 1000'],
  'Inferences per second': ['{release}', sum('nv_inference_count', '', 'by (release)')],
  'Inferences per second by server': ['{pod}', sum('nv_inference_count', '', 'by (pod)')],
  'Inferences per second by model': ['{model}', sum('nv_inference_count', '', 'by (model)')],
  'Rows per execution': ['{model}', `${sum('nv_inference_count', '', 'by (model)')} / ${sum('nv_inference_exec_count', '', 'by (model)')}`],
  'Requests that wait': ['{model}', 'sum by (model) (nv_inference_pending_request_count)'],
  'Failures per second': ['{code}', sum('supersonic_gateway_requests_total', `${infers}, code!="OK"`, 'by (code)')],
}

/** columns of the table of models, over the whole range. */
const grown = (metric) => `sum by (model) (rate(nv_inference_${metric}[60s]))`
const columns = {
  Requests: grown('request_success'),
  Inferences: grown('count'),
  'Rows per execution': `${grown('count')} / ${grown('exec_count')}`,
  Latency: `${grown('request_duration_us')} / ${grown('request_success')} / 1000`,
  'In the queue': `${grown('queue_duration_us')} / ${grown('request_success')} / 1000`,
  'Share of the queue': `${grown('queue_duration_us')} / ${grown('request_duration_us')}`,
  Failures: grown('request_failure'),
}

await reader(site, async (r) => {
  const { page, does, until, quiet, panel, promql, shot } = r
  const asks = (query) => promql(query, to / 1000)
  /** seriesOf is what a chart has to tell, by name. */
  const seriesOf = async (of) => {
    if (Array.isArray(of)) return new Map((await asks(of[1])).map((s) => [of[0].replace(/{(\w+)}/, (_, label) => s.metric[label]), Number(s.value[1])]))
    return new Map(await Promise.all(Object.entries(of).map(async ([name, query]) => [name, Number((await asks(query))[0].value[1])])))
  }

  await does('the home dashboard is what the counters say', async () => {
    await page.setViewportSize({ width: 1440, height: 2600 })
    await page.goto(`${site}/?from=${from}&to=${to}&refresh=&timezone=utc`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
    for (const [title, of] of Object.entries(charts)) {
      const it = panel(title)
      await it.scrollIntoViewIfNeeded()
      await quiet()
      const [told, want] = [await lastsOf(r, it), await seriesOf(of)]
      assert.deepEqual([...told.keys()].sort(), [...want.keys()].sort(), title)
      for (const [name, value] of want) assert.ok(near(told.get(name), value), `${title}: the last of ${name} is ${value}, told: ${told.get(name)}`)
    }
    const [{ value: [, servers] }] = await asks('count(count by (pod) (nv_inference_exec_count))')
    const stat = panel('Triton servers').first()
    await stat.scrollIntoViewIfNeeded()
    await quiet()
    await until(`${servers} servers`, async () => (await stat.locator('.body').innerText()).trim() === servers || stat.locator('.body').innerText())
    await shot('home')
  })

  await does('the heat map of durations, bucket by bucket', async () => {
    const it = panel('Duration of requests')
    await it.scrollIntoViewIfNeeded()
    await quiet()
    const below = (await asks(buckets)).map((s) => [Number(s.metric.le.replace('+Inf', 'Infinity')), Number(s.value[1])]).sort((a, b) => a[0] - b[0])
    await it.locator('[aria-roledescription="heat map"]').focus()
    await page.keyboard.press('ArrowLeft') // the end, the lowest bucket
    const moment = new Date(to).toISOString().slice(0, 19).replace('T', ' ')
    let some = 0
    for (const [i, [le, count]] of below.entries()) {
      const own = count - (below[i - 1]?.[1] ?? 0)
      const said = () => it.locator('[aria-live]').innerText()
      const bound = le === Infinity ? /, more than [^:]+: / : /, .+ to ([^:]+): /
      await until(`bucket ${le} is told`, async () => ((await said()).startsWith(moment) && bound.test(await said()) && (le === Infinity || near(bound.exec(await said())[1], 1000 * le))) || said())
      const [, shown] = /: (.*)$/.exec(await said())
      assert.ok(own < 1e-9 ? /^(–|0)/.test(shown) : near(shown.replace(/ req\/s$/, ''), own), `up to ${le} s it is ${own}, told: ${await said()}`)
      if (own > 0) some++
      await page.keyboard.press('ArrowUp')
    }
    assert.ok(some > 2, `${some} buckets with something`)
    await page.keyboard.press('Escape')
  })

  await does('the table of models', async () => {
    const table = panel('Models in the time range')
    await table.scrollIntoViewIfNeeded()
    await quiet()
    await table.locator('tbody tr').first().waitFor()
    const head = await table.locator('thead th').allInnerTexts()
    const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
    const models = await asks(columns.Requests)
    assert.deepEqual(rows.map((row) => row[0]).sort(), models.map((s) => s.metric.model).sort())
    for (const [column, query] of Object.entries(columns)) {
      const at = head.findIndex((h) => h.replace(/[↑↓]/, '').trim() === column)
      assert.ok(at > 0, `no column ${column} among ${head}`)
      for (const { metric, value } of await asks(query)) {
        const cell = rows.find((row) => row[0] === metric.model)[at]
        assert.ok(value[1] === 'NaN' || near(cell.replace(/ req\/s$/, ''), Number(value[1])), `${column} of ${metric.model} is ${value[1]}, shown: ${cell}`)
      }
    }
  })
})
