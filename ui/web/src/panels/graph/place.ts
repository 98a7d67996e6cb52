/** Where the nodes of a graph stand: in layers from left to right, or on a grid. Pure, so that a worker and a test can call it. */
import dagre from '@dagrejs/dagre'

export interface Shape {
  nodes: string[]
  edges: { from: string; to: string }[]
  layout: 'layered' | 'grid'
  /** how much wider than high the place is */
  aspect?: number
}

export interface Placed {
  width: number
  height: number
  /** centres by id */
  nodes: Record<string, { x: number; y: number }>
}

/** The place that a node takes: its circle with two lines of name below. */
export const cell = { width: 150, height: 132, radius: 38 }

/** dagreLimit is the number of nodes up to which dagre is quick enough (54 nodes: 0.2 s, 208: 2.7 s). */
export const dagreLimit = 60

export function place(shape: Shape): Placed {
  if (shape.layout === 'grid') return onGrid(shape.nodes, shape.aspect)
  return shape.nodes.length <= dagreLimit ? layered(shape) : inColumns(shape)
}

function layered(shape: Shape): Placed {
  const g = new dagre.graphlib.Graph()
  g.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 120, marginx: 10, marginy: 10 })
  g.setDefaultEdgeLabel(() => ({}))
  // dagre takes a node without a name for none: a service may have an empty one.
  const key = (id: string) => `n${id}`
  for (const id of shape.nodes) g.setNode(key(id), { width: cell.width * 0.6, height: cell.height })
  for (const e of shape.edges) if (e.from !== e.to) g.setEdge(key(e.from), key(e.to))
  dagre.layout(g)
  const nodes: Placed['nodes'] = {}
  for (const id of shape.nodes) nodes[id] = { x: g.node(key(id))?.x ?? 0, y: g.node(key(id))?.y ?? 0 }
  return { width: g.graph().width ?? 0, height: g.graph().height ?? 0, nodes }
}

/** inColumns puts each rank into a column and orders it by where those before it stand, once. */
function inColumns(shape: Shape): Placed {
  const rank = ranks(shape)
  const columns: string[][] = []
  for (const id of shape.nodes) (columns[rank.get(id)!] ??= []).push(id)
  const before = new Map<string, string[]>()
  for (const e of shape.edges) before.set(e.to, [...(before.get(e.to) ?? []), e.from])
  const spot = new Map<string, number>()
  columns.forEach((ids, column) => {
    if (column > 0) {
      const middle = (id: string) => mean((before.get(id) ?? []).flatMap((b) => spot.get(b) ?? []))
      ids.sort((a, b) => middle(a) - middle(b) || a.localeCompare(b, 'en', { numeric: true }))
    }
    ids.forEach((id, i) => spot.set(id, (i + 0.5) / ids.length))
  })
  return stand(columns.filter((c) => c.length > 0), shape.aspect)
}

const mean = (values: number[]) => (values.length === 0 ? 0.5 : values.reduce((a, b) => a + b, 0) / values.length)

/** rowsOf is how many rows of n nodes fill a place of a shape. */
const rowsOf = (n: number, aspect: number) => Math.max(1, Math.ceil(Math.sqrt((n * cell.width) / (cell.height * aspect))))

/** stand folds a column of many into several beside each other, so that the whole has the shape of its place. */
function stand(columns: string[][], aspect = 1): Placed {
  const tallest = Math.max(4, rowsOf(columns.reduce((n, c) => n + c.length, 0), aspect))
  const height = Math.min(tallest, Math.max(...columns.map((c) => c.length))) * cell.height
  const nodes: Placed['nodes'] = {}
  let x = cell.width / 2
  for (const ids of columns) {
    const folds = Math.ceil(ids.length / tallest)
    const rows = Math.ceil(ids.length / folds)
    ids.forEach((id, i) => (nodes[id] = { x: x + Math.floor(i / rows) * cell.width, y: ((i % rows) + 0.5) * (height / rows) }))
    x += (folds - 1) * cell.width + cell.width * 1.7
  }
  return { width: x - cell.width * 1.2, height, nodes }
}

/** ranks are the longest ways from where the traffic comes from; a cycle is cut where it closes. */
export function ranks(shape: Pick<Shape, 'nodes' | 'edges'>): Map<string, number> {
  const next = new Map<string, string[]>()
  const incoming = new Map(shape.nodes.map((id) => [id, 0]))
  for (const e of shape.edges) {
    if (e.from === e.to || !incoming.has(e.from) || !incoming.has(e.to)) continue
    next.set(e.from, [...(next.get(e.from) ?? []), e.to])
    incoming.set(e.to, incoming.get(e.to)! + 1)
  }
  const rank = new Map<string, number>()
  const left = new Set(shape.nodes)
  while (left.size > 0) {
    let ready = [...left].filter((id) => incoming.get(id) === 0)
    if (ready.length === 0) ready = [[...left].reduce((a, b) => (incoming.get(b)! < incoming.get(a)! ? b : a))]
    for (const id of ready) {
      left.delete(id)
      const mine = rank.get(id) ?? 0
      rank.set(id, mine)
      for (const to of next.get(id) ?? []) {
        if (!left.has(to)) continue
        incoming.set(to, incoming.get(to)! - 1)
        rank.set(to, Math.max(rank.get(to) ?? 0, mine + 1))
      }
    }
  }
  return rank
}

function onGrid(ids: string[], aspect = 1): Placed {
  const columns = Math.max(1, Math.ceil(ids.length / rowsOf(ids.length, aspect)))
  const nodes: Placed['nodes'] = {}
  ids.forEach((id, i) => (nodes[id] = { x: ((i % columns) + 0.5) * cell.width, y: (Math.floor(i / columns) + 0.5) * cell.height }))
  return { width: columns * cell.width, height: Math.ceil(ids.length / columns) * cell.height, nodes }
}

/** between is the way of an edge from one circle to another, and where its label stands. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }, both: boolean): { d: string; x: number; y: number } {
  const r = cell.radius + 3
  if (a.x === b.x && a.y === b.y) return { d: `M${a.x - 12} ${a.y - r}C${a.x - 40} ${a.y - r - 52} ${a.x + 40} ${a.y - r - 52} ${a.x + 12} ${a.y - r - 5}`, x: a.x, y: a.y - r - 44 }
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = Math.hypot(dx, dy)
  // Two edges in opposite directions bend away from each other.
  const bend = both ? 26 : 0
  const [mx, my] = [(a.x + b.x) / 2 - (dy / length) * bend, (a.y + b.y) / 2 + (dx / length) * bend]
  const towards = (p: { x: number; y: number }, far: number) => {
    const d = Math.hypot(mx - p.x, my - p.y) || 1
    return { x: p.x + ((mx - p.x) / d) * far, y: p.y + ((my - p.y) / d) * far }
  }
  const [s, e] = [towards(a, r), towards(b, r + 6)]
  const f = (n: number) => n.toFixed(1)
  return { d: `M${f(s.x)} ${f(s.y)}Q${f(mx)} ${f(my)} ${f(e.x)} ${f(e.y)}`, x: 0.25 * a.x + 0.5 * mx + 0.25 * b.x, y: 0.25 * a.y + 0.5 * my + 0.25 * b.y }
}
