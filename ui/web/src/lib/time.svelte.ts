/**
 * The time range of what is shown, as Grafana has it in its addresses:
 * ?from=now-3h&to=now&refresh=5s (its zone: zone.svelte.ts). Every page reads it here; the
 * header's picker, a drag over a chart and the keys t z, t ← and t → write it.
 */
import { clock } from './clock.svelte'
import { router } from './route.svelte'
import { pace, parse, span, type Range } from './timerange'
import type { ZoneName } from './zone.svelte'

/** What a page shows when its address says nothing: each page may say its own. */
export interface Usual {
  from: string
  to: string
  refresh: string
}

const plain: Usual = { from: 'now-1h', to: 'now', refresh: '' }

class Time {
  #usual = $state.raw<Usual>(plain)
  /** counts up whenever relative times mean new ones: at each refresh and when asked by hand */
  tick = $state(0)
  /** the moment that "now" is, until the next tick */
  now = $state.raw(clock.now())
  /** how many answers of this turn the page waits for */
  awaited = 0
  #timer: ReturnType<typeof setInterval> | undefined

  from = $derived(router.current.params.get('from') ?? this.#usual.from)
  to = $derived(router.current.params.get('to') ?? this.#usual.to)
  /** the range in Unix milliseconds; relative times count from the last tick */
  range = $derived<Range>(this.#resolved())
  refresh = $derived(pace(router.current.params.get('refresh') ?? this.#usual.refresh, this.range))
  /** whether the range ends now and so moves on */
  live = $derived(this.to.includes('now'))

  /** what is wrong with the range that the address asks for, "" if it is one */
  fault = $derived.by(() => {
    const [from, to] = [parse(this.from, this.now, false), parse(this.to, this.now, true)]
    if (from === null || to === null) return `“${from === null ? this.from : this.to}” is not a time`
    return from < to ? '' : from === to ? 'the range is of no length' : 'the range ends before it begins'
  })

  #resolved(): Range {
    const from = parse(this.from, this.now, false) ?? this.now - 3_600_000
    const to = parse(this.to, this.now, true) ?? this.now
    return from < to ? { from, to } : { from: to - 3_600_000, to }
  }

  /** usual sets what stands for an address without a range; a page calls it when it opens. */
  usual(usual: Partial<Usual>) {
    this.#usual = { ...plain, ...usual }
  }

  /** set shows another range; it is a step that "back" undoes. */
  set(from: string | number, to: string | number) {
    this.now = clock.now()
    router.set({ from: String(from), to: String(to) }, false)
    this.tick++
  }

  setRefresh(every: string) {
    router.set({ refresh: [every] }) // an empty one as well: the dashboard's own pace would come back
  }

  /** setZone shows times in another zone, "" in the reader's: said in the address, or a dashboard's own would come back. */
  setZone(name: ZoneName) {
    router.set({ timezone: name || 'browser' })
  }

  /** again makes now the present moment and everything that is shown asks anew. */
  again() {
    this.now = clock.now()
    this.tick++
  }

  /** next is again by itself: not while nobody looks, nor while answers of this turn are to come, which it would give up. */
  next() {
    if (!document.hidden && this.awaited === 0) this.again()
  }

  /** copy puts the range where Grafana's own "t c" puts it, so that it can be pasted there as well. */
  async copy() {
    await navigator.clipboard.writeText(JSON.stringify({ from: this.from, to: this.to })).catch(() => undefined)
  }

  /** paste shows a range that was copied here or in Grafana. */
  async paste() {
    const text = await navigator.clipboard.readText().catch(() => '')
    const range = /^\{"from":"?([^",]+)"?,"to":"?([^",}]+)"?\}$/.exec(text.replaceAll(/\s*([:,])\s*/g, '$1'))
    if (range && parse(range[1]!, this.now, false) !== null && parse(range[2]!, this.now, true) !== null) this.set(range[1]!, range[2]!)
  }

  /** zoomOut doubles the range around its middle. */
  zoomOut() {
    const { from, to } = this.range
    const half = (to - from) / 2
    this.set(Math.round(from - half), Math.round(Math.min(to + half, Math.max(clock.now(), to))))
  }

  /** shift moves the range by half of its length: back (-1) or on (1). */
  shift(direction: -1 | 1) {
    const { from, to } = this.range
    const by = (direction * (to - from)) / 2
    this.set(Math.round(from + by), Math.round(to + by))
  }

  /** run refreshes at the chosen pace until the returned function is called; a hidden tab does not. */
  run(): () => void {
    clearInterval(this.#timer)
    const every = span(this.refresh)
    if (every > 0) {
      this.#timer = setInterval(() => this.next(), Math.max(every, 1000))
    }
    // A tab that was hidden for longer than a turn does not wait for the next one.
    const back = () => {
      if (!document.hidden && every > 0 && clock.now() - this.now >= every) this.again()
    }
    document.addEventListener('visibilitychange', back)
    return () => {
      clearInterval(this.#timer)
      document.removeEventListener('visibilitychange', back)
    }
  }
}

export const time = new Time()
