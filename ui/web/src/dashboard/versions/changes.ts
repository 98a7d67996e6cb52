/** What two versions of a dashboard have differently, in words: for whoever asks what happened, not for a machine. */
import { allPanels, type DashboardModel, type PanelModel } from '../model'

export interface Change {
  sign: '+' | '-' | '~'
  /** what: "panel “Latency”" */
  what: string
  /** what of it, for a change: "queries, unit" */
  how: string
}

type Part = Record<string, unknown>

/** said elsewhere, or by nobody */
const silent = new Set(['panels', 'templating', 'annotations', 'links', 'version', 'saved', 'id', 'uid', 'iteration', 'schemaVersion'])
const words: Record<string, string> = {
  title: 'title', description: 'description', tags: 'tags', time: 'time range', refresh: 'refresh', timezone: 'time zone', graphTooltip: 'shared pointer',
  targets: 'queries', gridPos: 'place', fieldConfig: 'units, thresholds and overrides', options: 'options', type: 'kind of view', datasource: 'data source', transformations: 'transformations',
  collapsed: 'folded', repeat: 'repeat', links: 'links', current: 'chosen values', query: 'query', definition: 'query', interval: 'interval', maxDataPoints: 'points',
}
const known = Object.keys(words)

/** same compares what JSON would write; keys without a value count as missing. */
export function same(a: unknown, b: unknown): boolean {
  return written(a) === written(b)
}

function written(v: unknown): string {
  return JSON.stringify(v, (_, x: unknown) => (x && typeof x === 'object' && !Array.isArray(x) ? Object.fromEntries(Object.entries(x).sort(([p], [q]) => (p < q ? -1 : 1))) : x)) ?? ''
}

function differing(a: Part, b: Part, without: ReadonlySet<string>): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((k) => !without.has(k) && !same(a[k], b[k]))
  const rank = (k: string) => (k in words ? known.indexOf(k) : known.length)
  return [...new Set(keys.sort((a, b) => rank(a) - rank(b)).map((k) => words[k] ?? k))]
}

/** paired compares two lists by what names their parts. */
function paired<T extends Part>(before: T[], after: T[], key: (part: T, i: number) => unknown, name: (part: T) => string, without: ReadonlySet<string>): Change[] {
  const old = new Map(before.map((part, i) => [key(part, i), part]))
  const out: Change[] = []
  for (const [i, part] of after.entries()) {
    const was = old.get(key(part, i))
    old.delete(key(part, i))
    if (!was) out.push({ sign: '+', what: name(part), how: '' })
    else {
      const how = differing(was, part, without)
      if (how.length > 0) out.push({ sign: '~', what: name(part), how: how.join(', ') })
    }
  }
  for (const part of old.values()) out.push({ sign: '-', what: name(part), how: '' })
  return out
}

const panelName = (p: PanelModel) => `${p.type === 'row' ? 'row' : 'panel'} ${p.title ? `“${p.title}”` : `${p.id} without a title`}`

/** changes tells what came, what went and what is another now. */
export function changes(before: DashboardModel, after: DashboardModel): Change[] {
  const of = differing(before, after, silent)
  const about = (what: string) => (part: Part) => `${what} “${String(part.name ?? part.title ?? '')}”`
  return [
    ...(of.length > 0 ? [{ sign: '~', what: 'the dashboard', how: of.join(', ') } as Change] : []),
    ...paired<PanelModel>(allPanels(before), allPanels(after), (p) => p.id, panelName, new Set(['panels', 'id', 'pluginVersion'])),
    ...paired(before.templating.list, after.templating.list, (v) => v.name, about('variable'), new Set()),
    ...paired(before.annotations.list, after.annotations.list, (a, i) => a.name ?? i, about('annotation'), new Set()),
    ...paired(before.links, after.links, (l, i) => l.title ?? i, about('link'), new Set()),
  ]
}
