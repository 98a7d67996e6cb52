/** The annotations of a dashboard: asked for beside the panels, each kind switched on or off in the address. */
import type { Mark, MarkProblem, Marks, PanelQuestion, ViewNote } from '../lib/api'
import { aborted, post } from '../lib/ask'
import { router } from '../lib/route.svelte'
import { time } from '../lib/time.svelte'
import { visible } from '../lib/visible.svelte'
import type { Board } from './board.svelte'

/** lateMs is for how long nothing is said of annotations that have not come. */
const lateMs = 6000

export class Annotations {
  #marks = $state.raw<Mark[]>([])
  #problems = $state.raw<MarkProblem[]>([])
  #turned = $derived(new Set(router.current.params.getAll('marks')))

  constructor(private readonly board: Board) {}

  kinds = $derived.by(() => (this.board.answer?.annotations ?? []).filter((a) => !a.hidden))
  shown = $derived(this.#marks.filter((m) => {
    const kind = this.board.answer?.annotations.find((a) => a.name === m.name)
    return kind ? this.on(kind) : true
  }))

  /** of are those for one panel: an annotation may be for some panels alone, or for all but some. */
  of(panel: number): Mark[] {
    const kinds = new Map((this.board.answer?.annotations ?? []).map((a) => [a.name, a]))
    return this.shown.filter((m) => {
      const kind = kinds.get(m.name)
      return !kind || kind.panels.length === 0 || kind.panels.includes(panel) !== kind.exclude
    })
  }

  /** notes are what went wrong with an annotation that is on; "" is what is said of none that has a switch. */
  notes(name: string): ViewNote[] {
    const named = new Set(this.kinds.map((k) => k.name))
    return this.#problems.filter((p) => (named.has(p.name) ? p.name : '') === name && this.#isOn(p.name)).map((p) => ({ level: 'warn', text: p.name ? `Annotation “${p.name}”: ${p.text}` : p.text }))
  }

  /** notesOf are those of a panel that is seen without the dashboard's switches. */
  notesOf(panel: number): ViewNote[] {
    const kinds = this.board.answer?.annotations ?? []
    const others = kinds.filter((k) => k.panels.length > 0 && k.panels.includes(panel) === k.exclude).map((k) => k.name)
    return [...new Set(['', ...this.kinds.map((k) => k.name)])].filter((name) => !others.includes(name)).flatMap((name) => this.notes(name))
  }

  #isOn(name: string): boolean {
    const kind = this.board.answer?.annotations.find((a) => a.name === name)
    return !kind || this.on(kind)
  }

  on(kind: { name: string; enabled: boolean }): boolean {
    return kind.enabled !== this.#turned.has(kind.name)
  }

  toggle(name: string) {
    const turned = new Set(this.#turned)
    if (!turned.delete(name)) turned.add(name)
    router.set({ marks: [...turned] })
  }

  /** what is asked, as a text: a dashboard that comes again is not another question; "" is none */
  #asked = $derived.by(() => {
    if (!this.board.answer || this.board.answer.annotations.length === 0) return ''
    const any = { key: '', id: 0, scoped: {} } as never
    return JSON.stringify({ ...this.board.question(any, 1000, 300), panel: 0, model: this.#draft(), nowMs: 0 })
  })

  /** run asks at each turn of the time until what it returns is called. */
  run(): (() => void) | undefined {
    void time.tick
    const asked = this.#asked
    if (!asked || !visible.now) return undefined
    const abort = new AbortController()
    const question = { ...(JSON.parse(asked) as PanelQuestion), nowMs: time.now }
    const late = setTimeout(() => {
      this.#problems = [{ name: '', text: `no answer for ${lateMs / 1000} s yet; the Status page tells whether the data sources are well` }]
    }, lateMs)
    post<Marks>('api/marks', question, abort.signal).then(
      (got) => {
        clearTimeout(late)
        this.#marks = got.marks
        this.#problems = got.problems
      },
      (error: unknown) => {
        clearTimeout(late)
        if (!aborted(error)) this.#problems = [{ name: '', text: error instanceof Error ? error.message : String(error) }]
      },
    )
    return () => {
      clearTimeout(late)
      abort.abort()
    }
  }

  #draft(): unknown {
    const { draft, kept, name } = this.board
    return draft && (name === 'new' || draft.annotations !== kept?.annotations) ? draft.annotations : null
  }
}
