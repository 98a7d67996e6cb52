/** The search form as Grafana's files and addresses have it, Tempo's filters, and the conditions that our form shows. */
import type { ExploreForm, FormCondition, FormValue } from '../lib/api'

/** a query as a file has it */
type Target = Record<string, unknown>

export interface SearchFilter {
  id: string
  tag?: string
  operator?: string
  scope?: string
  value?: string | string[]
  /** "either": a number that may be kept as text, which is ours alone */
  valueType?: string
}

const text = (v: unknown) => (typeof v === 'string' ? v : '')
const words = ['status', 'kind']
const intrinsics = ['name', 'status', 'statusMessage', 'kind', 'duration', 'traceDuration', 'rootName', 'rootServiceName']
const plain = /^(-?\d+(\.\d+)?(ns|us|µs|ms|s|m|h)?|true|false)$/

/** formOf is the form of a target, also of one that an older Grafana wrote. */
export function formOf(t: Target): ExploreForm {
  const filters = Array.isArray(t.filters) ? (t.filters as SearchFilter[]) : []
  const conditions = t.queryType === 'nativeSearch' || t.queryType === 'search' ? ofNative(t) : filters.flatMap(conditionOf)
  return { conditions, select: [] }
}

function conditionOf(f: SearchFilter): FormCondition[] {
  const values = (Array.isArray(f.value) ? f.value : [f.value ?? '']).filter(Boolean)
  if (!f.tag || values.length === 0) return []
  const tag = tagOf(f.tag, f.scope ?? '')
  const op = f.operator || '='
  return [{ tag, op, values: values.map((v) => ({ text: v, kind: kindOf(f, tag, op, v) })) }]
}

function tagOf(tag: string, scope: string): string {
  if (intrinsics.includes(tag) || /[.:]/.test(tag) && (scope === 'intrinsic' || tag.startsWith(`${scope}.`))) return tag
  if (scope === '' || scope === 'unscoped' || scope === 'intrinsic') return tag.startsWith('.') || tag.includes(':') ? tag : `.${tag}`
  return `${scope}.${tag}`
}

function kindOf(f: SearchFilter, tag: string, op: string, value: string): FormValue['kind'] {
  if (f.valueType === 'either') return plain.test(value) ? 'either' : 'text'
  const quoted = f.valueType === 'string' || op.includes('~') || (!f.valueType && !words.includes(tag) && !plain.test(value))
  return quoted ? 'text' : 'plain'
}

function ofNative(t: Target): FormCondition[] {
  const one = (tag: string, op: string, value: unknown, kind: FormValue['kind']) => (text(value) ? [{ tag, op, values: [{ text: text(value), kind }] }] : [])
  return [
    ...one('resource.service.name', '=', t.serviceName, 'text'), ...one('name', '=', t.spanName, 'text'),
    ...one('duration', '>=', t.minDuration, 'plain'), ...one('duration', '<=', t.maxDuration, 'plain'),
  ]
}

/** searchOf is a target with a form's conditions, as Grafana writes them. */
export function searchOf<T extends Target>(t: T, form: ExploreForm): T {
  const rest = Object.fromEntries(Object.entries(t).filter(([k]) => !['serviceName', 'spanName', 'minDuration', 'maxDuration', 'search'].includes(k))) as T
  return { ...rest, queryType: 'traceqlSearch', filters: form.conditions.map(filterOf) }
}

const own: Record<string, Partial<SearchFilter>> = {
  'resource.service.name =': { id: 'service-name' },
  'name =': { id: 'span-name', scope: 'span' },
  'status =': { id: 'status' },
  'duration >=': { id: 'min-duration' },
  'duration <=': { id: 'max-duration' },
}

function filterOf(c: FormCondition, i: number): SearchFilter {
  const m = /^(span|resource|event|link|instrumentation)\.(.+)$/.exec(c.tag)
  const scope = m ? m[1]! : c.tag.startsWith('.') ? 'unscoped' : 'intrinsic'
  const tag = m ? m[2]! : c.tag.replace(/^\./, '')
  const values = c.values.map((v) => v.text)
  const duration = tag === 'duration' || tag === 'traceDuration'
  return { id: `condition-${i}`, tag, operator: c.op, scope, value: duration ? (values[0] ?? '') : values, valueType: typeOf(c, tag), ...own[`${c.tag} ${c.op}`] }
}

function typeOf(c: FormCondition, tag: string): string {
  const v = c.values[0]
  if (c.values.some((v) => v.kind === 'either')) return 'either'
  if (v?.kind === 'text') return 'string'
  if (words.includes(tag)) return 'keyword'
  if (/duration/i.test(tag)) return 'duration'
  if (v?.text === 'true' || v?.text === 'false') return 'bool'
  return /^-?\d+$/.test(v?.text ?? '') ? 'int' : 'float'
}
