/** The keyboard alone: after every key something on the page has the focus, and shows it. */
import assert from 'node:assert/strict'

/** keyboard gives what a reader without a mouse does on a page. */
export function keyboard(page, until) {
  /** focused is what has the focus, by role and name, and whether that is seen. */
  const focused = () => page.evaluate(() => {
    let e = document.activeElement
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement
    if (!e || e === document.body) return { lost: true, name: 'nothing', role: '', ring: false }
    const ringed = (x) => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 }
    const drawn = e.closest('svg') !== null // those of a drawing light their shape
    return { lost: false, role: e.getAttribute('role') || e.tagName.toLowerCase(), ring: drawn || e.id === 'content' || ringed(e) || ringed(e.closest('.cm-editor') ?? e),
      name: (e.getAttribute('aria-label') || e.labels?.[0]?.textContent.trim() || e.textContent || e.title || '').trim().replace(/\s+/g, ' ').slice(0, 120) }
  })
  async function press(...keys) {
    for (const key of keys) {
      await page.keyboard.press(key)
      await until(`${key} leaves the focus on something that shows it`, async () => {
        const now = await focused()
        return (!now.lost && now.ring) || now
      })
    }
  }
  /** chord presses keys that have to follow each other within a second, however slow the machine. */
  async function chord(...keys) {
    await Promise.all(keys.slice(0, -1).map((key) => page.keyboard.press(key)).concat(press(keys.at(-1))))
  }
  /** to tabs to what a name fits; without it fails with what there was. */
  async function to(name, key = 'Tab', most = 120) {
    const seen = []
    for (let i = 0; i < most; i++) {
      await page.keyboard.press(key)
      const now = await focused()
      if (!now.lost && !now.ring) await until(`${now.role} "${now.name}" shows that it has the focus`, async () => (await focused()).ring)
      if (name.test(now.name)) return now
      seen.push(now.name)
    }
    assert.fail(`${key} does not reach ${name}, but: ${seen.join(' | ')}`)
  }
  const back = (name, most) => to(name, 'Shift+Tab', most)
  const here = (name) => until(`the focus is on ${name}`, async () => name.test((await focused()).name) || focused())
  /** empties a field and writes into it; what hears changes of the field hears this when it is left. */
  const write = async (text) => {
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    if (text) await page.keyboard.type(text)
  }
  /** walk tabs once around and fails if the focus is lost, does not show, comes back too early, or leaves out something that is seen. */
  const walk = async (what, within = 'main') => {
    const marked = await page.evaluate((within) => {
      let n = 0
      const able = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex]:not([tabindex="-1"])'
      for (const e of document.querySelectorAll(`${within} :is(${able})`)) {
        if (e.matches('[tabindex="-1"]') || !e.checkVisibility({ visibilityProperty: true }) || (e.type === 'radio' && !e.checked)) continue
        e.dataset.walked = 'no'
        n++
      }
      return n
    }, within)
    for (let i = 0; i < marked * 2 + 60; i++) {
      await page.keyboard.press('Tab')
      const left = await page.evaluate(() => {
        const e = document.activeElement
        if (e?.dataset?.walked) e.dataset.walked = 'yes'
        return document.querySelectorAll('[data-walked="no"]').length
      })
      if (left === 0) break
      const now = await focused()
      if (!now.lost && !now.ring) await until(`${what}: ${now.role} "${now.name}" shows that it has the focus`, async () => (await focused()).ring)
    }
    const missed = await page.evaluate(() => [...document.querySelectorAll('[data-walked]')].flatMap((e) => {
      const was = e.dataset.walked
      delete e.dataset.walked
      return was === 'no' ? [`${e.getAttribute('role') || e.tagName} ${e.getAttribute('aria-label') || e.textContent.trim().slice(0, 60)}`] : []
    }))
    assert.deepEqual(missed, [], `${what}: Tab reaches all that can be used`)
    return marked
  }
  return { focused, press, chord, to, back, here, write, walk }
}
