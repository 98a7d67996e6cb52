/**
 * Places the nodes of a trace's graph. It is a tree, so columns by depth with
 * each parent at the middle of its children have no crossing, and cost one walk:
 * neither dagre nor a worker is needed, whatever the size.
 */
import type { TraceNode } from '../lib/api'

export const box = { width: 188, height: 66 }
const gap = { x: 56, y: 16 }

export interface Placed {
  width: number
  height: number
  /** middle of each node */
  at: { x: number; y: number }[]
}

export function place(nodes: Pick<TraceNode, 'parent'>[]): Placed {
  const depth: number[] = []
  const y: number[] = []
  const first = new Array<number>(nodes.length).fill(Infinity)
  const last = new Array<number>(nodes.length).fill(-Infinity)
  let rows = 0
  nodes.forEach((n, i) => (depth[i] = n.parent < 0 ? 0 : depth[n.parent]! + 1))
  const leaf = new Array<boolean>(nodes.length).fill(true)
  for (const n of nodes) if (n.parent >= 0) leaf[n.parent] = false
  nodes.forEach((_, i) => {
    if (leaf[i]) y[i] = rows++
  })
  // Children stand after their parents: walking back, each has its place before its parent asks.
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!leaf[i]) y[i] = (first[i]! + last[i]!) / 2
    const p = nodes[i]!.parent
    if (p < 0) continue
    first[p] = Math.min(first[p]!, y[i]!)
    last[p] = Math.max(last[p]!, y[i]!)
  }
  return {
    width: (Math.max(0, ...depth) + 1) * (box.width + gap.x) - gap.x,
    height: Math.max(1, rows) * (box.height + gap.y) - gap.y,
    at: nodes.map((_, i) => ({ x: depth[i]! * (box.width + gap.x) + box.width / 2, y: y[i]! * (box.height + gap.y) + box.height / 2 })),
  }
}
