/** Several pages of a site at once, each in a browser's context of its own, so that those that wait hold up no others; and what pages say of a store that does not answer. */
import assert from 'node:assert/strict'
import { watched } from './chromium.mjs'

/** words are what is said of a store in each state, beside its name: what happened and the next step. */
export const words = {
  stopped: /connection refused.*(nothing listens there; is the role running\?|is it running\?)/,
  500: /status 500: the write-ahead log is corrupt.*its log says more/,
  cut: /the answer broke off.*(closed the connection|is it running)/,
  html: /the answer is a web page \(Sign in\).*sign in may stand before the store/,
}

/**
 * tabsOf are those of a site, in the browser of a reader's page. A page has a name, a path,
 * and a selector of where it says what is wrong; soon is how long it may take to say so.
 */
export function tabsOf(site, { page, until }, soon) {
  const browser = page.context().browser()
  const contexts = [] // none is closed before the end: that ends a Chromium of one process
  let tabs = []
  /** opened opens pages at once, in place of those before. */
  const opened = async (pages) => {
    tabs = await Promise.all(pages.map(async (of, i) => {
      contexts[i] ??= await watched(browser, new URL(site).origin)
      const tab = { of, ...contexts[i] }
      tab.page.setDefaultTimeout(60_000)
      await tab.page.goto(`${site}/${of.path}`)
      return tab
    }))
    return tabs
  }
  const closed = async () => {
    await Promise.all(tabs.map((t) => t.page.goto('about:blank')))
    assert.deepEqual(tabs.flatMap((t) => t.faults.splice(0)), [])
  }
  const each = (take) => Promise.all(tabs.map(take))
  const text = async (tab, selector) => (await tab.page.locator(selector).allInnerTexts()).join(' ').replace(/\s+/g, ' ')
  const says = (tab, store, what) => until(`${tab.of.name}: ${store} and ${what}`, async () => {
    const said = await text(tab, tab.of.says)
    return (said.includes(store) && what.test(said)) || said
  }, soon)
  return { opened, closed, each, text, says }
}
