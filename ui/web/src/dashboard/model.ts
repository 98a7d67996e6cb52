/**
 * A dashboard's JSON while it is edited. Nothing here changes what it is given:
 * each function returns a new model that shares what did not change, so a step
 * back is the model before and a panel that is the same object is the same panel.
 */
import { columns, freePlace, type Box } from './layout'

export interface Target {
  refId: string
  datasource?: SourceRef
  hide?: boolean
  [key: string]: unknown
}

export interface SourceRef {
  type?: string
  uid?: string
}

export interface PanelModel {
  id: number
  type: string
  title?: string
  gridPos: Box
  datasource?: SourceRef | null
  targets?: Target[]
  panels?: PanelModel[]
  collapsed?: boolean
  [key: string]: unknown
}

export interface VariableModel {
  name: string
  type: string
  [key: string]: unknown
}

export interface DashboardModel {
  uid?: string | null
  title: string
  version?: number
  panels: PanelModel[]
  templating: { list: VariableModel[] }
  annotations: { list: Record<string, unknown>[] }
  links: Record<string, unknown>[]
  [key: string]: unknown
}

/** readModel makes sure that the lists of a file are there. */
export function readModel(json: Partial<DashboardModel>): DashboardModel {
  return {
    ...json,
    title: json.title ?? 'Dashboard',
    panels: (json.panels ?? []).map(readPanel),
    templating: { ...json.templating, list: json.templating?.list ?? [] },
    annotations: { ...json.annotations, list: json.annotations?.list ?? [] },
    links: json.links ?? [],
  }
}

function readPanel(p: PanelModel): PanelModel {
  const placed = p.gridPos ? p : { ...p, gridPos: { x: 0, y: 0, w: 12, h: 8 } }
  return placed.panels ? { ...placed, panels: placed.panels.map(readPanel) } : placed
}

/** newDashboard is one without panels. */
export function newDashboard(): DashboardModel {
  return readModel({
    title: 'New dashboard', schemaVersion: 41, version: 0, editable: true, graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' }, refresh: '', timezone: 'browser', tags: [],
  })
}

/** allPanels are the panels of a model, those inside folded rows as well. */
export function allPanels(m: DashboardModel): PanelModel[] {
  return m.panels.flatMap((p) => [p, ...(p.panels ?? [])])
}

export function panelOf(m: DashboardModel, id: number): PanelModel | undefined {
  return allPanels(m).find((p) => p.id === id)
}

/** withPanel changes one panel. */
export function withPanel(m: DashboardModel, id: number, change: (p: PanelModel) => PanelModel): DashboardModel {
  const each = (list: PanelModel[]): PanelModel[] =>
    list.map((p) => (p.id === id ? change(p) : p.panels?.some((q) => q.id === id) ? { ...p, panels: each(p.panels) } : p))
  return { ...m, panels: each(m.panels) }
}

/** withoutPanel removes a panel; the panels of a row that goes stay, or go with it. */
export function withoutPanel(m: DashboardModel, id: number, withRow = false): DashboardModel {
  const panels = m.panels.flatMap((p) => {
    if (p.id === id) return withRow ? [] : (p.panels ?? [])
    return p.panels?.some((q) => q.id === id) ? [{ ...p, panels: p.panels.filter((q) => q.id !== id) }] : [p]
  })
  if (!withRow) return { ...m, panels }
  const below = rowOf(m)
  return { ...m, panels: panels.filter((p) => below.get(p.id) !== id) }
}

/** rowOf tells the row above each panel of an open row. */
function rowOf(m: DashboardModel): Map<number, number> {
  const rows = new Map<number, number>()
  let row = 0
  for (const p of [...m.panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)) {
    if (p.type === 'row') row = p.collapsed ? 0 : p.id
    else if (row) rows.set(p.id, row)
  }
  return rows
}

const nextID = (m: DashboardModel) => allPanels(m).reduce((most, p) => Math.max(most, p.id), 0) + 1

/** added puts a new panel on a dashboard and tells its id. */
export function added(m: DashboardModel, panel: Omit<PanelModel, 'id' | 'gridPos'>, w = 12, h = 8): [DashboardModel, number] {
  const id = nextID(m)
  const gridPos = freePlace(m.panels.map((p) => p.gridPos), w, h)
  return [{ ...m, panels: [...m.panels, { ...panel, id, gridPos } as PanelModel] }, id]
}

/** addedRow puts a row below everything. */
export function addedRow(m: DashboardModel): [DashboardModel, number] {
  const id = nextID(m)
  const y = m.panels.reduce((most, p) => Math.max(most, p.gridPos.y + p.gridPos.h), 0)
  const row: PanelModel = { id, type: 'row', title: 'Row title', collapsed: false, panels: [], gridPos: { x: 0, y, w: columns, h: 1 } }
  return [{ ...m, panels: [...m.panels, row] }, id]
}

/** duplicated puts a copy of a panel beside or below it. */
export function duplicated(m: DashboardModel, id: number): [DashboardModel, number] {
  const source = panelOf(m, id)
  if (!source) return [m, id]
  const copy = { ...structuredClone(source), id: nextID(m) }
  const { x, y, w, h } = source.gridPos
  copy.gridPos = x + 2 * w <= columns ? { x: x + w, y, w, h } : { x, y: y + h, w, h }
  const beside = (list: PanelModel[]) => list.flatMap((p) => (p.id === id ? [p, copy] : [p]))
  if (m.panels.some((p) => p.id === id)) return [{ ...m, panels: beside(m.panels) }, copy.id]
  return [{ ...m, panels: m.panels.map((p) => (p.panels ? { ...p, panels: beside(p.panels) } : p)) }, copy.id]
}

/** placed writes where panels stand now. */
export function placed(m: DashboardModel, places: ReadonlyMap<number, Box>): DashboardModel {
  const each = (list: PanelModel[]): PanelModel[] =>
    list.map((p) => {
      const to = places.get(p.id)
      const panels = p.panels && p.panels.length > 0 ? each(p.panels) : p.panels
      const { x, y, w, h } = p.gridPos
      const same = !to || (to.x === x && to.y === y && to.w === w && to.h === h)
      if (same && panels === p.panels) return p
      return { ...p, ...(panels ? { panels } : {}), gridPos: same ? p.gridPos : { x: to.x, y: to.y, w: to.w, h: to.h } }
    })
  return { ...m, panels: each(m.panels) }
}

/** folded makes the rows of a model be as they are seen: panels of a folded row are inside of it, others behind it. */
export function folded(m: DashboardModel, isFolded: (row: PanelModel) => boolean): DashboardModel {
  const rows = rowOf(m)
  if (m.panels.every((p) => p.type !== 'row' || Boolean(p.collapsed) === isFolded(p))) return m
  const panels: PanelModel[] = []
  for (const p of m.panels) {
    const above = m.panels.find((r) => r.id === rows.get(p.id))
    if (above && isFolded(above)) continue // it goes into its row
    if (p.type !== 'row') panels.push(p)
    else if (isFolded(p)) {
      const own = p.collapsed ? (p.panels ?? []) : m.panels.filter((q) => rows.get(q.id) === p.id)
      panels.push({ ...p, collapsed: true, panels: own })
    } else panels.push({ ...p, collapsed: false, panels: [] }, ...(p.collapsed ? (p.panels ?? []) : []))
  }
  return { ...m, panels }
}

/** at reads a value at a path like "fieldConfig.defaults.unit". */
export function at(from: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((v, key) => (v as Record<string, unknown> | null | undefined)?.[key], from)
}

/** shifted brings the i-th entry to another place. */
export function shifted<T>(list: T[], i: number, by: number): T[] {
  const to = Math.max(0, Math.min(list.length - 1, i + by))
  const out = [...list]
  const [one] = out.splice(i, 1)
  out.splice(to, 0, one!)
  return out
}

/** put writes a value at a path; undefined takes it away. */
export function put<T>(into: T, path: string, value: unknown): T {
  const [key, ...rest] = path.split('.') as [string, ...string[]]
  const source = (into ?? (/^\d+$/.test(key) ? [] : {})) as Record<string, unknown>
  const copy = (Array.isArray(source) ? [...(source as unknown[])] : { ...source }) as Record<string, unknown>
  const next = rest.length > 0 ? put(source[key], rest.join('.'), value) : value
  if (next !== undefined) copy[key] = next
  else if (Array.isArray(copy)) copy.splice(Number(key), 1)
  else delete copy[key]
  return copy as T
}

/** nextRef is the first letter that no query has. */
export function nextRef(targets: Target[]): string {
  const used = new Set(targets.map((t) => t.refId))
  for (let i = 0; ; i++) {
    const name = i < 26 ? String.fromCharCode(65 + i) : `Q${i}`
    if (!used.has(name)) return name
  }
}
