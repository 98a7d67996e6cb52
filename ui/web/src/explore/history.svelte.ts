/** The queries that were run in this browser: the newest first, starred ones kept. */
import { query, type Query, type QueryType } from './state'

export interface Asked {
  text: string
  type: QueryType
  ds: string
  atMs: number
  starred: boolean
  /** how it was asked, where that was not as usual: as values at the end, of spans, with columns */
  how?: Partial<Query>
}

const key = 'explore.history'
/** how many are kept: beyond it the oldest without a star go */
export const most = 200

/** added is a list with one more query; one that was asked before moves up. */
export function added(list: Asked[], one: Omit<Asked, 'starred'>): Asked[] {
  const before = list.find((a) => same(a, one))
  const next = [{ ...one, starred: before?.starred ?? false }, ...list.filter((a) => !same(a, one))]
  for (let i = next.length - 1; i >= 0 && next.length > most; i--) if (!next[i]!.starred) next.splice(i, 1)
  return next.slice(0, most)
}

/** unusual is what of a query is not as usual, but its text and type. */
export function unusual(q: Query): Partial<Query> {
  const usual = Object.entries(query({ ref: q.ref, text: q.text, type: q.type })) as [keyof Query, unknown][]
  return Object.fromEntries(usual.filter(([name, value]) => String(q[name]) !== String(value)).map(([name]) => [name, q[name]]))
}

const same = (a: Asked, b: Omit<Asked, 'starred'>) => a.text === b.text && a.type === b.type && a.ds === b.ds

/** found are those whose text has every word of what is searched for. */
export function found(list: Asked[], words: string): Asked[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  return list.filter((a) => parts.every((p) => a.text.toLowerCase().includes(p)))
}

function stored(): Asked[] {
  try {
    const list = JSON.parse(localStorage.getItem(key) ?? '[]') as unknown
    return Array.isArray(list) ? (list as Asked[]).filter((a) => typeof a?.text === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

class History {
  list = $state.raw<Asked[]>(stored())

  add(q: Query, ds: string) {
    if (q.text.trim()) this.#keep(added(this.list, { text: q.text, type: q.type, ds, atMs: Date.now(), how: unusual(q) }))
  }

  star(one: Asked) {
    this.#keep(this.list.map((a) => (a === one ? { ...a, starred: !a.starred } : a)))
  }

  forget(one: Asked) {
    this.#keep(this.list.filter((a) => a !== one))
  }

  #keep(list: Asked[]) {
    this.list = list
    try {
      localStorage.setItem(key, JSON.stringify(list))
    } catch {
      // A browser that keeps nothing: the list lasts as long as the page.
    }
  }
}

export const history = new History()
