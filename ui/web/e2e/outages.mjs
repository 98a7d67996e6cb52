/**
 * A store that is stopped, fails, breaks off, answers a web page or nothing: what each
 * page says of it within seconds, that the rest of it is of use, and that it shows the
 * store's answers again once that is back, without a reload, in Chromium:
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 TRACE=id node e2e/outages.mjs
 *
 * CONTROL/{prometheus,tempo}/{well,stopped,slow,500,cut,html} makes a store so;
 * ui/outages_test.go has it. Each page is open in a browser's context of its own, so
 * that those that wait hold up no others.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { reader, site } from './reader.mjs'
import { tabsOf, words } from './tabs.mjs'

const { CONTROL: control, TRACE: trace, SHOTS: shots } = process.env
const put = async (store, state) => {
  const answer = await fetch(`${control}/${store}/${state}`)
  assert.ok(answer.ok, `${store} ${state}`)
}
/** soon is within what a page says what is wrong; a store that is slow is waited for first. */
const soon = 20_000 // of a machine that does other things as well
const rates = encodeURIComponent('sum by (pod) (rate(supersonic_gateway_requests_total[1m]))')

/** pages of a store: their address, what is there when it is well, where it says what is wrong. */
const pages = {
  prometheus: [
    { name: 'Map', path: 'map', well: '[data-node]', says: '[role="alert"]' },
    { name: 'Map without refresh', path: 'map?refresh=', well: '[data-node]', says: '[role="alert"]' },
    { name: 'PromQL', path: `explore?type=promql&q=${rates}&from=now-30m&to=now`, well: '[aria-label="Results"] canvas', says: '[role="alert"]' },
    { name: 'a service graph', path: 'explore?type=serviceMap', well: '[data-node]', says: '[role="alert"]' },
    { name: "Latency's counters", path: 'latency', well: '[aria-label*="counters beside"] table', says: '[aria-label*="counters beside"] [role="note"]', rest: '[aria-label^="Where the time"], table', by: 'Refresh' },
    { name: 'a panel', path: 'd/outage/x?refresh=', well: '[data-panel="1"] canvas', says: '[data-panel="1"] [role="alert"]', rest: '[data-panel="2"] table', by: 'Refresh' },
    { name: 'Status', path: 'status', well: 'tr:has(strong:text-is("prometheus")) .healthy', says: 'tr:has(strong:text-is("prometheus"))', rest: '[aria-label="Roles"] .healthy' },
  ],
  tempo: [
    { name: 'TraceQL', path: 'explore?type=traceql&q=%7B%7D&from=now-1h&to=now', well: '[aria-label="Results"] table', says: '[role="alert"]' },
    { name: 'TraceQL of a fixed range', path: `explore?type=traceql&q=%7B%7D&from=${Date.now() - 3_600_000}&to=${Date.now()}`, well: '[aria-label="Results"] table', says: '[role="alert"]' },
    { name: 'Latency', path: 'latency', well: '[aria-label*="counters beside"]', says: '[role="alert"]' },
    { name: 'a trace', path: `trace/${trace}`, well: '[role="tree"]', says: '[role="alert"]' },
    { name: 'a panel', path: 'd/outage/x?refresh=', well: '[data-panel="2"] table', says: '[data-panel="2"] [role="alert"]', rest: '[data-panel="1"] canvas', by: 'Refresh' },
    { name: 'Status', path: 'status', well: 'tr:has(strong:text-is("tempo")) .healthy', says: 'tr:has(strong:text-is("tempo"))', rest: '[aria-label="Roles"] .healthy' },
  ],
}
await reader(site, async ({ page, does, until, shot, sound, narrow }) => {
  const { opened: open, closed, each, text, says } = tabsOf(site, { page, until }, soon)
  let tabs = []
  /** opened opens all pages of a store at once. */
  const opened = async (store, only = () => true) => (tabs = await open(pages[store].filter(only)))
  const seen = async (tab, name) => shots && tab.page.screenshot({ path: join(shots, `${name}-${tab.of.name.replaceAll(/\W+/g, '-')}.png`) })
  const waits = async (tab, store) => {
    const { name } = tab.of
    if (name === 'Status') return says(tab, store, /no answer within 2s.*is it running\?/)
    if (name === "Latency's counters") return says(tab, store, /no answer in time.*took too long/)
    await until(`${name} says that it waits`, async () => {
      const said = await text(tab, 'main')
      if (name === 'a panel' && !said.includes(`No answer from ${store} for`)) return said
      return /No answer (of|from) .* for \d+ s\..*Status page tells whether it is well/.test(said) || said
    }, soon)
    return restIsThere(tab)
  }
  const restIsThere = async (tab) => tab.of.rest && tab.page.locator(tab.of.rest).first().waitFor()
  /** ofTheBoard reads what a dashboard says of its variable and of its annotations. */
  const ofTheBoard = async (tab, variable, annotation) => {
    if (tab.of.name !== 'a panel') return
    await tab.page.getByRole('img', { name: variable }).waitFor()
    const notes = tab.page.getByRole('group', { name: 'Variables and links' }).getByRole('button', { name: /note/ })
    await notes.click()
    await until('the annotations say it', async () => {
      const said = (await tab.page.getByRole('listitem').allInnerTexts()).join(' ')
      return annotation.test(said) || said
    })
    await tab.page.keyboard.press('Escape')
  }
  const isWell = (tab) => tab.page.locator(tab.of.well).first().waitFor({ timeout: soon })
  /** asked again by hand, where a page has a key for it; the others do it by themselves. */
  const again = async (tab) => {
    const button = tab.page.getByRole('button', { name: 'Ask again' }).or(tab.page.getByRole('button', { name: 'Refresh', exact: true })).first()
    if ((await button.count()) > 0) await button.click()
  }

  for (const store of ['prometheus', 'tempo']) {
    await does(`${store} stopped: every page that asks it says so, and what to do; the rest is of use`, async () => {
      await put(store, 'stopped')
      await opened(store)
      await each((tab) => says(tab, store, words.stopped))
      await each(restIsThere)
      if (store === 'prometheus') await each((tab) => ofTheBoard(tab, /connection refused.*Status page tells/, /Restarts.*connection refused/))
      await each((tab) => seen(tab, `${store}-stopped`))
      const other = tabs[0]
      await other.page.getByRole('link', { name: /^Status.*not well/ }).waitFor() // the header tells on every page
      await page.goto(`${site}/${tabs[0].of.path}`)
      for (const scheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme: scheme })
        await page.locator('[role="alert"]').first().waitFor()
        await sound(`${tabs[0].of.name} without ${store}, ${scheme}`)
      }
      await page.setViewportSize({ width: 360, height: 740 })
      await narrow(`${tabs[0].of.name} without ${store}`)
      await shot(`${store}-stopped-phone-light`)
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.emulateMedia({ colorScheme: 'dark' })
    })
    await does(`${store} is back: every page shows it without a reload`, async () => {
      await put(store, 'well')
      await each(async (tab) => tab.of.by && tab.page.getByRole('button', { name: tab.of.by, exact: true }).click())
      await each(isWell)
      await each((tab) => tab.of.name === 'a panel' && tab.page.getByText('triton-0').first().waitFor()) // the variable has its values
    })
    await does(`${store} fails, breaks off, is behind a page to sign in: each is said as what it is`, async () => {
      const shown = ["Latency's counters", 'Latency', 'a trace'] // keep what they have, or are not asked again at once
      const unasked = ['a panel', 'Status'] // a panel keeps what it has beside it; Status asks by its own pace
      for (const state of ['500', 'cut', 'html']) {
        await put(store, state)
        await each(async (tab) => (shown.includes(tab.of.name) ? tab.page.reload() : again(tab)))
        await each((tab) => !unasked.includes(tab.of.name) && says(tab, store, words[state]))
      }
      await put(store, 'well')
      await each(async (tab) => tab.of.by && tab.page.getByRole('button', { name: tab.of.by, exact: true }).click())
      await each(isWell)
      await closed()
    })
    await does(`${store} is slow: within seconds every page says who is waited for, and waits alone`, async () => {
      await put(store, 'slow')
      // Six connections are all that a browser has for a site, however many tabs: a dashboard is seen by itself.
      for (const some of [(of) => of.name !== 'a panel' && of.path !== 'map?refresh=', (of) => of.name === 'a panel']) {
        await opened(store, some)
        await each((tab) => waits(tab, store))
        if (store === 'prometheus') await each((tab) => ofTheBoard(tab, /ask prometheus: no answer within 4s yet.*Status page tells/, /no answer for 6 s yet/))
        await each((tab) => seen(tab, `${store}-slow`))
        await closed()
      }
      await put(store, 'well')
    })
  }

  await does('a Prometheus that needs longer than the pace of the refresh still draws the map', async () => {
    await put('prometheus', 'late')
    await page.goto(`${site}/map?refresh=5s`)
    await page.locator('[data-node]').first().waitFor()
    await put('prometheus', 'well')
  })
})
