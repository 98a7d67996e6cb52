/**
 * Fields of a form over a transformation's options: where each is, what it may be, when
 * it counts. What no field shows stays in the options as it is.
 */
import { at, put } from '../model'
import type { DataStep } from '../../lib/api'
import type { Choice } from '../edit/fields'

export type Options = Record<string, unknown>

export interface FormField {
  /** where it is in the options, a dot between levels */
  path: string
  name: string
  kind: 'choice' | 'number' | 'text' | 'switch' | 'field' | 'fields' | 'labels' | 'label' | 'refs' | 'ref' | 'calc' | 'calcs' | 'operand' | 'value' | 'matcher' | 'list'
  choices?: Choice[]
  /** what counts while the options say nothing */
  usual?: unknown
  hint?: string
  /** it counts for these options only */
  when?: (options: Options) => boolean
  /** of a field: what it may hold */
  of?: ('time' | 'number' | 'text' | 'bool')[]
  /** of a list: what each entry has, and how a new one begins */
  item?: FormField[]
  empty?: Options
}

/** fieldNames are the names to choose from. */
export function fieldNames(step: DataStep | undefined, of?: FormField['of']): string[] {
  return (step?.fields ?? []).filter((f) => !of || of.includes(f.kind as 'time')).map((f) => f.name)
}

export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : typeof value === 'string' && value ? [value] : [])

/** turned takes a value out of a list, or puts it behind. */
export const turned = (list: string[], value: string) => (list.includes(value) ? list.filter((v) => v !== value) : [...list, value])

/** refsOf are the queries of "A", "A|B" and "/^(?:A|B)$/", which is how files name them. */
export function refsOf(value: unknown): string[] {
  const text = String(value ?? '').replace(/^\/\^\(\?:(.*)\)\$\/$/, '$1')
  return text ? text.split('|') : []
}

/** withRefs names queries as today's Grafana does; nothing for none. */
export const withRefs = (list: string[]) => list.join('|') || undefined

/** allNumbers stands for every column of numbers on a side of a calculation. */
export const allNumbers = '\u0000numbers'

/** operandOf reads a side of a calculation: a name, a number, {fixed} or {matcher}. */
export function operandOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value ?? '')
  const { fixed, matcher } = value as { fixed?: unknown; matcher?: { id?: string; options?: unknown } }
  if (matcher?.id === 'byType') return allNumbers
  return String(matcher?.options ?? fixed ?? '')
}

/** operand writes a side of a calculation: what is no field is a number or a variable. */
export function operand(text: string, fields: string[]): unknown {
  if (text === allNumbers) return { matcher: { id: 'byType', options: 'number' } }
  const number = text.trim() !== '' && !Number.isNaN(Number(text))
  return fields.includes(text) || !(number || text.startsWith('$')) ? { matcher: { id: 'byName', options: text } } : { fixed: text }
}

/** valued is what a condition compares a field with: a number if the field has numbers. */
export function valued(text: string, step: DataStep | undefined, field: unknown): string | number {
  const kind = step?.fields.find((f) => f.name === field)?.kind
  const number = text.trim() !== '' && !Number.isNaN(Number(text))
  return number && kind !== 'text' && kind !== undefined ? Number(text) : text
}

/** numbered reads a number, or a variable that will be one; undefined takes the option away, null is neither. */
export function numbered(text: string): number | string | undefined | null {
  if (text.trim() === '') return undefined
  if (!Number.isNaN(Number(text))) return Number(text)
  return text.startsWith('$') ? text : null
}

/** fits tells whether a field of the form counts for the options. */
export const fits = (f: FormField, options: Options) => !f.when || f.when(options)

/** set writes an option; what is as empty as before stays away. */
export const set = (options: Options, f: FormField, value: unknown): Options => put(options, f.path, value)

export const valueOf = (options: Options, f: FormField) => at(options, f.path) ?? f.usual

/** keyed reads what options say of a name, which may have dots in it. */
export function keyed(options: Options, map: string, name: string): unknown {
  return (options[map] as Options | undefined)?.[name]
}

/** withKeyed writes it; undefined takes it away. */
export function withKeyed(options: Options, map: string, name: string, value: unknown): Options {
  const { [name]: _, ...rest } = (options[map] ?? {}) as Options
  return { ...options, [map]: value === undefined ? rest : { ...rest, [name]: value } }
}
