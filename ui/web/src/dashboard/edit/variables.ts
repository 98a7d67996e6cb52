/** What the settings of a variable offer, by its type. */
import type { DataSource } from '../../lib/api'
import type { VariableModel } from '../model'
import type { Choice, OptionField } from './fields'

export const variableTypes: Choice[] = [
  ['query', 'Query'], ['custom', 'Custom'], ['constant', 'Constant'], ['textbox', 'Text box'], ['interval', 'Interval'], ['datasource', 'Data source'], ['adhoc', 'Ad hoc filters'],
]

const several: OptionField[] = [
  { path: 'multi', name: 'Several values', group: '', kind: 'switch', usual: false },
  { path: 'includeAll', name: 'Include "All"', group: '', kind: 'switch', usual: false },
  { path: 'allValue', name: 'Value of "All"', group: '', kind: 'text' },
  { path: 'allowCustomValue', name: 'Values that are typed', group: '', kind: 'switch', usual: true },
]

const query: OptionField[] = [
  { path: 'regex', name: 'Regexp', group: '', kind: 'text', hint: '/keep (this)/' },
  { path: 'sort', name: 'Sort', group: '', kind: 'choice', choices: [[0, 'As they come'], [1, 'Alphabetical'], [2, 'Alphabetical, from the end'], [3, 'Numerical'], [4, 'Numerical, from the end'], [5, 'Alphabetical, upper as lower'], [6, 'Alphabetical, upper as lower, from the end'], [7, 'Natural'], [8, 'Natural, from the end']], usual: 0 },
  { path: 'refresh', name: 'Asked for', group: '', kind: 'choice', choices: [[0, 'never'], [1, 'when the dashboard is opened'], [2, 'when the time range changes']], usual: 1 },
]

/** variableFields are the options of a type. */
export function variableFields(type: string): OptionField[] {
  const all: OptionField[] = [
    { path: 'label', name: 'Label', group: '', kind: 'text' },
    { path: 'description', name: 'Description', group: '', kind: 'text' },
    { path: 'hide', name: 'Is shown', group: '', kind: 'choice', choices: [[0, 'with its label'], [1, 'without its label'], [2, 'not at all']], usual: 0 },
  ]
  if (type === 'query') return [...all, ...query, ...several]
  if (type === 'custom') return [...all, ...several]
  if (type === 'datasource') return [...all, query[0]!, ...several]
  if (type === 'interval') return [...all, { path: 'auto', name: 'Auto', group: '', kind: 'switch', usual: false }, { path: 'auto_count', name: 'Steps of auto', group: '', kind: 'number', usual: 30 }, { path: 'auto_min', name: 'Least of auto', group: '', kind: 'text', hint: '10s' }]
  return all
}

/** newVariable asks for the values of a label. */
export function newVariable(list: VariableModel[], known: DataSource[]): VariableModel {
  let n = list.length
  while (list.some((v) => v.name === `query${n}`)) n++
  const source = known.find((s) => s.type === 'prometheus' && s.isDefault) ?? known.find((s) => s.type === 'prometheus')
  return {
    name: `query${n}`, type: 'query', refresh: 1, sort: 1, multi: false, includeAll: false, hide: 0, regex: '', options: [], current: {},
    query: { qryType: 1, query: '', refId: 'PrometheusVariableQueryEditor-VariableQuery' }, definition: '',
    ...(source ? { datasource: { type: source.type, uid: source.uid } } : {}),
  }
}
