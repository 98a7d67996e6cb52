/** What a panel shows as a file. */
import type { TableView } from '../lib/api'

/** csv writes a table as RFC 4180 has it; a number is written as a number and not with its unit. */
export function csv(table: TableView): string {
  const columns = table.columns.map((c, i) => ({ c, i })).filter(({ c }) => !c.hidden)
  const lines = [columns.map(({ c }) => quoted(c.name))]
  for (const row of table.rows) {
    lines.push(columns.map(({ c, i }) => {
      const cell = row[i]
      if (!cell) return ''
      if (c.kind === 'number') return cell.number === null ? '' : String(cell.number)
      if (c.kind === 'time' && cell.number !== null) return new Date(cell.number).toISOString()
      return quoted(cell.text)
    }))
  }
  return lines.map((l) => l.join(',') + '\r\n').join('')
}

// A spreadsheet takes text that begins like a formula for one.
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[-+]?[\d.]+$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** fileName makes a title fit to be the name of a file. */
export function fileName(title: string, ending: string): string {
  const name = title.normalize('NFKD').replaceAll(/[^\p{L}\p{N}.-]+/gu, '-').replaceAll(/^-+|-+$/g, '').slice(0, 80)
  return `${name || 'panel'}.${ending}`
}

/** download hands a file to the browser. */
export function download(name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
