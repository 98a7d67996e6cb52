/** The data sources of the site, asked for once. */
import type { DataSource, Site } from '../lib/api'
import { ask } from '../lib/ask'
import type { Board } from './board.svelte'

let known: Promise<DataSource[]> | undefined

export function sources(): Promise<DataSource[]> {
  known ??= ask<Site>('api/site').then((s) => s.dataSources, () => {
    known = undefined // asked again next time
    return []
  })
  return known
}

/** sourceOf finds a data source by uid or by name, as files name them; the default where they name none. */
export function sourceOf(list: DataSource[], name: string | undefined, type = ''): DataSource | undefined {
  if (name && !name.startsWith('$')) return list.find((s) => s.uid === name) ?? list.find((s) => s.name === name)
  const fit = list.filter((s) => !type || s.type === type)
  return fit.find((s) => s.isDefault) ?? fit[0]
}

/** sourceOfVariable is the uid of the metrics store that a variable is about. */
export async function sourceOfVariable(board: Board, name: string): Promise<string> {
  const model = board.draft?.templating.list.find((v) => v.name === name) as { datasource?: { uid?: string } } | undefined
  return sourceOf(await sources(), model?.datasource?.uid, 'prometheus')?.uid ?? ''
}
