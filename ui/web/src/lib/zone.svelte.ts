/**
 * The zone in which the page shows times and reads dates: the reader's, UTC, or one that
 * the address names (?timezone=Europe/Zurich). The router tells it, everything that
 * writes a time goes by it.
 */

/** A zone by its name: "" is the reader's. */
export type ZoneName = string

const quarter = 900_000
const most = 20_000

/** Offsets of one zone, which change only at quarters of an hour. */
class Offsets {
  readonly #format: Intl.DateTimeFormat
  readonly #known = new Map<number, number>()

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
  }

  /** at is how far the zone is ahead of UTC, in milliseconds. */
  at(ms: number): number {
    const begin = Math.floor(ms / quarter)
    let known = this.#known.get(begin)
    if (known === undefined) {
      known = this.#asked(begin * quarter)
      if (this.#known.size >= most) this.#known.clear()
      this.#known.set(begin, known)
    }
    return known
  }

  #asked(ms: number): number {
    const parts = Object.fromEntries(this.#format.formatToParts(ms).map((p) => [p.type, p.value]))
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
    const read = new Date(0)
    read.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
    read.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second))
    return read.getTime() - ms
  }
}

class Zone {
  name = $state<ZoneName>('')
  /** what the address asks for and this browser does not know */
  unknown = $state('')
  readonly #offsets = new Map<string, Offsets>()

  /** tell takes what an address says: a zone's name, "utc", "browser" or nothing. */
  tell(text: string | null) {
    const name = zoneOf(text)
    this.unknown = name === null ? text! : ''
    this.name = name ?? ''
  }

  /** full is the name by which others know the zone. */
  get full(): string {
    return fullName(this.name)
  }

  /** offset is how far a zone is ahead of UTC at a moment, in milliseconds. */
  offset(ms: number, name: ZoneName): number {
    if (name === 'utc' || Math.abs(ms) > 8.64e15) return 0
    if (name === '') return -new Date(ms).getTimezoneOffset() * 60_000
    let of = this.#offsets.get(name)
    if (!of) this.#offsets.set(name, (of = new Offsets(name)))
    return of.at(ms)
  }
}

export const zone = new Zone()

/** readers is the zone of the reader's computer. */
export const readers = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/** fullName is the name by which others know a zone. */
export const fullName = (name: ZoneName): string => (name === 'utc' ? 'UTC' : name || readers())

/** zonesOf are the zones of a time axis that may have its own: "" among them is the page's. */
export function zonesOf(own: string[]): ZoneName[] {
  const known = own.map((z) => (z === '' ? zone.name : zoneOf(z))).filter((z) => z !== null)
  return known.length > 0 ? known : [zone.name]
}

/** zoneOf is the zone of a text as addresses and dashboards have it, null if there is none of that name. */
export function zoneOf(text: string | null | undefined): ZoneName | null {
  if (!text || text === 'browser') return ''
  if (/^(etc\/)?utc$/i.test(text)) return 'utc'
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone && text
  } catch {
    return null
  }
}

/** wall is a clock of the zone: the UTC fields of what it returns are what the clock shows. */
export function wall(ms: number, name: ZoneName = zone.name): Date {
  return new Date(ms + zone.offset(ms, name))
}

/**
 * unwall is when a clock of the zone shows what the UTC fields of a date say. What it shows
 * twice is the first of them; what it leaves out is counted on from before.
 */
export function unwall(shown: Date | number, name: ZoneName = zone.name): number {
  const at = Number(shown)
  const day = 86_400_000
  const [before, after] = [zone.offset(at - day, name), zone.offset(at + day, name)]
  const first = at - before
  if (before === after || zone.offset(first, name) === before) return first
  return zone.offset(at - after, name) === after ? at - after : first
}

/** pictured is a Date whose fields by this computer's clock are those of a clock of the zone: what uPlot takes. */
export function pictured(ms: number, name: ZoneName = zone.name): Date {
  const w = wall(ms, name)
  return new Date(w.getUTCFullYear(), w.getUTCMonth(), w.getUTCDate(), w.getUTCHours(), w.getUTCMinutes(), w.getUTCSeconds(), w.getUTCMilliseconds())
}
