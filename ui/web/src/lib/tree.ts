import type { Event, Span, Trace } from './api'

/** Axis is the stretch of time that a waterfall shows, in nanoseconds from the start of the trace. */
export interface Axis {
  from: number
  to: number
}

/** axisOf covers every span and every event that is not far outside. */
export function axisOf(trace: Trace): Axis {
  let from = 0
  let to = Math.max(trace.durationNs, 1)
  for (const span of trace.spans) {
    for (const event of span.events) {
      if (event.far) continue
      from = Math.min(from, event.offsetNs)
      to = Math.max(to, event.offsetNs)
    }
  }
  const margin = (to - from) * 0.005
  return { from: from < 0 ? from - margin : 0, to: to + margin }
}

/** place is where a point of time lies on the axis, in percent. */
export function place(axis: Axis, at: number): number {
  return Math.min(100, Math.max(0, ((at - axis.from) / (axis.to - axis.from)) * 100))
}

/** ticks are round points of time on the axis, about n of them. */
export function ticks(axis: Axis, n: number): number[] {
  const rough = (axis.to - axis.from) / n
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? rough
  const list: number[] = []
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.to; at += step) list.push(at)
  return list
}

/** visible are the indexes of the spans that are shown while those in folded hide what is below them. */
export function visible(spans: Span[], folded: ReadonlySet<string>): number[] {
  const list: number[] = []
  for (let i = 0; i < spans.length; i++) {
    list.push(i)
    const span = spans[i]!
    if (folded.has(span.id)) i += span.below
  }
  return list
}

/** tickLabel writes a tick with the digits that tell it from the next. */
export function tickLabel(at: number, step: number): string {
  if (Math.abs(at) < step / 1e6) return '0'
  const [size, unit] = ([[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']] as const).find(([s]) => Math.abs(at) >= s) ?? ([1, 'ns'] as const)
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9))
  return `${at < 0 ? '−' : ''}${(Math.abs(at) / size).toFixed(Math.min(decimals, 9))} ${unit}`
}

/** parentsOf is the index of each span's parent, -1 at the top. */
export function parentsOf(spans: Pick<Span, 'depth'>[]): Int32Array {
  const parents = new Int32Array(spans.length)
  const way: number[] = []
  spans.forEach((s, i) => {
    parents[i] = s.depth > 0 ? (way[s.depth - 1] ?? -1) : -1
    way[s.depth] = i
  })
  return parents
}

/** far are the events that the axis leaves out, before or after. */
export function far(events: Event[], side: 'before' | 'after'): Event[] {
  return events.filter((e) => e.far && (side === 'before' ? e.offsetNs < 0 : e.offsetNs >= 0))
}
