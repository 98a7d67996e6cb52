/** What a reader does with PromQL in Explore: explore.mjs opens the page. Words, values and faults are held against the store's own API. */
import assert from 'node:assert/strict'

/** promqlSteps are the steps of a reader; open opens Explore by parameters, written writes a query, asks asks a store. */
export function promqlSteps({ site, from, page, until, shot, sound, open, written, asks }) {
  const offered = () => page.locator('.cm-completionLabel').allInnerTexts()

  /** Names of metrics, of their labels, and these' values: all that the store has, by its API. */
  async function completesPromQL() {
    const api = async (path, params = {}) => (await asks('prometheus', `api/v1/${path}`, params)).data
    const offers = (what, want) => until(`${what}: ${want}`, async () => {
      const seen = await offered()
      return want.every((w) => seen.includes(w)) || seen
    })
    await open({ type: 'promql' })
    await page.locator('.editor.loaded').waitFor()
    await written('supersonic_gateway_up', 'PromQL')
    const names = (await api('label/__name__/values')).filter((n) => n.startsWith('supersonic_gateway_up'))
    assert.ok(names.length > 2)
    await offers('metrics', names)
    const metric = 'supersonic_gateway_requests_total'
    await written(`sum(rate(${metric}{`, 'PromQL')
    const labels = (await api('labels', { 'match[]': metric })).filter((l) => l !== '__name__')
    await offers('labels', labels)
    assert.deepEqual((await offered()).sort(), labels.sort(), 'its labels alone')
    await shot('promql-completion')
    for (const label of ['model', 'code']) {
      await written(`sum(rate(${metric}{${label}="`, 'PromQL')
      const values = await api(`label/${label}/values`, { 'match[]': metric })
      await offers(`values of ${label}`, values)
      assert.deepEqual((await offered()).sort(), values.sort(), `the values of ${label} of it alone`)
    }
    await page.keyboard.press('Escape')
  }

  /** What a store cannot read: where it is in the text as it was written, and what to do. */
  async function saysPromFaults() {
    const fault = page.getByRole('main').getByRole('alert')
    const mark = page.locator('.cm-lintRange-error')
    await open({ type: 'promql', q: 'sum(rate(supersonic_gateway_requests_total[$__rate_interval]))\n  + rtae(up[$__rate_interval])' })
    await fault.filter({ hasText: 'line 2, column 5: unknown function with name "rtae"' }).waitFor()
    await fault.filter({ hasText: "PromQL's functions are offered" }).waitFor()
    await until('it is underlined', async () => (await mark.allInnerTexts()).join() === 'rtae' || mark.allInnerTexts())
    await sound('a fault of PromQL')
    await shot('promql-fault')
    await open({ type: 'promql', q: 'sum(rate(up[$__rate_interval])) + rtae(up[5m])' }) // longer as it is asked than as it is written, or shorter
    await fault.filter({ hasText: 'line 1, column 35: unknown function' }).waitFor()
    await until('it is underlined', async () => (await mark.allInnerTexts()).join() === 'rtae' || mark.allInnerTexts())
    await written('sum(rate(up[$__rate_interval])', 'PromQL')
    await until('what is written anew is not marked', async () => (await mark.count()) === 0)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('table', { name: 'Legend' }).waitFor()
    assert.equal(await fault.count(), 0)
    const panes = { a: { datasource: 'prometheus', queries: [{ refId: 'A', expr: 'up' }, { refId: 'B', expr: 'rate(up)' }].map((q) => ({ ...q, datasource: { type: 'prometheus' } })), range: { from, to: 'now' } } }
    await page.goto(`${site}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`)
    await fault.filter({ hasText: /Query B: line 1, column 6: expected type range vector/ }).waitFor()
    await fault.filter({ hasText: 'give it a length of time in brackets' }).waitFor()
    await until('it is underlined in B', async () => (await page.locator('[data-query="B"] .cm-lintRange-error').count()) === 1)
  }

  async function drawsPromQL() {
    const query = 'count by (job) (up)' // not their sum: a busy server misses a scrape now and then
    await open({ type: 'promql', q: query, mode: 'both' })
    await page.getByRole('table', { name: 'Legend' }).waitFor()
    const { data } = await asks('prometheus', 'api/v1/query', { query })
    const want = data.result.map((r) => `${r.metric.job ?? '–'} ${Number(r.value[1])}`).sort()
    const cells = async () => (await page.getByRole('table', { name: 'Values' }).locator('tbody tr').allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim()).sort()
    await until('the values', async () => JSON.stringify(await cells()) === JSON.stringify(want) || cells())
    await written('sum by (le) (up', 'PromQL')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/le%29/)
    await shot('promql')
  }

  return { completesPromQL, saysPromFaults, drawsPromQL }
}
