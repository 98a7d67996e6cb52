/** What a panel shows as a file to keep. */
import type { PanelQuestion, PanelView } from '../lib/api'
import { post } from '../lib/ask'
import { csvOf } from '../panels/csv'
import { pictureOf } from '../panels/picture'

/** saveCSV asks for a panel's data as a table and hands it to the browser as CSV; with every, all tables that there are: a graph is its nodes and its edges. */
export async function saveCSV(question: PanelQuestion, title: string, every = false) {
  const view = await post<PanelView>('api/panel', { ...question, table: true })
  const others = every ? (view.table?.frames ?? []).filter((_, i) => i !== view.table?.frame) : []
  keepCSV(await Promise.all([view, ...others.map((frame) => post<PanelView>('api/panel', { ...question, table: true, frame }))]), title)
}

/** keepCSV hands what is already there to the browser, several tables with an empty line between them. */
export function keepCSV(views: PanelView[], title: string) {
  download(fileName(title, 'csv'), new Blob([views.map(csvOf).join('\r\n')], { type: 'text/csv;charset=utf-8' }))
}

/** savePNG hands a picture of a panel's body to the browser. */
export async function savePNG(body: HTMLElement, title: string) {
  download(fileName(title, 'png'), await pictureOf(body, title))
}

/** saveJSON hands a model to the browser. */
export function saveJSON(text: string, title: string) {
  download(fileName(title, 'json'), new Blob([text], { type: 'application/json' }))
}

/** fileName makes a title fit to be the name of a file. */
export function fileName(title: string, ending: string): string {
  const name = title.normalize('NFKD').replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').replaceAll(/^-+|-+$/g, '').slice(0, 80)
  return `${name || 'panel'}.${ending}`
}

function download(name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
