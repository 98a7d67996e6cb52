/** Puts something that opens beside what opened it, inside the window. */
export function beside(what: HTMLElement, anchor: HTMLElement, end = false) {
  const a = anchor.getBoundingClientRect()
  const { width, height } = what.getBoundingClientRect()
  const margin = 8
  const left = end ? a.right - width : a.left
  const below = innerHeight - a.bottom - margin
  const top = height <= below || below >= a.top ? a.bottom + 3 : Math.max(margin, a.top - height - 3)
  what.style.left = `${Math.max(margin, Math.min(left, innerWidth - width - margin))}px`
  what.style.top = `${top}px`
  what.style.maxHeight = `${innerHeight - top - margin}px`
}
