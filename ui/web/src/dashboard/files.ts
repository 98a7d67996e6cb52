/** What a panel shows as a file to keep. */
import type { PanelQuestion, PanelView } from '../lib/api'
import { post } from '../lib/ask'
import { csvOf } from '../panels/csv'
import { pictureOf } from '../panels/picture'

/** saveCSV asks for a panel's data as a table and hands it to the browser as CSV. */
export async function saveCSV(question: PanelQuestion, title: string) {
  keepCSV(await post<PanelView>('api/panel', { ...question, table: true }), title)
}

/** keepCSV hands what is already there to the browser. */
export function keepCSV(view: PanelView, title: string) {
  download(fileName(title, 'csv'), new Blob([csvOf(view)], { type: 'text/csv;charset=utf-8' }))
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
