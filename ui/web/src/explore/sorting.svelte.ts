/** Sorting of a table by one column at a time; the same column again turns it round. */
export type Value = number | string | null | undefined

export class Sorting {
  column = $state('')
  down = $state(true)

  constructor(column: string, down = true) {
    this.column = column
    this.down = down
  }

  by(column: string, downFirst: boolean) {
    if (this.column === column) this.down = !this.down
    else [this.column, this.down] = [column, downFirst]
  }

  order(column: string) {
    return this.column !== column ? undefined : this.down ? ('descending' as const) : ('ascending' as const)
  }

  /** sorted puts rows in order; what has no value comes last either way. */
  sorted<T>(rows: T[], value: (row: T) => Value): T[] {
    const sign = this.down ? -1 : 1
    return rows.toSorted((a, b) => {
      const [v, w] = [value(a), value(b)]
      const [none, gone] = [v === null || v === undefined, w === null || w === undefined]
      if (none || gone) return Number(none) - Number(gone)
      return v === w ? 0 : (v! < w! ? -1 : 1) * sign
    })
  }
}
