/** Completion of ad hoc filters from the metrics store's own labels, through the proxy to data sources. */
import { ask } from '../lib/ask'
import { time } from '../lib/time.svelte'
import type { Board } from './board.svelte'
import { sourceOfVariable } from './sources'

interface Labels {
  data: string[]
}

/** labelValues are the values of a label over the dashboard's range, none if the store does not say. */
export async function labelValues(variable: string, key: string, board: Board): Promise<string[]> {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key)) return []
  const { from, to } = time.range
  try {
    const uid = await sourceOfVariable(board, variable)
    const got = await ask<Labels>(`api/datasources/proxy/uid/${encodeURIComponent(uid)}/api/v1/label/${key}/values`, { start: from / 1000, end: to / 1000, limit: 500 })
    return got.data
  } catch {
    return [] // the field takes any text
  }
}
