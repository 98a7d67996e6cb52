import { aborted, troubleOf, type Trouble } from './ask'
import { time } from './time.svelte'

/** soonMs is within what a store fails that may be well in a moment; one that failed after long was hard at work. */
const soonMs = 3000

/**
 * Live asks a question and keeps the last answer: at once, again every few
 * seconds, and whenever what is asked changes. A hidden tab asks nothing. A
 * failure leaves the last answer standing beside it.
 */
export class Live<T> {
  answer = $state.raw<T | null>(null)
  trouble = $state.raw<Trouble | null>(null)
  asking = $state(false)
  /** the failure may pass by itself, and asking for it costs nobody much */
  passes = $state(false)
  #awaited = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #abort: AbortController | undefined
  #question: ((signal: AbortSignal) => Promise<T>) | undefined
  #every = 0

  /** watch starts to ask; every is in milliseconds, 0 asks once. */
  watch(question: (signal: AbortSignal) => Promise<T>, every: number) {
    this.#question = question
    this.#every = every
    void this.now()
  }

  /** now asks without waiting for the next turn. */
  async now() {
    this.stop()
    const question = this.#question
    if (!question) return
    const abort = (this.#abort = new AbortController())
    this.asking = true
    this.#await(this.#every === 0) // what has no pace of its own is asked at the page's
    const began = performance.now()
    try {
      const answer = document.hidden && this.answer !== null ? this.answer : await question(abort.signal)
      if (abort.signal.aborted) return
      this.answer = answer
      this.trouble = null
      this.passes = false
    } catch (error) {
      if (aborted(error) || abort.signal.aborted) return
      this.trouble = troubleOf(error)
      this.passes = (this.trouble.status === 0 || this.trouble.status === 502) && performance.now() - began < soonMs
    }
    this.asking = false
    this.#await(false)
    if (this.#every > 0) this.#timer = setTimeout(() => void this.now(), this.#every)
  }

  /** stop gives up what is being asked and asks no more. */
  stop() {
    clearTimeout(this.#timer)
    this.#abort?.abort()
    this.asking = false
    this.#await(false)
  }

  #await(awaited: boolean) {
    if (awaited !== this.#awaited) time.awaited += awaited ? 1 : -1
    this.#awaited = awaited
  }

  /** forget drops the answer, when it was of another question. */
  forget() {
    this.answer = null
    this.trouble = null
    this.passes = false
  }
}
