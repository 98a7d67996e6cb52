/** Value mappings of a file, one line each as an editor has them. */
export interface Flat {
  type: 'value' | 'range' | 'regex' | 'special'
  match: string
  from: string
  to: string
  text: string
  color: string
}

interface Result {
  text?: string
  color?: string
  index?: number
}

interface Mapping {
  type: Flat['type']
  options: Record<string, unknown>
}

const plain: Flat = { type: 'value', match: '', from: '', to: '', text: '', color: '' }
const written = (v: unknown) => (v === null || v === undefined ? '' : String(v))
const shown = (r: Result | undefined) => ({ text: r?.text ?? '', color: r?.color ?? '' })

/** flat reads the mappings of a file; a mapping of several values becomes several lines. */
export function flat(value: unknown): Flat[] {
  const lines: { at: number; line: Flat }[] = []
  const add = (line: Flat, r: Result | undefined) => lines.push({ at: r?.index ?? lines.length, line: { ...line, ...shown(r) } })
  for (const m of Array.isArray(value) ? (value as Mapping[]) : []) {
    const o = m.options ?? {}
    const result = o.result as Result | undefined
    if (m.type === 'value') for (const [match, r] of Object.entries(o)) add({ ...plain, match }, r as Result)
    if (m.type === 'range') add({ ...plain, type: 'range', from: written(o.from), to: written(o.to) }, result)
    if (m.type === 'regex') add({ ...plain, type: 'regex', match: written(o.pattern) }, result)
    if (m.type === 'special') add({ ...plain, type: 'special', match: written(o.match) }, result)
  }
  return lines.sort((a, b) => a.at - b.at).map((l) => l.line)
}

/** nested writes lines as a file has them, in their order. */
export function nested(lines: Flat[]): Mapping[] {
  return lines.map((l, index) => {
    const result: Result = { ...(l.text ? { text: l.text } : {}), ...(l.color ? { color: l.color } : {}), index }
    const number = (t: string) => (t.trim() === '' || Number.isNaN(Number(t)) ? null : Number(t))
    if (l.type === 'range') return { type: 'range', options: { from: number(l.from), to: number(l.to), result } }
    if (l.type === 'regex') return { type: 'regex', options: { pattern: l.match, result } }
    if (l.type === 'special') return { type: 'special', options: { match: l.match || 'null', result } }
    return { type: 'value', options: { [l.match]: result } }
  })
}
