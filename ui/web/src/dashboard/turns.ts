/**
 * Turns lets a few questions be under way at once, since a browser has six
 * connections to a server and one must stay free for the rest of the page. Slow
 * ones hold up no others: of those that are known to be slow only some are let go,
 * and one that turns out to be slow while others wait gives its turn back and waits
 * behind them.
 */
interface Waiting {
  slow: boolean
  go: (turn: Turn | null) => void
}

export interface Turn {
  /** ends it */
  done(): void
  /** says that it takes long; true if it has to give way: the question is to be given up and asked again */
  late(): boolean
}

export class Turns {
  #under = 0
  #slow = 0
  #waiting: Waiting[] = []

  constructor(
    private readonly most: number,
    private readonly mostSlow: number,
  ) {}

  /** take waits for a turn; null if the question was given up before. */
  take(slow: boolean, signal: AbortSignal): Promise<Turn | null> {
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
      go(this.#turn(slow))
    }
  }

  #turn(slow: boolean): Turn {
    let over = false
    return {
      done: () => {
        if (over) return
        over = true
        this.#under--
        if (slow) this.#slow--
        this.#next()
      },
      late: () => {
        if (over || slow) return false
        if (this.#slow >= this.mostSlow && this.#waiting.some((w) => !w.slow)) return true
        slow = true
        this.#slow++
        return false
      },
    }
  }
}
