/**
 * Readers who come from elsewhere, in Chromium, before a live site: links that Grafana
 * made, now and years ago, and a computer whose clock is an hour off. What is seen is
 * compared with what the metrics store answers over the page's proxy.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/elsewhere.mjs
 */
import assert from 'node:assert/strict'
import { open, site } from './reader.mjs'

const first = await open(site)
const { page, does, until, textOf, panel, json, sound } = first
const { dataSources } = await json('/api/site')
const uid = Object.fromEntries(dataSources.map((d) => [d.type, d.uid]))
const asks = first.promql
const home = await json('/api/dashboards/home')
const d = `/d/${home.uid}`
const ofTitle = (title) => home.panels.find((p) => p.title === title)
const servers = ofTitle('Triton servers') // the stat is the first of them
const counted = async () => (await asks('count(count by (pod) (nv_inference_count))'))[0].value[1]
const param = (name) => new URL(page.url()).searchParams.get(name)
const range = () => page.getByRole('button', { name: /^Time range/ }).innerText()
const editor = (name) => page.getByRole('textbox', { name })
const q = encodeURIComponent

/** shows waits until the number of servers is what the store counts. */
const shows = () => until('the number of servers', async () => (await panel(servers.title).first().innerText()).includes(await counted()) || textOf(servers.title))

async function exploreAsItWas() {
  const left = ['now-1h', 'now', 'tempo', { refId: 'A', queryType: 'traceql', query: '{ name = "ingress" }' }, { ui: [true, true, true, 'none'] }]
  await page.goto(`${site}/explore?orgId=1&left=${q(JSON.stringify(left))}`)
  await until('the query', async () => (await editor('TraceQL').innerText()).trim() === '{ name = "ingress" }' || editor('TraceQL').innerText())
  assert.deepEqual([param('from'), param('left'), param('orgId')], ['now-1h', null, null])
  const count = 'count(up)' // not their sum: a busy server misses a scrape now and then
  const two = ['now-6h', 'now', 'prometheus', { expr: count }, { mode: 'Metrics' }]
  await page.goto(`${site}/explore?left=${q(JSON.stringify(two))}`)
  const [{ value: [, targets] }] = await asks(count)
  await until('the last value', async () => (await page.getByRole('table', { name: 'Legend' }).innerText()).replace(/\s+/g, ' ').includes(`${count} ${targets}`) || page.getByRole('table', { name: 'Legend' }).innerText())
  const pane = { abc: { datasource: uid.prometheus, queries: [{ refId: 'A', datasource: { type: 'prometheus', uid: uid.prometheus }, expr: count, instant: true, range: false }], range: { from: 'now-15m', to: 'now' }, panelsState: {}, compact: false } }
  await page.goto(`${site}/explore?schemaVersion=1&panes=${q(JSON.stringify(pane))}&orgId=1`)
  await until('the value at the end', async () => (await page.getByRole('table', { name: 'Values' }).locator('tbody tr').innerText()).trim().endsWith(targets))
  assert.equal(param('from'), 'now-15m')
}

async function ranges() {
  await page.goto(`${site}${d}/any-slug?orgId=1&from=1796017000000&to=1796018000000&var-release=$__all&var-namespace=All&refresh=false&timezone=utc`)
  await page.locator('[data-panel]').first().waitFor()
  assert.match(await range(), /2026-11-30 05:36:40 to 2026-11-30 05:53:20/)
  assert.equal(await page.getByLabel('Refresh every').inputValue(), '')
  await until('the address has the values', () => param('var-namespace') === '$__all' || page.url())
  for (const [asked, seen] of [
    ['from=20261130T053640&to=2026-11-30T05:53:20.000Z&timezone=utc', /2026-11-30 05:36:40 to 2026-11-30 05:53:20/],
    ['time=1796017500000&time.window=600000&timezone=utc', /2026-11-30 05:40:00 to 2026-11-30 05:50:00/],
    ['from=now-6h&to=now&refresh=auto', /Last 6 hours/],
  ]) {
    await page.goto(`${site}${d}?${asked}`)
    await page.locator('[data-panel]').first().waitFor()
    assert.match(await range(), seen, asked)
  }
  await until('each minute', async () => (await page.getByLabel('Refresh every').inputValue()) === '1m' || page.getByLabel('Refresh every').inputValue())
}

/** The zone of an address is that of all times of the page, of its links, and of the picker. */
async function zones() {
  const hour = (zone) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(Number(to))
  const to = '1796017800000' // 05:50 UTC, in Kolkata 11:20
  for (const [asked, name, seen] of [['Asia/Kolkata', 'Asia/Kolkata', /2026-11-30 11:10:00 to 2026-11-30 11:20:00/], ['utc', 'UTC', /2026-11-30 05:40:00 to 2026-11-30 05:50:00/], ['browser', '', new RegExp(`2026-\\S+ ${hour(undefined)}:40:00 to`)]]) {
    await page.goto(`${site}${d}?from=1796017200000&to=${to}&timezone=${q(asked)}&refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    assert.match(await range(), seen)
    if (name) assert.ok((await range()).includes(name), await range())
    await page.getByRole('button', { name: /^Time range/ }).click()
    assert.equal(await page.getByRole('combobox', { name: 'Time zone' }).inputValue(), asked === 'browser' ? '' : asked)
    await page.keyboard.press('Escape')
    for (const link of ['Explore', 'Map', 'Status']) assert.match(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: link }).getAttribute('href'), new RegExp(`timezone=${q(asked)}`))
  }
  await page.goto(`${site}/status?timezone=Asia/Kolkata`)
  const now = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const near = [-60_000, 0, 60_000].map((by) => now.format(Date.now() + by))
  const seenAt = () => page.getByText(/seen at/).innerText()
  await until('the status is in the zone', async () => near.includes(/seen at (\d\d:\d\d)/.exec(await seenAt())?.[1]) || seenAt())
  await page.goto(`${site}${d}?timezone=Asia/Kolkata&refresh=`)
  await page.locator('[data-panel]').first().waitFor()
  await page.getByRole('button', { name: /^Time range/ }).click()
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Zurich')
  await until('the address has it', () => param('timezone') === 'Europe/Zurich' || page.url())
  await sound('the picker with a zone')
  await page.goto(`${site}${d}?timezone=Mars/Olympus&refresh=`)
  await page.getByRole('note').filter({ hasText: 'no zone Mars/Olympus' }).waitFor()
}

/** Addresses from before uids, and those of a uid without its title or with another's. */
async function titles() {
  for (const address of [`/dashboard/db/${home.slug}`, `${d}`, `${d}/`, `${d}/another-title`]) {
    await page.goto(`${site}${address}?var-release=$__all&from=now-5m&to=now&refresh=`)
    await shows()
    assert.deepEqual([param('from'), param('var-release')], ['now-5m', '$__all'], address)
  }
  await page.goto(`${site}/dashboard/db/${home.slug}?from=now-5m&to=now&refresh=`)
  await until('the address of today', () => new URL(page.url()).pathname.endsWith(`${d}/${home.slug}`) || page.url())
  await page.goto(`${site}/dashboard-solo/db/${home.slug}?panelId=${servers.id}&from=now-5m&to=now`)
  await shows()
  await page.goto(`${site}/dashboard/db/nothing-of-this-title`)
  await page.getByText('no dashboard has the title').waitFor()
}

async function onePanel() {
  for (const address of [`${d}?viewPanel=panel-${servers.id}`, `${d}/x?viewPanel=${servers.id}`, `${d}?fullscreen&panelId=${servers.id}`, `/d-solo/${home.uid}/x?panelId=panel-${servers.id}&theme=light`]) {
    await page.goto(`${site}${address}&from=now-5m&to=now&refresh=`)
    await shows()
    assert.equal(await page.locator('[data-panel]').count(), 1, address)
  }
  assert.equal(await page.getByRole('navigation').count(), 0, 'a panel alone has no frame')
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light')
  for (const [kiosk, frames] of [['tv', 0], ['true', 0], ['', 0], ['false', 1]]) {
    await page.goto(`${site}${d}?kiosk=${kiosk}&refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    assert.equal(await page.getByRole('navigation', { name: 'Pages' }).count(), frames, `kiosk=${kiosk}`)
  }
}

/** The data of a chart, as the address asks for it: each series, each cell as the store has it at that time. */
async function inspects() {
  const chart = ofTitle('Latency per request')
  const settled = Date.now() - 20_000 // a scrape that is under way may still change what came later
  await page.goto(`${site}${d}?inspect=panel-${chart.id}&inspectTab=data&from=now-5m&to=now&refresh=&timezone=utc`)
  const data = page.getByRole('dialog').getByRole('region', { name: 'Data of the panel' })
  await data.locator('tbody tr').first().waitFor()
  const heads = (await data.locator('thead th').allInnerTexts()).map((t) => t.trim())
  const rows = await data.locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
  const at = (row) => Date.parse(`${row[0].replace(' ', 'T')}Z`)
  const row = rows.findLast((r) => at(r) <= settled)
  assert.ok(Math.abs(at(rows.at(-1)) - Date.now()) < 60_000, `the last row is of ${rows.at(-1)[0]}`)
  await page.getByRole('tab', { name: 'Query' }).click()
  const pres = page.getByRole('dialog').locator('pre')
  await until('a query of each column', async () => (await pres.count()) === heads.length - 1 || pres.allInnerTexts())
  const queries = await pres.allInnerTexts()
  const ms = (text) => parseFloat(text) * ({ 'µs': 1e-3, ms: 1, s: 1e3 })[/[^\d.\s]+$/.exec(text)[0]]
  for (const [i, query] of queries.entries()) {
    const [s] = await asks(query, at(row) / 1000)
    const shown = row[i + 1]
    assert.ok(Math.abs(ms(shown) - s.value[1]) <= 0.01 * s.value[1], `${heads[i + 1]} at ${row[0]}: shown ${shown}, it is ${s.value[1]} ms`)
  }
  await page.keyboard.press('Escape')
  await until('the address is of the dashboard again', () => param('inspect') === null)
}

async function nowhere() {
  await page.goto(`${site}/goto/abcdef?orgId=1`)
  await page.getByText('a short link, which only the Grafana that made it can read').waitFor()
  await page.goto(`${site}/dashboards/f/abc/of-mine`)
  await page.getByRole('main').getByRole('link', { name: home.title, exact: true }).first().waitFor()
}

await first.reads(async () => {
  await does('links to Explore as Grafana made them', exploreAsItWas)
  await does('ranges in every form that Grafana has', ranges)
  await does('the zone of an address', zones)
  await does('dashboards by their title', titles)
  await does('one panel, a kiosk, by every name', onePanel)
  await does('the data of a chart, by its address', inspects)
  await does('addresses that lead nowhere say so', nowhere)
})

const skewed = await open(site)
await skewed.context.addInitScript(() => {
  const right = Date
  window.Date = class extends right {
    constructor(...given) {
      super(...(given.length > 0 ? given : [right.now() + 3_600_000]))
    }
    static now() {
      return right.now() + 3_600_000
    }
  }
})
await skewed.reads(() => skewed.does("a clock that is an hour fast: now is the site's", async () => {
  await skewed.page.goto(`${site}${d}?from=now-5m&to=now&refresh=`)
  await skewed.page.getByRole('note').filter({ hasText: 'your clock is 60 min fast' }).waitFor()
  await skewed.quiet()
  const figure = skewed.panel(servers.title).first()
  await skewed.until('the number of servers', async () => (await figure.innerText()).includes(await counted()) || figure.innerText())
}))
