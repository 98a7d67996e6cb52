import type { Mark, Panel, PanelView } from '../lib/api'
import type { Crosshair } from '../lib/crosshair.svelte'

/** What every kind of panel is given. */
export interface BodyProps {
  view: PanelView
  panel: Panel
  /** pixels */
  width: number
  height: number
  /** one for all panels of a dashboard: where the pointer is */
  crosshair?: Crosshair
  /** annotations, drawn on every time axis */
  marks?: Mark[]
  /** another one of a table's several tables is wanted */
  onframe?: (name: string) => void
}
