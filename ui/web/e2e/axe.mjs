/** What axe has against a page. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * sound lets axe look at the page, by all rules or some: nothing serious may be found.
 * Under a modal dialog it looks at that alone: the rest cannot be reached.
 */
export async function sound(page, what, rules) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe) // by the debugger, which the page's content policy does not bind
  const found = await page.evaluate((rules) => window.axe.run(document.querySelector('dialog:modal') ?? document, { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) }), rules)
  const bad = found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  assert.deepEqual(bad.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`), [], `axe on ${what}`)
}
