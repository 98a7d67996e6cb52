/** The data sources of the site, asked for once. */
import type { DataSource, Site } from '../lib/api'
import { ask } from '../lib/ask'
import { storeOf, type QueryType } from './state'

let asked: Promise<DataSource[]> | undefined

export function sources(): Promise<DataSource[]> {
  asked ??= ask<Site>('api/site').then(
    (s) => s.dataSources.filter((d) => d.type === 'tempo' || d.type === 'prometheus'),
    (error: unknown) => {
      asked = undefined
      throw error
    },
  )
  return asked
}

/** sourceOf finds a data source by uid or name; without one that which a kind of query usually asks. */
export function sourceOf(all: DataSource[], ds: string, type: QueryType): DataSource | null {
  if (ds) return all.find((d) => d.uid === ds) ?? all.find((d) => d.name === ds) ?? null
  const fit = all.filter((d) => d.type === storeOf(type))
  return fit.find((d) => d.isDefault) ?? fit[0] ?? null
}

/** proxyOf is where the page passes questions on to a data source. */
export const proxyOf = (uid: string) => new URL(`api/datasources/proxy/uid/${encodeURIComponent(uid)}`, document.baseURI).href
