/** A panel that another page hands to the dashboard that is opened next. */
import type { PanelModel } from './model'

export type NewPanel = Omit<PanelModel, 'id' | 'gridPos'>

let waiting: { board: string; panel: NewPanel } | null = null

/** hand leaves a panel for a dashboard: its uid, or "new". */
export function hand(board: string, panel: NewPanel) {
  waiting = { board, panel }
}

/** taken is what waits for a dashboard, once. */
export function taken(board: string): NewPanel | null {
  const found = waiting
  waiting = null
  return found?.board === board ? found.panel : null
}
