/**
 * Where the pointer is on the time axis, for all charts of a dashboard: the one
 * that has the pointer writes it, the others follow.
 */
export type Follow = 'own' | 'crosshair' | 'tooltip'

export class Crosshair {
  /** Unix milliseconds, null when no chart has the pointer */
  at = $state.raw<number | null>(null)
  /** the chart that has the pointer */
  owner = $state.raw<unknown>(null)
  /** what the other charts show: nothing, a line, or a line and their values */
  follow = $state<Follow>('crosshair')

  constructor(follow: string = 'crosshair') {
    this.follow = follow === 'own' || follow === 'tooltip' ? follow : 'crosshair'
  }

  put(owner: unknown, at: number | null) {
    if (at === null && this.owner !== owner) return
    this.owner = at === null ? null : owner
    this.at = at
  }

  /** for the chart `me`: the time at which another chart has the pointer */
  others(me: unknown): number | null {
    return this.follow === 'own' || this.owner === me ? null : this.at
  }
}
