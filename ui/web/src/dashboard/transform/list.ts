/** A panel's transformations as its file has them. */
import type { PanelModel } from '../model'
import { kindOf } from './kinds'

export interface Transformation {
  id: string
  options?: Record<string, unknown>
  disabled?: boolean
  filter?: { id: string; options?: unknown }
  [key: string]: unknown
}

export const transformationsOf = (model: PanelModel) => (Array.isArray(model.transformations) ? model.transformations : []) as Transformation[]

/** begun is a new one. */
export const begun = (id: string): Transformation => ({ id, options: structuredClone(kindOf(id)?.start ?? {}) })

/** replaced puts another in the place of the i-th; what is undefined is not written. */
export function replaced(list: Transformation[], i: number, to: Transformation): Transformation[] {
  const clean = Object.fromEntries(Object.entries(to).filter(([, v]) => v !== undefined)) as Transformation
  return list.map((t, j) => (i === j ? clean : t))
}
