/** What a transformation is set to do, in a few words. */
import { at } from '../model'
import { allNumbers, fits, operandOf, refsOf, texts, type FormField, type Options } from './form'
import { calculationName, kindOf } from './kinds'

/** at most so many names are written out */
const most = 4

export const listed = (list: string[]) => (list.length > most ? `${list.slice(0, most).join(', ')} and ${list.length - most} more` : list.join(', '))

/** lower leaves what is written in capitals: JSON */
const lower = (text: string) => (/^.[A-Z]/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1))

/** summary is what stands beside a transformation's name. */
export function summary(id: string, options: Options): string {
  const k = kindOf(id)
  if (!k) return ''
  const own = ({ organize, calculateField, groups, trends, roles: mapped, config } as Record<string, ((o: Options) => string) | undefined>)[k.part ?? k.id]?.(options)
  return own ?? k.fields.filter((f) => fits(f, options)).flatMap((f) => words(f, at(options, f.path)) ?? []).join(', ')
}

/** words say one option that is set; undefined says nothing of one that is as usual. */
function words(f: FormField, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '' || (value === f.usual && f.kind !== 'calc')) return undefined
  if (f.kind === 'switch') return value ? lower(f.name) : undefined
  if (f.kind === 'choice') return lower(f.choices?.find(([v]) => v === value)?.[1] ?? String(value))
  if (f.kind === 'calc') return calculationName(String(value))
  if (f.kind === 'calcs') return listed(texts(value).map(calculationName))
  if (f.kind === 'refs') return listed(refsOf(value))
  if (f.kind === 'list') return (value as Options[]).map((o) => entry(f.item!, o)).filter(Boolean).join('; ') || undefined
  const text = Array.isArray(value) ? listed(texts(value)) : String(value)
  if (!text) return undefined
  return ['field', 'fields', 'label', 'labels', 'ref'].includes(f.kind) && f.name !== 'Leave out' ? text : `${lower(f.name)} ${text}`
}

/** entry says one of a list: its values in a row. */
function entry(item: FormField[], options: Options): string {
  return item.filter((f) => fits(f, options)).flatMap((f) => {
    const v = at(options, f.path)
    return f.kind === 'number' || f.kind === 'value' ? (v === undefined ? [] : [String(v)]) : (words(f, v) ?? [])
  }).join(' ')
}

function organize(o: Options): string {
  const renamed = Object.entries((o.renameByName ?? {}) as Record<string, string>).filter(([, to]) => to)
  const hidden = Object.entries((o.excludeByName ?? {}) as Record<string, boolean>).filter(([, is]) => is)
  const only = Object.entries((o.includeByName ?? {}) as Record<string, boolean>).filter(([, is]) => is)
  return [
    only.length > 0 && `only ${listed(only.map(([name]) => name))}`, hidden.length > 0 && `without ${listed(hidden.map(([name]) => name))}`,
    renamed.length > 0 && listed(renamed.map(([from, to]) => `${from} → ${to}`)), (o.orderByMode === 'auto' || Object.keys((o.indexByName ?? {}) as Options).length > 0) && 'ordered',
  ].filter(Boolean).join(', ')
}

function calculateField(o: Options): string {
  const part = (key: string) => (o[key] ?? {}) as Options
  const side = (v: unknown) => (operandOf(v) === allNumbers ? 'all numbers' : operandOf(v) || '…')
  const of = (calc: unknown, usual: string, field: unknown) => `${calculationName(String(calc ?? usual))} of ${String(field ?? '') || '…'}`
  const formulas: Record<string, (() => string) | undefined> = {
    reduceRow: () => `${calculationName(String(part('reduce').reducer ?? 'sum'))} of ${listed(texts(part('reduce').include)) || 'all numbers'}`,
    binary: () => `${side(part('binary').left)} ${String(part('binary').operator ?? '+')} ${side(part('binary').right)}`,
    unary: () => `${String(part('unary').operator ?? 'abs')}(${String(part('unary').fieldName ?? '') || '…'})`,
    cumulativeFunctions: () => `cumulative ${of(part('cumulative').reducer, 'sum', part('cumulative').field)}`,
    windowFunctions: () => `moving ${of(part('window').reducer, 'mean', part('window').field)}`,
    index: () => 'the number of the row',
  }
  const formula = formulas[String(o.mode ?? 'reduceRow')]?.() ?? String(o.mode)
  return `${o.alias ? `${String(o.alias)} = ` : ''}${formula}${o.replaceFields ? ', instead of all fields' : ''}`
}

function groups(o: Options): string {
  const all = Object.entries((o.fields ?? {}) as Record<string, { operation?: string; aggregations?: string[] }>)
  const by = all.filter(([, f]) => f?.operation === 'groupby').map(([name]) => name)
  const rest = all.filter(([, f]) => f?.operation === 'aggregate').map(([name, f]) => `${(f.aggregations ?? []).map(calculationName).join(', ')} of ${name}`)
  return [by.length > 0 && `by ${listed(by)}`, ...rest].filter(Boolean).join('; ')
}

const trends = (o: Options) => Object.entries(o).filter(([, v]) => typeof v === 'object' && v !== null && 'stat' in v).map(([ref, v]) => `${ref}: ${calculationName(String((v as Options).stat))}`).join(', ')

const mapped = (o: Options) => listed(((o.mappings ?? []) as { fieldName?: string; handlerKey?: string }[]).map((m) => `${m.fieldName ?? ''} as ${m.handlerKey ?? ''}`))

const config = (o: Options) => [o.configRefId && `from ${String(o.configRefId)}`, mapped(o)].filter(Boolean).join(', ')
