/** What lies wrong on a page at a width: what is wider than the window, controls over each other, words that are cut. */

/** faults tells what lies wrong on what is shown; it runs in the page. */
export function faults() {
  const out = []
  const named = (e) => `${e.tagName.toLowerCase()} “${(e.getAttribute('aria-label') ?? e.innerText ?? '').trim().slice(0, 40)}”`
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest('.hidden, [aria-hidden="true"], dialog:not([open])')
  const wide = document.documentElement.scrollWidth - innerWidth
  if (wide > 0) out.push(`${wide} px wider than the window`)
  const header = document.querySelector('header')
  if (header && header.offsetHeight > 90) out.push(`the header is ${header.offsetHeight} px high`)

  /** what scrolls or cuts an element, and so decides what of it is seen */
  const seen = (e) => {
    let { left, right, top, bottom } = e.getBoundingClientRect()
    for (let p = e.parentElement; p; p = p.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(p)
      if (overflowX === 'visible' && overflowY === 'visible') continue
      const r = p.getBoundingClientRect()
      left = Math.max(left, r.left); right = Math.min(right, r.right); top = Math.max(top, r.top); bottom = Math.min(bottom, r.bottom)
    }
    return { left, right, top, bottom }
  }
  const scrolls = (e) => { for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll/.test(getComputedStyle(p).overflowX)) return true; return false }
  const controls = [...document.querySelectorAll('a[href], button, input, select, textarea, [role="tab"], summary')].filter((e) => shown(e) && !e.closest('svg, canvas, .cm-editor') && e.offsetWidth > 2 && e.getClientRects().length === 1)
  const boxes = controls.map((e) => ({ e, ...seen(e) })).filter((b) => b.right - b.left > 2 && b.bottom - b.top > 2)
  for (const [i, a] of boxes.entries()) {
    if (a.right > innerWidth + 1 && !scrolls(a.e)) out.push(`${named(a.e)} ends ${Math.round(a.right - innerWidth)} px right of the window`)
    for (const b of boxes.slice(i + 1)) {
      if (a.e.contains(b.e) || b.e.contains(a.e)) continue
      const [w, h] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)]
      if (w > 2 && h > 2 && fixed(a.e) === fixed(b.e)) out.push(`${named(a.e)} and ${named(b.e)} lie over each other`)
    }
  }
  function fixed(e) { return e.closest('header') !== null && e.closest('main') === null }
  for (const e of document.querySelectorAll('header a, header button, header select, main button, main h1, main h2, main h3, main th, main label')) {
    if (!shown(e) || e.offsetWidth <= 2) continue
    const { overflowX, textOverflow } = getComputedStyle(e)
    if (e.scrollWidth > e.clientWidth + 1 && overflowX === 'hidden' && textOverflow !== 'ellipsis') out.push(`the words of ${named(e)} are cut`)
    if (e.tagName === 'BUTTON' && e.scrollWidth > e.clientWidth + 1 && overflowX === 'visible') out.push(`the words of ${named(e)} stick out`)
  }
  return [...new Set(out)].slice(0, 6)
}
