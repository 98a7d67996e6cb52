/** Expressions: queries that are computed of a panel's other queries, as files have them. */
import type { Choice } from './fields'
import type { Target } from '../model'

export const expressionSource = { type: '__expr__', uid: '__expr__' }

export const isExpression = (t: Target) => t.datasource?.uid === '__expr__' || t.datasource?.type === '__expr__' || t.datasource?.uid === '-100'

export const operations: Choice[] = [
  ['math', 'Math'], ['reduce', 'Reduce'], ['resample', 'Resample'], ['threshold', 'Threshold'], ['classic_conditions', 'Classic conditions'],
]
export const reductions: Choice[] = [['mean', 'Mean'], ['min', 'Min'], ['max', 'Max'], ['sum', 'Sum'], ['count', 'Count'], ['last', 'Last'], ['median', 'Median']]
export const modes: Choice[] = [['', 'Strict'], ['dropNN', 'Drop non-numeric'], ['replaceNN', 'Replace non-numeric']]
export const downsamplers: Choice[] = [['last', 'Last'], ['mean', 'Mean'], ['min', 'Min'], ['max', 'Max'], ['sum', 'Sum']]
export const upsamplers: Choice[] = [['pad', 'pad: the value before'], ['backfilling', 'backfilling: the next value'], ['fillna', 'fillna: none']]
export const comparisons: Choice[] = [
  ['gt', 'is above'], ['lt', 'is below'], ['gte', 'is above or equal to'], ['lte', 'is below or equal to'], ['eq', 'is equal to'], ['ne', 'is not equal to'],
  ['within_range', 'is within'], ['outside_range', 'is outside'], ['within_range_included', 'is within, ends included'], ['outside_range_included', 'is outside, ends included'],
]
export const classicReductions: Choice[] = [
  ['avg', 'avg()'], ['min', 'min()'], ['max', 'max()'], ['sum', 'sum()'], ['count', 'count()'], ['last', 'last()'], ['median', 'median()'],
  ['diff', 'diff()'], ['diff_abs', 'diff_abs()'], ['percent_diff', 'percent_diff()'], ['percent_diff_abs', 'percent_diff_abs()'], ['count_non_null', 'count_non_null()'],
]

export interface Condition {
  evaluator: { type: string; params: number[] }
  operator: { type: string }
  query: { params: string[] }
  reducer: { type: string; params: unknown[] }
  type: 'query'
}

/** conditionsOf are the conditions of a target; one to begin with where it has none. */
export function conditionsOf(t: Target): Condition[] {
  const list = Array.isArray(t.conditions) ? (t.conditions as Partial<Condition>[]) : []
  return (list.length > 0 ? list : [{}]).map((c) => ({
    evaluator: { type: c.evaluator?.type ?? 'gt', params: c.evaluator?.params ?? [0] }, operator: { type: c.operator?.type ?? 'and' },
    query: { params: c.query?.params ?? [] }, reducer: { type: c.reducer?.type ?? 'last', params: [] }, type: 'query',
  }))
}

/** ends is how many numbers a comparison has. */
export const ends = (comparison: string) => (comparison === 'no_value' ? 0 : /range/.test(comparison) ? 2 : 1)

/** withEnd changes one number of a comparison; what is no number leaves it. */
export function withEnd(e: Condition['evaluator'], at: number, text: string): Condition['evaluator'] {
  const n = Number(text)
  if (text.trim() === '' || Number.isNaN(n)) return e
  return { ...e, params: Array.from({ length: Math.max(ends(e.type), at + 1) }, (_, i) => (i === at ? n : (e.params[i] ?? 0))) }
}

/** emptyExpression computes nothing yet; it is of the query before it. */
export function emptyExpression(refId: string, others: Target[]): Target {
  const last = others.at(-1)?.refId
  return { refId, datasource: expressionSource, type: 'math', expression: last ? `$${last}` : '' }
}

/** ofKind makes an expression of another kind, of the same input. */
export function ofKind(t: Target, kind: string): Target {
  const text = String(t.expression ?? '')
  const named = /\$\{([^}]+)\}|\$(\w+)/.exec(text)
  const input = named?.[1] ?? named?.[2] ?? text
  const usual: Record<string, Partial<Target>> = {
    math: { expression: input && t.type !== 'math' ? `$${input}` : text }, reduce: { expression: input, reducer: t.reducer ?? 'mean' },
    resample: { expression: input, window: t.window ?? '1m', downsampler: t.downsampler ?? 'mean', upsampler: t.upsampler ?? 'fillna' },
    threshold: { expression: input, conditions: conditionsOf(t) }, classic_conditions: { conditions: conditionsOf(t).map((c) => (c.query.params.length ? c : { ...c, query: { params: [input] } })) },
  }
  return { ...t, type: kind, ...usual[kind] }
}
