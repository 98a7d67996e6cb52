/**
 * Keys, as Grafana has them: a letter, or a letter after another within a second
 * ("t z", "d r", "g h"). Pages add their own while they are shown.
 */
import { time } from './time.svelte'

export interface Key {
  /** "?", "e", "t z", "t ArrowLeft" */
  keys: string
  does: string
  run: () => void
}

const always: Key[] = [
  { keys: 't z', does: 'zoom the time range out', run: () => time.zoomOut() },
  { keys: 't ArrowLeft', does: 'an earlier time range', run: () => time.shift(-1) },
  { keys: 't ArrowRight', does: 'a later time range', run: () => time.shift(1) },
  { keys: 'd r', does: 'refresh', run: () => time.again() },
]

class Keys {
  list = $state.raw<Key[]>(always)
  #first = ''
  #at = 0

  /** add makes keys work until the returned function is called. */
  add(more: Key[]): () => void {
    this.list = [...this.list, ...more]
    return () => (this.list = this.list.filter((k) => !more.includes(k)))
  }

  /** press runs what a key, alone or after the one before, stands for; the latest added wins. */
  press(key: string, at: number): boolean {
    const chord = at - this.#at < 1000 && this.#first ? `${this.#first} ${key}` : ''
    const found = this.list.findLast((k) => k.keys === chord) ?? this.list.findLast((k) => k.keys === key)
    this.#first = found ? '' : key
    this.#at = at
    found?.run()
    return found !== undefined
  }
}

export const keys = new Keys()

/** pressed takes what the window hears; what is typed into a field is the field's. */
export function pressed(event: KeyboardEvent) {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
  const target = event.target as HTMLElement
  if (target.closest('input, textarea, select, [contenteditable="true"], [role="textbox"]')) return
  if (keys.press(event.key, event.timeStamp)) event.preventDefault()
}
