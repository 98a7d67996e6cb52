/** The search form and the TraceQL that it stands for. */

export interface Form {
  service: string
  name: string
  model: string
  min: string
  max: string
  status: '' | 'error' | 'ok'
  /** key=value pairs, values with blanks in quotes */
  tags: string
}

export const emptyForm: Form = { service: '', name: '', model: '', min: '', max: '', status: '', tags: '' }

const modelKey = 'span.triton.model_name'
const durationForm = /^\d+(\.\d+)?(ns|us|µs|ms|s|m|h)$/

/** badDuration says what is wrong with a duration of the form, '' if nothing is. */
export function badDuration(text: string): string {
  const value = text.trim()
  if (value === '' || durationForm.test(value)) return ''
  return /^\d+(\.\d+)?$/.test(value) ? `say of what: ${value}ms or ${value}s` : 'write it as 20ms or 1.5s'
}

const quote = (text: string) => JSON.stringify(text)

/** tagPairs splits key=value pairs; a value may stand in quotes. */
export function tagPairs(text: string): [string, string][] {
  const pairs: [string, string][] = []
  for (const m of text.matchAll(/([^\s=]+)=("((?:[^"\\]|\\.)*)"|\S*)/g)) {
    pairs.push([m[1]!, m[3] !== undefined ? m[3].replace(/\\(.)/g, '$1') : m[2]!])
  }
  return pairs
}

function scoped(key: string): string {
  return /^(span|resource|event|link|instrumentation)\./.test(key) || key.startsWith('.') ? key : `.${key}`
}

/** A number may be kept as a number or, as Envoy does, as text: either is meant. */
function tagTerm(key: string, value: string): string {
  if (!/^(-?\d+(\.\d+)?|true|false)$/.test(value)) return `${key} = ${quote(value)}`
  return `(${key} = ${quote(value)} || ${key} = ${value})`
}

const either = /^\((\S+) = ("[^"]*") \|\| \1 = \S+\)$/

/** write is the TraceQL of a form. */
export function write(form: Form): string {
  const terms: string[] = []
  if (form.service.trim()) terms.push(`resource.service.name = ${quote(form.service.trim())}`)
  if (form.name.trim()) terms.push(`name = ${quote(form.name.trim())}`)
  if (form.model.trim()) terms.push(`${modelKey} = ${quote(form.model.trim())}`)
  if (form.min.trim() && !badDuration(form.min)) terms.push(`duration >= ${form.min.trim()}`)
  if (form.max.trim() && !badDuration(form.max)) terms.push(`duration <= ${form.max.trim()}`)
  if (form.status) terms.push(form.status === 'error' ? 'status = error' : 'status != error')
  for (const [key, value] of tagPairs(form.tags)) terms.push(tagTerm(scoped(key), value))
  return terms.length ? `{ ${terms.join(' && ')} }` : '{}'
}

const term = /^(\S+)\s*(=|!=|>=|<=)\s*("(?:[^"\\]|\\.)*"|\S+)$/

function readTerm(form: Form, text: string): boolean {
  const m = term.exec(text.trim().replace(either, '$1 = $2'))
  if (!m) return false
  const [, key, op, raw] = m as unknown as [string, string, string, string]
  const text_ = raw.startsWith('"')
  const value = text_ ? (JSON.parse(raw) as string) : raw
  if (key === 'duration' && op === '>=' && !form.min) form.min = value
  else if (key === 'duration' && op === '<=' && !form.max) form.max = value
  else if (key === 'status' && value === 'error' && !form.status && (op === '=' || op === '!=')) form.status = op === '=' ? 'error' : 'ok'
  else if (op !== '=' || !text_) return false
  else if (key === 'resource.service.name' && !form.service) form.service = value
  else if (key === 'name' && !form.name) form.name = value
  else if (key === modelKey && !form.model) form.model = value
  else if (/^(\.|span\.|resource\.)/.test(key)) form.tags = `${form.tags} ${key.replace(/^\./, '')}=${/[\s"]/.test(value) ? quote(value) : value}`.trim()
  else return false
  return true
}

/** read is the form that a query stands for, null for one that no form can say. */
export function read(query: string): Form | null {
  const inner = /^\s*\{([^{}]*)\}\s*$/.exec(query)?.[1]
  if (inner === undefined) return query.trim() === '' ? { ...emptyForm } : null
  const form: Form = { ...emptyForm }
  if (inner.trim() === '') return form
  try {
    return inner.split('&&').every((t) => readTerm(form, t)) ? form : null
  } catch {
    return null
  }
}

/** tracesOf is the query for the traces that passed through a pod. */
export function tracesOf(pod: string): string {
  return write({ ...emptyForm, service: pod })
}

/** tracesBetween is the query for the calls of one gateway to one server. */
export function tracesBetween(gateway: string, server: string): string {
  return `{ resource.service.name = ${quote(gateway)} && span.peer.service = ${quote(server)} }`
}
