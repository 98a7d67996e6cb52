/** Variables in an address, as Grafana writes them: var-NAME, repeated for several values; ad hoc filters as key|operator|value. */
import type { AdHocFilter, Variable } from '../lib/api'

export type Values = Record<string, string[]>

export const all = '$__all'

/** valuesOf reads the variables of an address. */
export function valuesOf(params: URLSearchParams): Values {
  const values: Values = {}
  for (const [name, value] of params) {
    if (name.startsWith('var-') && name.length > 4) (values[name.slice(4)] ??= []).push(value)
  }
  return values
}

/** addressed names a variable's values as the address has them; none are one empty value, or the default would come back. */
export function addressed(name: string, values: string[]): Record<string, string[]> {
  return { [`var-${name}`]: values.length > 0 ? values : [''] }
}

const escaped: [string, string][] = [['|', '__gfp__'], ['#', '__gfh__'], [',', '__gfc__']]

/** filterText writes a filter as the address has it. */
export function filterText(f: AdHocFilter): string {
  return [f.key, f.operator, f.value].map((part) => escaped.reduce((t, [plain, code]) => t.replaceAll(plain, code), part)).join('|')
}

/** filterOf reads a filter of an address, null if it is none. */
export function filterOf(text: string): AdHocFilter | null {
  const parts = text.split('|').map((part) => escaped.reduce((t, [plain, code]) => t.replaceAll(code, plain), part))
  const [key, operator, value] = parts
  return parts.length === 3 && key ? { key, operator: operator!, value: value! } : null
}

/** currentOf is what each variable of a dashboard is now, for the questions of panels. */
export function currentOf(variables: Variable[]): Values {
  return Object.fromEntries(variables.filter((v) => v.type !== 'adhoc').map((v) => [v.name, v.current]))
}

/** filtersOf are the ad hoc filters of a dashboard that are complete. */
export function filtersOf(variables: Variable[]): AdHocFilter[] {
  return variables.filter((v) => v.type === 'adhoc').flatMap((v) => v.filters.filter((f) => f.key !== ''))
}

/** toggled is a choice of several values after a click on one: All excludes the others, nothing left is All where there is an All. */
export function toggled(current: string[], value: string, includeAll: boolean): string[] {
  if (value === all) return [all]
  const rest = current.filter((v) => v !== all && v !== '')
  const next = rest.includes(value) ? rest.filter((v) => v !== value) : [...rest, value]
  return next.length === 0 && includeAll ? [all] : next
}

/**
 * outlived are the choices that another choice has made void, as the address has to have
 * them: values that a variable offered before and does not any more, a pod of another
 * release. What was typed or came with the address never was offered and stays; so does
 * what is chosen where nothing is offered at all. null is the usual value.
 */
export function outlived(before: Variable[], now: Variable[]): Record<string, string[] | null> {
  const out: Record<string, string[] | null> = {}
  for (const v of now) {
    const offered = before.find((b) => b.name === v.name)?.options ?? []
    const has = (list: Variable['options'], value: string) => list.some((o) => o.value === value)
    const kept = v.current.filter((c) => c === all || has(v.options, c) || !has(offered, c))
    if (v.options.length > 0 && kept.length < v.current.length) out[`var-${v.name}`] = kept.length > 0 ? kept : null
  }
  return out
}
