/** What is shown of a trace: on the page of traces all of it that a link should reproduce is in the address. */
import { tick } from 'svelte'
import type { CriticalStep, Trace } from '../lib/api'
import { router } from '../lib/route.svelte'
import { axisOf, parentsOf, visible, type Axis } from '../lib/tree'
import { serviceColours } from './colour'
import { emptyFilter, isEmpty, matches, nextMatch, Texts, type Filter } from './find'

export type ViewName = 'waterfall' | 'graph' | 'flame' | 'statistics' | 'events'

/** names of the filter's fields in the address */
const fields: Record<keyof Filter, string> = { text: 'find', service: 'service', name: 'name', min: 'min', max: 'max', attrs: 'attrs' }

/** Where a view keeps what is looked at. */
export interface Kept {
  get: (name: string) => string | null
  set: (changes: Record<string, string | null | undefined>) => void
}

const address: Kept = {
  get: (name) => router.current.params.get(name),
  set: (changes) => router.set(changes),
}

/** Unsaved keeps it for as long as it is shown: a trace inside a panel, whose page has an address of its own. */
export class Unsaved implements Kept {
  #values = $state.raw<Record<string, string | null | undefined>>({})
  get = (name: string) => this.#values[name] || null
  set = (changes: Record<string, string | null | undefined>) => (this.#values = { ...this.#values, ...changes })
}

export class TraceView {
  #trace: () => Trace
  #kept: Kept
  folded = $state.raw<ReadonlySet<string>>(new Set())
  /** asks the waterfall to scroll to a span; counts up so that the same span can be asked for again */
  reveal = $state.raw({ span: -1, n: 0 })

  constructor(trace: () => Trace, kept: Kept = address) {
    this.#trace = trace
    this.#kept = kept
  }

  trace = $derived.by(() => this.#trace())
  /** the spans alone, so that an answer that says the same moves nothing */
  parents = $derived.by(() => parentsOf(this.trace.spans))
  colour = $derived.by(() => serviceColours(this.trace))
  whole = $derived.by<Axis>(() => axisOf(this.trace))

  #zoom = $derived.by(() => this.#kept.get('zoom') ?? '')
  /** the stretch of time that is shown */
  axis = $derived.by<Axis>(() => {
    const m = /^(-?\d+)-(-?\d+)$/.exec(this.#zoom)
    if (!m) return this.whole
    const [from, to] = [Math.max(Number(m[1]), this.whole.from), Math.min(Number(m[2]), this.whole.to)]
    return to - from >= 1 ? { from, to } : this.whole
  })
  zoomed = $derived(this.axis !== this.whole)

  view = $derived.by(() => (this.#kept.get('view') ?? 'waterfall') as ViewName)
  #span = $derived.by(() => this.#kept.get('span') ?? '')
  chosen = $derived.by(() => (this.#span ? this.trace.spans.findIndex((s) => s.id === this.#span) : -1))

  #words = $derived(JSON.stringify(Object.fromEntries(Object.entries(fields).map(([k, name]) => [k, this.#kept.get(name) ?? '']))))
  filter = $derived.by<Filter>(() => ({ ...emptyFilter, ...(JSON.parse(this.#words) as Filter) }))
  searching = $derived(!isEmpty(this.filter))
  only = $derived.by(() => this.#kept.get('only') !== null)
  #texts = $derived.by(() => new Texts(this.trace))
  found = $derived.by<number[]>(() => (this.searching ? matches(this.#texts, this.filter) : []))
  isFound = $derived.by(() => new Set(this.found))

  /** rows of the waterfall: indexes of spans */
  rows = $derived.by<number[]>(() => {
    if (!this.searching || !this.only) return visible(this.trace.spans, this.folded)
    const keep = new Set<number>()
    for (const m of this.found) for (let i = m; i >= 0 && !keep.has(i); i = this.parents[i]!) keep.add(i)
    return visible(this.trace.spans, this.folded).filter((i) => keep.has(i))
  })

  critical = $derived.by<Map<number, CriticalStep[]>>(() => {
    const map = new Map<number, CriticalStep[]>()
    for (const s of this.trace.critical) {
      const list = map.get(s.span)
      if (list) list.push(s)
      else map.set(s.span, [s])
    }
    return map
  })

  choose(i: number) {
    const id = this.trace.spans[i]?.id ?? ''
    this.#kept.set({ span: id && id !== this.#span ? id : null })
  }

  /** open shows a span's details and, in the waterfall, its row. */
  open(i: number) {
    const id = this.trace.spans[i]?.id
    if (!id) return
    this.#kept.set({ span: id })
    this.show(i)
  }

  /** show unfolds what hides a span and scrolls to it. */
  show(i: number) {
    const next = new Set(this.folded)
    for (let p = this.parents[i] ?? -1; p >= 0; p = this.parents[p]!) next.delete(this.trace.spans[p]!.id)
    if (next.size !== this.folded.size) this.folded = next
    this.reveal = { span: i, n: this.reveal.n + 1 }
  }

  close() {
    this.#kept.set({ span: null })
  }

  /** closeTo closes the details and gives the focus back to the row, where there is one within. */
  async closeTo(within: HTMLElement | undefined) {
    const row = this.chosen
    this.close()
    await tick()
    within?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true })
  }

  zoom(to: Axis | null) {
    this.#kept.set({ zoom: to ? `${Math.floor(to.from)}-${Math.ceil(to.to)}` : null })
  }

  look(at: Partial<Filter>) {
    this.#kept.set(Object.fromEntries(Object.entries(at).map(([k, v]) => [fields[k as keyof Filter], v])))
  }

  clear() {
    this.look(emptyFilter)
    this.#kept.set({ only: null })
  }

  /** step opens the next match or the one before. */
  step(direction: 1 | -1) {
    const to = nextMatch(this.found, this.chosen, direction)
    if (to >= 0) this.open(to)
  }

  fold(i: number, shut?: boolean) {
    const id = this.trace.spans[i]!.id
    const next = new Set(this.folded)
    if (shut ?? !next.has(id)) next.add(id)
    else next.delete(id)
    this.folded = next
  }

  foldAll(shut: boolean) {
    this.folded = new Set(shut ? this.trace.spans.filter((s) => s.below > 0).map((s) => s.id) : [])
  }

  /** foldLevel folds the deepest level that is open, or opens the highest that is folded. */
  foldLevel(shut: boolean) {
    const spans = this.trace.spans
    const able = visible(spans, this.folded).filter((i) => spans[i]!.below > 0 && this.folded.has(spans[i]!.id) !== shut)
    if (able.length === 0) return
    const depths = able.map((i) => spans[i]!.depth)
    const level = shut ? depths.reduce((a, b) => Math.max(a, b)) : depths.reduce((a, b) => Math.min(a, b))
    const next = new Set(this.folded)
    for (const i of able) {
      if (spans[i]!.depth !== level) continue
      if (shut) next.add(spans[i]!.id)
      else next.delete(spans[i]!.id)
    }
    this.folded = next
  }
}
