/**
 * Text that is selected in a query's editor is typed over: by a key, by an input method,
 * by a bracket that goes around it. What stands there is what was typed, Undo brings the
 * old text back, and nothing that the content policy forbids is tried.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/typedover.mjs
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

await reader(site, async ({ page, context, faults, does, until, json }) => {
  await json('api/dashboards/save', { version: 0, message: '', copy: false, model: { uid: 'typed', title: 'Typed over', panels: [
    { id: 1, type: 'timeseries', title: 'Load', gridPos: { x: 0, y: 0, w: 12, h: 7 }, datasource: { type: 'prometheus', uid: 'prometheus' }, targets: [{ refId: 'A', expr: 'sum(up)' }] }] } })
  const devtools = await context.newCDPSession(page)
  await page.addInitScript(() => {
    window.violations = []
    addEventListener('securitypolicyviolation', (e) => window.violations.push(`${e.violatedDirective} ${e.sample}`))
  })
  const editor = (name) => page.getByRole('textbox', { name, exact: true })
  const holds = (name, text) => until(`${name} has ${text}`, async () => (await editor(name).innerText()) === text || editor(name).innerText())
  const all = () => page.keyboard.press('ControlOrMeta+a')
  const allowed = async (what) => {
    assert.deepEqual(await page.evaluate(() => window.violations), [], what)
    assert.deepEqual(faults.splice(0), [], what)
  }

  for (const { what, path, name, text } of [
    { what: 'TraceQL in Explore', path: 'explore?type=traceql', name: 'TraceQL', text: '{ status = error && span.model = "tau_id" }' },
    { what: 'PromQL in Explore', path: 'explore?type=promql', name: 'PromQL', text: 'sum by (model) (rate(up{pod="triton-0"}[5m])) > 3' },
    { what: 'PromQL in the panel editor', path: 'd/typed/x?editPanel=1', name: 'PromQL of A', text: 'sum by (model) (rate(up{pod="triton-0"}[5m])) > 3' },
  ]) {
    await does(what, async () => {
      await page.goto(`${site}/${path}`)
      await page.locator('.editor.loaded').first().waitFor()
      await editor(name).click()
      await all()
      await page.keyboard.press('Delete')
      await page.keyboard.insertText(text)
      await holds(name, text)
      await page.keyboard.press('Escape') // no list of words

      await all()
      await page.keyboard.type('up')
      await holds(name, 'up')
      await allowed('all of it, by keys')
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+z')
      await holds(name, text)

      await page.keyboard.press('ControlOrMeta+Home')
      for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.type('xy')
      await holds(name, `xy${text.slice(3)}`)
      await allowed('a word of it')
      await page.keyboard.press('Escape')
      await page.keyboard.press('ControlOrMeta+z')
      await holds(name, text)

      await all()
      await page.keyboard.type('(')
      await holds(name, `(${text})`)
      await allowed('a bracket goes around it')

      await all()
      await devtools.send('Input.imeSetComposition', { text: 'ü', selectionStart: 1, selectionEnd: 1 })
      await devtools.send('Input.insertText', { text: 'über' })
      await holds(name, 'über')
      await allowed('an input method')
      await all()
      await page.keyboard.insertText('pasted')
      await holds(name, 'pasted')
      await allowed('put there as a whole')
    })
  }
})
