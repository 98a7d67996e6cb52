import { tick } from 'svelte'

/**
 * Keeps the keyboard where it was: when what had the focus is taken away or switched
 * off (a row is removed, a button was pressed for the last time), what now stands at its
 * place gets it. Without that the focus would be nowhere, and the next Tab would begin at
 * the top of the page. Whoever gives the focus on deliberately does so first.
 */
const able = 'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"])'

interface Place {
  within: HTMLElement
  /** which of its elements that take the focus it was */
  nth: number
}

/** ables are the elements within one that the Tab key reaches. */
export function ables(within: ParentNode): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>(able)].filter((e) => !e.matches(':disabled, [tabindex="-1"]') && e.checkVisibility())
}

/** placesOf are the places of an element in all that it is in, up to the page's content or its dialog. */
function placesOf(element: Element): Place[] {
  const places: Place[] = []
  for (let within = element.parentElement; within && within !== document.body; within = within.parentElement) {
    places.push({ within, nth: ables(within).indexOf(element as HTMLElement) })
    if (within.matches('main, dialog')) break
  }
  return places
}

/** next is what takes the focus of an element that had these places, null for nothing. */
export function next(places: Place[]): HTMLElement | null {
  for (const { within, nth } of places) {
    if (!within.isConnected) continue
    if (within.matches('main')) return within
    const there = ables(within)
    if (there.length > 0) return there[Math.max(0, Math.min(nth, there.length - 1))]!
  }
  return document.querySelector<HTMLElement>('main')
}

/**
 * goesAlong keeps the focus on the button that moves an entry of a list earlier (by below
 * nought) or later, as the entry goes to its new place; where that is the list's end, the
 * button of the other direction beside it gets it.
 */
export async function goesAlong(button: HTMLButtonElement, by: number) {
  await tick()
  const other = by < 0 ? button.nextElementSibling : button.previousElementSibling
  ;(button.disabled ? (other as HTMLElement | null) : button)?.focus()
}

/** keepsFocus watches the page until the returned function is called. */
export function keepsFocus(): () => void {
  let had: Element | null = null
  let places: Place[] = []
  let soon = 0

  const came = (event: FocusEvent) => {
    had = event.target as Element
    places = had.closest('main, dialog') ? placesOf(had) : []
  }
  const lost = () => had !== null && places.length > 0 && (!had.isConnected || had.matches(':disabled'))
  const look = () => {
    soon = 0
    if (!lost()) return
    const now = document.activeElement
    if (now === null || now === document.body || now === had) next(places)?.focus({ preventScroll: true })
    if (lost()) had = null
  }
  const watch = new MutationObserver(() => {
    if (!soon && lost()) soon = requestAnimationFrame(look)
  })
  document.addEventListener('focusin', came)
  watch.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'] })
  return () => {
    document.removeEventListener('focusin', came)
    watch.disconnect()
    cancelAnimationFrame(soon)
  }
}
