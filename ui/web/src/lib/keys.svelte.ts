/**
 * Keys, as Grafana has them: a letter, or a letter after another within a second
 * ("t z", "d r", "g h"), or a letter with the system's key for commands ("mod+k").
 * Pages add their own while they are shown; "?" shows all of them.
 */
import { time } from './time.svelte'

export interface Key {
  /** "?", "e", "t z", "t ArrowLeft", "mod+s" */
  keys: string
  does: string
  /** under which heading the list shows it */
  group?: string
  run: () => void
}

const always: Key[] = [
  { keys: 't z', does: 'zoom the time range out', group: 'Time range', run: () => time.zoomOut() },
  { keys: 't ArrowLeft', does: 'an earlier time range', group: 'Time range', run: () => time.shift(-1) },
  { keys: 't ArrowRight', does: 'a later time range', group: 'Time range', run: () => time.shift(1) },
  { keys: 'ctrl+z', does: 'zoom the time range out', group: 'Time range', run: () => time.zoomOut() },
  { keys: 't c', does: 'copy the time range', group: 'Time range', run: () => void time.copy() },
  { keys: 't v', does: 'paste a time range', group: 'Time range', run: () => void time.paste() },
  { keys: 'd r', does: 'refresh', group: 'Dashboard', run: () => time.again() },
]

class Keys {
  /** what works now, for the list of keys */
  list = $state.raw<Key[]>(always)
  // The same, not for Svelte's eyes: where an effect ends, state reads as it was before
  // what ended it, and keys that came meanwhile would be lost.
  #now = always
  #first = ''
  #at = 0

  /** add makes keys work until the returned function is called. */
  add(more: Key[]): () => void {
    this.#set([...this.#now, ...more])
    return () => this.#set(this.#now.filter((k) => !more.includes(k)))
  }

  #set(list: Key[]) {
    this.#now = this.list = list
  }

  /** press runs what a key, alone or after the one before, stands for; the latest added wins. */
  press(key: string, at: number): boolean {
    const chord = at - this.#at < 1000 && this.#first ? `${this.#first} ${key}` : ''
    const found = this.#now.findLast((k) => k.keys === chord) ?? this.#now.findLast((k) => k.keys === key)
    this.#first = found ? '' : key
    this.#at = at
    found?.run()
    return found !== undefined
  }

  /** held runs what a key together with the system's key for commands stands for. */
  held(key: string, mod: string): boolean {
    const found = this.#now.findLast((k) => k.keys === `mod+${key}` || k.keys === `${mod}+${key}`)
    found?.run()
    return found !== undefined
  }
}

export const keys = new Keys()

const fields = 'input:not([type="checkbox"]):not([type="radio"]), textarea, select, [contenteditable="true"], [role="textbox"]'

/** pressed takes what the window hears; what is typed into a field or a dialog is theirs. */
export function pressed(event: KeyboardEvent) {
  // What lies on the page is closed first, and alone.
  if (event.key === 'Escape' && document.querySelector(':popover-open, dialog[open], [role="dialog"]')) return
  if (event.defaultPrevented || event.altKey) return
  if (event.key === 'Shift') return // on the way to a capital: "d C"
  const target = event.target as HTMLElement
  const typing = target.closest?.(fields) !== null
  if (event.metaKey || event.ctrlKey) {
    if (event.shiftKey || (typing && event.key === 'z')) return
    if (keys.held(event.key, event.metaKey ? 'meta' : 'ctrl')) event.preventDefault()
    return
  }
  if (typing || document.querySelector('dialog[open]')) return
  if (keys.press(event.key, event.timeStamp)) event.preventDefault()
}
