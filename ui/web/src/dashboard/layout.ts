/**
 * Where panels stand on the grid of 24 columns: rows fold, what is below moves up,
 * and nothing overlaps, whatever the file says.
 */
import type { Panel } from '../lib/api'

export const columns = 24

export interface Box {
  x: number
  y: number
  w: number
  h: number
}

export interface Placed extends Box {
  panel: Panel
}

/** isRow tells a row's title from a panel. */
export const isRow = (p: { type: string }) => p.type === 'row'

/** laidOut places what is to be seen; folded has the keys of rows whose panels are not. */
export function laidOut(panels: Panel[], folded: ReadonlySet<string>): Placed[] {
  const sections: { row: Panel | null; panels: Panel[] }[] = [{ row: null, panels: [] }]
  const byRow = new Map<string, Panel[]>()
  for (const p of panels.filter(isRow).sort(byPlace)) {
    const own: Panel[] = []
    sections.push({ row: p, panels: own })
    byRow.set(p.key, own)
  }
  for (const p of panels) {
    if (!isRow(p)) (byRow.get(p.row) ?? sections[0]!.panels).push(p)
  }
  const out: Placed[] = []
  let top = 0
  for (const { row, panels } of sections) {
    if (row) out.push({ panel: row, x: 0, y: top++, w: columns, h: 1 })
    if (row && folded.has(row.key)) continue
    const placed = compacted(panels.map((panel) => ({ panel, ...bounded(panel) })))
    for (const p of placed) out.push({ ...p, y: p.y + top })
    top += height(placed)
  }
  return out
}

const byPlace = (a: Box, b: Box) => a.y - b.y || a.x - b.x

function bounded(b: Box): Box {
  const w = Math.min(Math.max(b.w, 1), columns)
  return { x: Math.min(Math.max(b.x, 0), columns - w), y: Math.max(b.y, 0), w, h: Math.max(b.h, 1) }
}

/** height is how many rows of the grid are used. */
export const height = (boxes: Box[]) => boxes.reduce((most, b) => Math.max(most, b.y + b.h), 0)

const apart = (a: Box, b: Box) => a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y

/** compacted moves every box up until it meets another; in the order of their places, so no two overlap. */
export function compacted<T extends Box>(boxes: T[]): T[] {
  const done: T[] = []
  for (const box of [...boxes].sort(byPlace)) {
    let y = 0
    for (let moved = true; moved; ) {
      moved = false
      for (const d of done) {
        if (!apart({ ...box, y }, d)) {
          y = d.y + d.h
          moved = true
        }
      }
    }
    done.push({ ...box, y })
  }
  return done
}

/** moved puts one box at another place or size; the others make room below it. */
export function moved<T extends Box>(boxes: T[], which: T, to: Partial<Box>): T[] {
  const target = { ...which, ...bounded({ x: which.x, y: which.y, w: which.w, h: which.h, ...to }) }
  const rest = boxes.filter((b) => b !== which).sort(byPlace)
  const down = target.y > which.y
  const out: T[] = [target]
  for (const box of rest) {
    // What the box moved down past takes its old place; what it moved up onto goes below it.
    const under = !apart(box, target)
    const y = under ? (down && box.y + box.h <= target.y + target.h ? Math.min(box.y, which.y) : target.y + target.h) : box.y
    out.push({ ...box, y })
  }
  return settled(out, target)
}

/** settled resolves overlaps, the fixed box first, then compacts all. */
function settled<T extends Box>(boxes: T[], fixed: T): T[] {
  const done: T[] = [fixed]
  for (const box of boxes.filter((b) => b !== fixed).sort(byPlace)) {
    let y = box.y
    for (let clash = done.find((d) => !apart({ ...box, y }, d)); clash; clash = done.find((d) => !apart({ ...box, y }, d))) y = clash.y + clash.h
    done.push({ ...box, y })
  }
  return compacted(done)
}

/** freePlace is where a new panel goes: the first gap on the page of its size. */
export function freePlace(boxes: Box[], w: number, h: number): Box {
  const bottom = height(boxes)
  for (let y = 0; y < bottom; y++) {
    for (let x = 0; x + w <= columns; x++) {
      const box = { x, y, w, h }
      if (boxes.every((b) => apart(b, box)) && boxes.some((b) => b.y >= y + h || (b.y <= y && b.y + b.h > y))) return box
    }
  }
  return { x: 0, y: bottom, w, h }
}
