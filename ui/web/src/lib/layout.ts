import dagre from '@dagrejs/dagre'
import type { MapEdge, MapNode } from './api'

/** Size of a node on the map. */
export const node = { width: 196, height: 84 }

/** dagreLimit is the number of nodes up to which dagre is quick enough (54 nodes: 0.2 s, 208: 2.7 s). */
export const dagreLimit = 60

export interface Point {
  x: number
  y: number
}

export interface Layout {
  width: number
  height: number
  /** centre of each node by id */
  nodes: Record<string, Point>
}

export type Shape = {
  nodes: Pick<MapNode, 'id' | 'side'>[]
  edges: Pick<MapEdge, 'from' | 'to'>[]
  /** a phone: the sides stand close, so that nodes are drawn as large as can be */
  narrow?: boolean
  /** how many columns of servers there is room for */
  columns?: number
}

/** gap is the room between gateways and servers, for edges and their numbers. */
const gap = (shape: Shape) => (shape.narrow ? 40 : 250)

/** layout places gateways left and servers right. */
export function layout(shape: Shape): Layout {
  const servers = shape.nodes.filter((n) => n.side === 'server').length
  return shape.nodes.length <= dagreLimit && servers <= perColumn ? byDagre(shape) : byColumns(shape)
}

/** keyOf tells a node from one of the same name on the other side. */
export const keyOf = (side: string, id: string) => `${side}/${id}`

function byDagre(shape: Shape): Layout {
  const g = new dagre.graphlib.Graph()
  g.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: gap(shape), marginx: 10, marginy: 10 })
  g.setDefaultEdgeLabel(() => ({}))
  for (const n of shape.nodes) g.setNode(keyOf(n.side, n.id), { ...node })
  for (const e of shape.edges) g.setEdge(keyOf('gateway', e.from), keyOf('server', e.to))
  // A server without traffic has no edge and would fall into the gateways' column.
  const gateway = shape.nodes.find((n) => n.side === 'gateway')
  for (const n of shape.nodes) {
    if (gateway && n.side === 'server' && !shape.edges.some((e) => e.to === n.id)) {
      g.setEdge(keyOf('gateway', gateway.id), keyOf('server', n.id))
    }
  }
  dagre.layout(g)
  const out: Layout = { width: g.graph().width ?? 0, height: g.graph().height ?? 0, nodes: {} }
  for (const key of g.nodes()) {
    const at = g.node(key)
    if (at) out.nodes[key] = { x: at.x ?? 0, y: at.y ?? 0 }
  }
  return byName(out)
}

/** byName keeps the places and gives them to the nodes of each column in the order of their names, so that a refresh moves nothing. */
function byName(of: Layout): Layout {
  const columns = new Map<number, string[]>()
  for (const [key, at] of Object.entries(of.nodes)) columns.set(at.x, [...(columns.get(at.x) ?? []), key])
  for (const keys of columns.values()) {
    const places = keys.map((k) => of.nodes[k]!.y).sort((a, b) => a - b)
    keys.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).forEach((k, i) => (of.nodes[k]!.y = places[i]!))
  }
  return of
}

/** perColumn is how many nodes stand below each other while there is room for another column. */
const perColumn = 24

/** room is how many columns of servers are still read at a width. */
export function room(width: number, narrow: boolean): number {
  const readable = 0.75
  return narrow ? 1 : Math.max(1, Math.floor((width / readable - 250) / (node.width + 26)) - 1)
}

/** byColumns lists each side from top to bottom; a tall side takes as many columns as there is room for. */
export function byColumns(shape: Shape): Layout {
  const out: Layout = { width: 0, height: 0, nodes: {} }
  let left = 10
  for (const side of ['gateway', 'server'] as const) {
    const list = shape.nodes.filter((n) => n.side === side).sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
    const columns = Math.min(Math.ceil(list.length / perColumn), side === 'gateway' ? 1 : (shape.columns ?? Infinity))
    const rows = Math.ceil(list.length / Math.max(1, columns))
    list.forEach((n, i) => {
      out.nodes[keyOf(side, n.id)] = {
        x: left + Math.floor(i / rows) * (node.width + 26) + node.width / 2,
        y: 10 + (i % rows) * (node.height + 22) + node.height / 2,
      }
    })
    left += columns * (node.width + 26) + (side === 'gateway' ? gap(shape) : 0)
    out.height = Math.max(out.height, rows * (node.height + 22) + 10)
  }
  out.width = left
  return out
}
