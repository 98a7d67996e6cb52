/** Options that say something of each column by its name: those that are there, and those that the options name. */
import type { DataStep, StepField } from '../../lib/api'
import { keyed, withKeyed, type Options } from './form'

export interface Column extends StepField {
  /** the options name it, and the data has it not */
  gone: boolean
}

/** columnsOf are the fields of the data and, behind them, names that only the options have. */
export function columnsOf(step: DataStep | undefined, named: string[]): Column[] {
  const fields = step?.fields ?? []
  const there = fields.filter((f, i) => fields.findIndex((o) => o.name === f.name) === i).map((f) => ({ ...f, gone: false })) // options know a name once
  const known = new Set(there.map((f) => f.name))
  return [...there, ...[...new Set(named)].filter((name) => !known.has(name)).map((name) => ({ name, kind: '', refs: [], gone: true }))]
}

const names = (options: Options, ...maps: string[]) => maps.flatMap((m) => Object.keys((options[m] ?? {}) as Options))

/** organized are the columns in the order that the options give them. */
export function organized(step: DataStep | undefined, options: Options): Column[] {
  const place = (c: Column) => {
    const n = keyed(options, 'indexByName', c.name)
    return typeof n === 'number' ? n : Infinity
  }
  const all = columnsOf(step, names(options, 'excludeByName', 'renameByName', 'includeByName'))
  return all.map((c, i) => ({ c, i })).sort((a, b) => (place(a.c) === place(b.c) ? a.i - b.i : place(a.c) - place(b.c))).map(({ c }) => c)
}

const byInclusion = (options: Options) => Object.keys((options.includeByName ?? {}) as Options).length > 0

export function isShown(options: Options, name: string): boolean {
  return keyed(options, 'excludeByName', name) !== true && (!byInclusion(options) || keyed(options, 'includeByName', name) === true)
}

export function shown(options: Options, name: string, is: boolean): Options {
  const out = byInclusion(options) ? withKeyed(options, 'includeByName', name, is) : options
  return is || !byInclusion(options) ? withKeyed(out, 'excludeByName', name, is ? undefined : true) : out
}

export const renamed = (options: Options, name: string, to: string): Options => withKeyed(options, 'renameByName', name, to.trim() && to !== name ? to : undefined)

/** ordered writes the places of columns; those of columns that are not there stay. */
export function ordered(options: Options, columns: Column[]): Options {
  const places = Object.fromEntries(columns.map((c, i) => [c.name, i]))
  return { ...options, indexByName: { ...((options.indexByName ?? {}) as Options), ...places } }
}

export interface Group {
  operation?: 'groupby' | 'aggregate' | null
  aggregations?: string[]
}

export const groupColumns = (step: DataStep | undefined, options: Options) => columnsOf(step, names(options, 'fields'))

export const groupOf = (options: Options, name: string) => (keyed(options, 'fields', name) ?? {}) as Group

export function grouped(options: Options, name: string, to: Partial<Group>): Options {
  const group = { aggregations: [], ...groupOf(options, name), ...to }
  return withKeyed(options, 'fields', name, group.operation ? group : undefined)
}

export interface Role {
  fieldName?: string
  handlerKey?: string | null
  reducerId?: string
  handlerArguments?: { threshold?: { color?: string } }
}

const roles = (options: Options) => (Array.isArray(options.mappings) ? options.mappings : []) as Role[]

export const roleColumns = (step: DataStep | undefined, options: Options, ref?: unknown): Column[] =>
  columnsOf(step, roles(options).map((r) => r.fieldName ?? '')).filter((c) => !ref || c.gone || c.refs.includes(String(ref)))

export const roleOf = (options: Options, name: string): Role => roles(options).find((r) => r.fieldName === name) ?? {}

/** withRole says what a column is for; without a key it is for what its name says. */
export function withRole(options: Options, name: string, to: Partial<Role>): Options {
  const list = roles(options)
  const next = { ...roleOf(options, name), fieldName: name, ...to }
  if (!next.handlerKey) return { ...options, mappings: list.filter((r) => r.fieldName !== name) }
  return { ...options, mappings: list.some((r) => r.fieldName === name) ? list.map((r) => (r.fieldName === name ? next : r)) : [...list, next] }
}
