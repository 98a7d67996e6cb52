/** Which lines a click on the legend leaves to be seen, as Grafana has it. */

/** picked: a click shows one line alone, the same again all; with Ctrl, Cmd or Shift it takes one line away or adds it. */
export function picked(names: string[], hidden: ReadonlySet<string>, name: string, add: boolean): ReadonlySet<string> {
  if (add) {
    const next = new Set(hidden)
    if (!next.delete(name)) next.add(name)
    return next.size >= new Set(names).size ? new Set() : next
  }
  const alone = !hidden.has(name) && names.every((n) => n === name || hidden.has(n))
  return alone ? new Set() : new Set(names.filter((n) => n !== name))
}

/** offAtFirst are the names that a panel keeps in its legend and does not draw before they are clicked. */
export function offAtFirst(of: { name: string; off: boolean }[]): ReadonlySet<string> {
  return new Set(of.flatMap((l) => (l.off ? [l.name] : [])))
}

export interface Entry {
  name: string
  color: string
  /** in the order of the legend's columns */
  calcs: { number: number | null; text: string; prefix: string; suffix: string; color: string }[]
  /** as a dashed line, a bar or a dot */
  mark: 'line' | 'dash' | 'box' | 'dot'
}

/** sorted orders the rows of a legend by one of its columns; those without a value come last. */
export function sorted<E extends Entry>(entries: E[], columns: string[], by: string, desc: boolean): E[] {
  if (!by) return entries
  const sign = desc ? -1 : 1
  if (by.toLowerCase() === 'name') return entries.toSorted((a, b) => sign * a.name.localeCompare(b.name, 'en', { numeric: true }))
  const at = columns.indexOf(by)
  if (at < 0) return entries
  return entries.toSorted((a, b) => {
    const [x, y] = [a.calcs[at]?.number ?? null, b.calcs[at]?.number ?? null]
    return x === null ? (y === null ? 0 : 1) : y === null ? -1 : sign * (x - y)
  })
}
