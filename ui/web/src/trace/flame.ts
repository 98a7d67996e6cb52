/** The frames of a flame graph: each span or path is a stretch of one row. */
import type { SpanPath, Trace } from '../lib/api'

export interface Frame {
  /** index of the span, or of the path */
  at: number
  /** as shares of the whole */
  from: number
  to: number
}

export interface Box extends Frame {
  /** frames too narrow to be seen that it stands for */
  many: number
}

/** farthest is how many rows below its parent a frame is put to find room. */
const farthest = 200

/** byTime puts each span at its time, one row below its parent or more where another is in its way. */
export function byTime(trace: Pick<Trace, 'spans' | 'durationNs'>): Frame[][] {
  const whole = Math.max(trace.durationNs, 1)
  const rows: Frame[][] = []
  const ends: number[] = []
  const way: number[] = []
  trace.spans.forEach((s, at) => {
    const from = s.offsetNs / whole
    const to = (s.offsetNs + s.durationNs) / whole
    let row = s.depth === 0 ? 0 : way[s.depth - 1]! + 1
    const last = row + farthest
    while (row < last && (ends[row] ?? 0) > from + 1e-12) row++
    ends[row] = Math.max(ends[row] ?? 0, to)
    way[s.depth] = row
    while (rows.length <= row) rows.push([])
    rows[row]!.push({ at, from, to })
  })
  return rows
}

/** byPath gives each path the width of its total time, within its parent's. */
export function byPath(paths: SpanPath[]): Frame[][] {
  const rows: Frame[][] = []
  const frames: Frame[] = []
  const used: number[] = []
  const sums = new Map<number, number>()
  for (const p of paths) sums.set(p.parent, (sums.get(p.parent) ?? 0) + p.totalNs)
  let top = 0
  paths.forEach((p, at) => {
    const parent = p.parent < 0 ? { from: 0, to: 1 } : frames[p.parent]!
    // Children that ran at once have more time than their parent: they share its width.
    const whole = Math.max(p.parent < 0 ? 0 : paths[p.parent]!.totalNs, sums.get(p.parent) ?? 0, 1)
    const width = (p.totalNs / whole) * (parent.to - parent.from)
    const from = p.parent < 0 ? top : used[p.parent]!
    const frame = { at, from, to: from + width }
    if (p.parent < 0) top = frame.to
    else used[p.parent] = frame.to
    used[at] = from
    frames.push(frame)
    ;(rows[p.depth] ??= []).push(frame)
  })
  return rows
}

/** boxes are what a row shows of the stretch from to to: frames narrower than least are drawn together. */
export function boxes(row: Frame[], from: number, to: number, least: number): Box[] {
  const list: Box[] = []
  const small = least * (to - from)
  for (const f of row) {
    if (f.to <= from || f.from >= to) continue
    const last = list.at(-1)
    if (f.to - f.from >= small) {
      list.push({ ...f, many: 1 })
      continue
    }
    if (last && last.many !== 1 && f.to - last.from <= small) {
      last.to = Math.max(last.to, f.to)
      last.many = last.many === 0 ? 2 : last.many + 1
    } else list.push({ ...f, many: 0 })
  }
  return list.map((b) => ({ ...b, many: Math.max(1, b.many) }))
}
