/** What a panel shows as a file to keep. */
import type { PanelQuestion, PanelView } from '../lib/api'
import { post } from '../lib/ask'
import { csv, download, fileName } from './csv'
import { picture } from './png'

/** saveCSV asks for a panel's data as a table and hands it to the browser as CSV. */
export async function saveCSV(question: PanelQuestion, title: string) {
  const view = await post<PanelView>('api/panel', { ...question, table: true })
  if (view.table) download(fileName(title, 'csv'), new Blob([csv(view.table)], { type: 'text/csv;charset=utf-8' }))
}

/** savePNG hands a picture of a panel to the browser. */
export async function savePNG(frame: HTMLElement, title: string) {
  const ground = getComputedStyle(document.documentElement).getPropertyValue('--panel').trim()
  download(fileName(title, 'png'), await picture(frame, ground))
}
