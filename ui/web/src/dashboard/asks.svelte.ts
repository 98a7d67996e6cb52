/**
 * The question of one panel: asked again when something of it changes or time
 * moves on, given up when it is asked no more. The last answer stays until there
 * is a new one.
 */
import { untrack } from 'svelte'
import type { PanelQuestion, PanelView } from '../lib/api'
import { aborted, post, troubleOf, type Trouble } from '../lib/ask'
import { Turns } from './turns'

const turns = new Turns(5, 3)
const slowMs = 2000

export class PanelAsk {
  view = $state.raw<PanelView | null>(null)
  trouble = $state.raw<Trouble | null>(null)
  asking = $state(false)
  #asked = ''
  #turn = -1
  #took = 0
  #abort: AbortController | undefined

  /** want asks unless the same was asked at this turn, or is being asked. */
  want(question: PanelQuestion, turn: number) {
    untrack(() => this.#want(question, turn)) // called by effects, which wait for no answer
  }

  #want(question: PanelQuestion, turn: number) {
    const words = JSON.stringify({ ...question, nowMs: 0 })
    if (words === this.#asked && (turn === this.#turn || this.asking)) return
    this.#asked = words
    this.#turn = turn
    void this.#ask(question)
  }

  async #ask(question: PanelQuestion) {
    this.#abort?.abort()
    const abort = (this.#abort = new AbortController())
    this.asking = true
    const turn = await turns.take(this.#took > slowMs, abort.signal)
    if (!turn) return
    const began = performance.now()
    let givesWay = false
    const late = setInterval(() => {
      givesWay = turn.late()
      if (givesWay) abort.abort()
    }, slowMs)
    try {
      const view = await post<PanelView>('api/panel', question, abort.signal)
      if (abort.signal.aborted) return
      this.view = view
      this.trouble = null
      this.#took = performance.now() - began
    } catch (error) {
      if (aborted(error) || abort.signal.aborted) return
      this.trouble = troubleOf(error)
      this.#took = performance.now() - began
    } finally {
      clearInterval(late)
      turn.done()
      if (givesWay && this.asking && this.#abort === abort) {
        this.#took = performance.now() - began
        void this.#ask(question) // behind those that wait, as one that is slow
      }
    }
    this.asking = false
  }

  /** giveUp stops what is being asked; it will be asked again when it is wanted. */
  giveUp() {
    if (!untrack(() => this.asking)) return
    this.#abort?.abort()
    this.asking = false
    this.#asked = ''
  }
}
