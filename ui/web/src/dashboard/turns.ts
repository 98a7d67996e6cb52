/**
 * Turns lets a few questions be under way at once, since a browser has six
 * connections to a server and one must stay free for the rest of the page; ones
 * known to be slow get only some of them, so they hold up no others.
 */
interface Waiting {
  slow: boolean
  go: (done: (() => void) | null) => void
}

export class Turns {
  #under = 0
  #slow = 0
  #waiting: Waiting[] = []

  constructor(
    private readonly most: number,
    private readonly mostSlow: number,
  ) {}

  /** take waits for a turn; the returned function ends it. Null if the question was given up before. */
  take(slow: boolean, signal: AbortSignal): Promise<(() => void) | null> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(null)
      const waiting: Waiting = { slow, go: resolve }
      signal.addEventListener('abort', () => {
        const i = this.#waiting.indexOf(waiting)
        if (i < 0) return
        this.#waiting.splice(i, 1)
        resolve(null)
      }, { once: true })
      this.#waiting.push(waiting)
      this.#next()
    })
  }

  #next() {
    while (this.#under < this.most) {
      const i = this.#waiting.findIndex((w) => !w.slow || this.#slow < this.mostSlow)
      if (i < 0) return
      const [{ slow, go }] = this.#waiting.splice(i, 1) as [Waiting]
      this.#under++
      if (slow) this.#slow++
      let over = false
      go(() => {
        if (over) return
        over = true
        this.#under--
        if (slow) this.#slow--
        this.#next()
      })
    }
  }
}
