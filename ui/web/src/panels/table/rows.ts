/** Which rows of a table are seen and in which order. */
import type { Shown, TableView } from '../../lib/api'

export interface Order {
  column: number
  desc: boolean
}

/** Chosen are the values of a column that a reader wants to see. */
export type Chosen = ReadonlyMap<number, ReadonlySet<string>>

export const textOf = (cell: Shown | undefined): string => (cell ? cell.prefix + cell.text + cell.suffix : '')

const collator = new Intl.Collator('en', { numeric: true })

/** rowsOf filters, then sorts; cells without a value come last whichever way. */
export function rowsOf(table: TableView, order: Order | null, chosen: Chosen): Shown[][] {
  const filters = [...chosen].filter(([, values]) => values.size > 0)
  const rows = filters.length === 0 ? table.rows : table.rows.filter((row) => filters.every(([column, values]) => values.has(textOf(row[column]))))
  if (!order) return rows
  const sign = order.desc ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [a[order.column], b[order.column]]
    const [noX, noY] = [blank(x), blank(y)]
    if (noX || noY) return noX === noY ? 0 : noX ? 1 : -1
    if (x!.number !== null && y!.number !== null) return sign * (x!.number - y!.number)
    return sign * collator.compare(textOf(x), textOf(y))
  })
}

const blank = (cell: Shown | undefined) => !cell || (cell.number === null && cell.text === '')

/** turned is the order after a click on a header: up, down, as it came. */
export function turned(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, desc: false }
  return order.desc ? null : { column, desc: true }
}

/** firstOrder is the one that the panel asks for. */
export function firstOrder(table: TableView): Order | null {
  const column = table.columns.findIndex((c) => c.name === table.sortBy)
  return column < 0 ? null : { column, desc: table.sortDesc }
}

/** choicesOf are the values of a column with how often each is there. */
export function choicesOf(table: TableView, column: number): { value: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const row of table.rows) counts.set(textOf(row[column]), (counts.get(textOf(row[column])) ?? 0) + 1)
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => collator.compare(a.value, b.value))
}

/** numbersOf reads the values of a small chart in a cell: [1,2,null,3]. */
export function numbersOf(cell: Shown): (number | null)[] {
  return cell.text.replace(/^\[|\]$/g, '').split(',').slice(0, 2000).map((part) => {
    const n = Number(part)
    return part.trim() === '' || part.trim() === 'null' || Number.isNaN(n) ? null : n
  })
}
