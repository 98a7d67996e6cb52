/**
 * Which row stands in which place of a list of which only a part is drawn. A place
 * is used again and again; at most a few change in one frame, those in the middle
 * of what is seen first, so that a far scroll holds up nothing.
 */
export interface Wanted {
  /** the first row that is to be drawn, and the one after the last */
  first: number
  last: number
  /** how many rows the list has, and how many places there are: at least last - first */
  count: number
  places: number
}

/** none stands in a place without a row. */
export const none = -1

/** turned gives each place its row, at most `most` of them a new one, and says whether some still wait. */
export function turned(held: readonly number[], want: Wanted, most: number): { rows: number[]; waiting: boolean } {
  const { first, last, count, places } = want
  const rows = Array.from({ length: places }, (_, place) => {
    const row = held[place] ?? none
    return row < count && row % places === place ? row : none
  })
  const coming: number[] = []
  for (let row = first; row < last; row++) if (rows[row % places] !== row) coming.push(row)
  const middle = (first + last - 1) / 2
  coming.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
  for (const row of coming.slice(0, most)) rows[row % places] = row
  return { rows, waiting: coming.length > most }
}
