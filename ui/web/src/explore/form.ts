/** The search form writes TraceQL here; the server's parser reads it back (ui/explore, Form). */
import type { ExploreForm, FormCondition, FormValue } from '../lib/api'

/** Row is one condition of the form as it is edited. */
export interface Row {
  tag: string
  op: string
  values: FormValue[]
}

const fixedTags = ['resource.service.name', 'name', 'span.triton.model_name', 'status'] as const

export type FixedTag = (typeof fixedTags)[number]

/** Fields are the form as it is shown: what has a field of its own, and rows for the rest. */
export interface Fields {
  fixed: Record<FixedTag, FormValue[]>
  min: string
  max: string
  rows: Row[]
  select: string[]
}

export function empty(): Fields {
  return { fixed: { 'resource.service.name': [], name: [], 'span.triton.model_name': [], status: [] }, min: '', max: '', rows: [], select: [] }
}

/** spread puts a form's conditions into its fields; the first of each kind, the others become rows. */
export function spread(form: ExploreForm): Fields {
  const out = empty()
  out.select = [...form.select]
  for (const c of form.conditions) {
    const tag = c.tag as FixedTag
    if (c.op === '=' && fixedTags.includes(tag) && out.fixed[tag].length === 0) out.fixed[tag] = c.values
    else if (c.tag === 'duration' && c.op === '>=' && !out.min) out.min = c.values[0]!.text
    else if (c.tag === 'duration' && c.op === '<=' && !out.max) out.max = c.values[0]!.text
    else out.rows.push({ tag: c.tag, op: c.op, values: c.values })
  }
  return out
}

/** gather is the form of its fields; rows that are not filled in say nothing. */
export function gather(fields: Fields): ExploreForm {
  const conditions: FormCondition[] = []
  const add = (c: FormCondition) => {
    const values = c.values.filter((v) => v.text !== '')
    if (c.tag && values.length > 0) conditions.push({ tag: c.tag, op: c.op, values })
  }
  for (const tag of fixedTags) add({ tag, op: '=', values: fields.fixed[tag] })
  const bound = (op: string, value: string) => {
    if (value.trim() && !badDuration(value)) conditions.push({ tag: 'duration', op, values: [{ text: value.trim(), kind: 'plain' }] })
  }
  bound('>=', fields.min)
  bound('<=', fields.max)
  fields.rows.forEach(add)
  return { conditions, select: fields.select }
}

const durationForm = /^(\d+(\.\d+)?(ns|us|µs|μs|ms|s|m|h|d))+$/

/** badDuration says what is wrong with a duration, '' if nothing is. */
export function badDuration(text: string): string {
  const value = text.trim()
  if (value === '' || durationForm.test(value)) return ''
  return /^\d+(\.\d+)?$/.test(value) ? `say of what: ${value}ms or ${value}s` : 'write it as 20ms or 1.5s'
}

const quote = (text: string) => JSON.stringify(text)

function comparisons(c: FormCondition, v: FormValue): string[] {
  const one = (value: string) => `${c.tag} ${c.op} ${value}`
  if (v.kind === 'text') return [one(quote(v.text))]
  // A number may be kept as a number or, as Envoy does, as text: either is meant.
  return v.kind === 'either' ? [one(quote(v.text)), one(v.text)] : [one(v.text)]
}

function term(c: FormCondition): string {
  const parts = c.values.flatMap((v) => comparisons(c, v))
  return parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`
}

/** write is the TraceQL of a form. */
export function write(form: ExploreForm): string {
  const terms = form.conditions.filter((c) => c.values.length > 0).map(term)
  const braces = terms.length > 0 ? `{ ${terms.join(' && ')} }` : '{}'
  return form.select.length > 0 ? `${braces} | select(${form.select.join(', ')})` : braces
}

const words = ['status', 'kind', 'span:status', 'span:kind']
const durations = /(^|:)(duration|traceDuration|timeSinceStart)$/

/** valueOf is what was typed as a value of an attribute; type is the one that the store named, '' if it named none. */
export function valueOf(tag: string, op: string, text: string, type = ''): FormValue {
  if (words.includes(tag) || durations.test(tag)) return { text, kind: 'plain' }
  if (op === '=~' || op === '!~') return { text, kind: 'text' }
  if (type) return { text, kind: type === 'string' || type === 'keyword' ? 'text' : 'plain' }
  if (/^(-?\d+(\.\d+)?|true|false)$/.test(text)) {
    // Only an equality can mean either; to compare sizes a number is meant.
    return { text, kind: op === '=' ? 'either' : 'plain' }
  }
  return { text, kind: 'text' }
}
