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

/** parentIndex is where the parent of the span at i stands, -1 for none. */
export function parentIndex(spans: Span[], i: number): number {
  const depth = spans[i]!.depth
  for (let j = i - 1; j >= 0; j--) if (spans[j]!.depth < depth) return j
  return -1
}

/** far are the events that the axis leaves out, before or after. */
export function far(events: Event[], side: 'before' | 'after'): Event[] {
  return events.filter((e) => e.far && (side === 'before' ? e.offsetNs < 0 : e.offsetNs >= 0))
}

/** side tells a gateway's span from a server's and from others. */
export function side(span: Span): 'gateway' | 'server' | 'other' {
  if (span.name === 'ingress' || span.attrs.some((a) => a.key === 'component' && a.value === 'proxy')) return 'gateway'
  if (span.scope.startsWith('triton') || span.service.includes('triton') || span.name === 'InferRequest') return 'server'
  return 'other'
}
