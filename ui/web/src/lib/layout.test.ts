import { describe, expect, test } from 'vitest'
import { byColumns, dagreLimit, keyOf, layout, node, room, type Layout } from './layout'

function site(gateways: number, servers: number, linked = servers) {
  const nodes = [
    ...Array.from({ length: gateways }, (_, i) => ({ id: `envoy-${i}`, side: 'gateway' })),
    ...Array.from({ length: servers }, (_, i) => ({ id: `triton-${i}`, side: 'server' })),
  ]
  const edges = []
  for (let g = 0; g < gateways; g++) for (let s = 0; s < linked; s++) edges.push({ from: `envoy-${g}`, to: `triton-${s}` })
  return { nodes, edges }
}

function overlaps(of: Layout): number {
  const at = Object.values(of.nodes)
  let n = 0
  for (let i = 0; i < at.length; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(at[i]!.x - at[j]!.x) < node.width && Math.abs(at[i]!.y - at[j]!.y) < node.height) n++
  return n
}

describe('the map', () => {
  test('gateways are left of servers, in the order of their names', () => {
    const of = layout(site(2, 12))
    const x = (side: string, id: string) => of.nodes[keyOf(side, id)]!.x
    expect(x('gateway', 'envoy-0')).toBeLessThan(x('server', 'triton-0'))
    const ys = Array.from({ length: 12 }, (_, i) => of.nodes[keyOf('server', `triton-${i}`)]!.y)
    expect(ys).toEqual(ys.toSorted((a, b) => a - b))
  })

  test('a server without calls still stands among the servers', () => {
    const of = layout(site(1, 3, 2))
    expect(of.nodes[keyOf('server', 'triton-2')]!.x).toBe(of.nodes[keyOf('server', 'triton-0')]!.x)
  })

  test('a gateway and a server of one name are two nodes', () => {
    const of = layout({ nodes: [{ id: 'a', side: 'gateway' }, { id: 'a', side: 'server' }], edges: [{ from: 'a', to: 'a' }] })
    expect(Object.keys(of.nodes)).toHaveLength(2)
  })

  test('no two nodes lie on each other, by either way of placing', () => {
    expect(overlaps(layout(site(4, 16)))).toBe(0)
    expect(overlaps(byColumns(site(15, 200)))).toBe(0)
  })

  test('a tall side takes no more columns than are read at the width', () => {
    const columns = (of: Layout) => new Set(Object.entries(of.nodes).filter(([key]) => key.startsWith('server/')).map(([, at]) => at.x)).size
    expect([room(1372, false), room(900, false), room(344, true)]).toEqual([6, 3, 1])
    for (const n of [6, 3, 1]) expect(columns(layout({ ...site(2, 200), columns: n }))).toBe(n)
    expect(columns(layout({ ...site(2, 50), columns: 6 }))).toBe(3)
    expect(overlaps(layout({ ...site(2, 200), columns: 1 }))).toBe(0)
    const wide = layout({ ...site(2, 200), columns: 6 })
    expect(1372 / wide.width).toBeGreaterThan(0.7)
  })

  test('two hundred servers are placed without dagre, at once', () => {
    const shape = site(8, 200)
    expect(shape.nodes.length).toBeGreaterThan(dagreLimit)
    const begun = performance.now()
    expect(Object.keys(layout(shape).nodes)).toHaveLength(208)
    expect(performance.now() - begun).toBeLessThan(200)
  })

  test('nothing is a map too', () => expect(layout({ nodes: [], edges: [] }).nodes).toEqual({}))
})
