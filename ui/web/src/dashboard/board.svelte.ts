/**
 * A dashboard that is shown: its variables and panels as the server laid them out,
 * which rows are folded and, while it is edited, the draft and the steps back.
 * Everything that a link should reproduce is in the address.
 */
import type { Dashboard, DashboardDraft, DashboardSave, DashboardSaved, Panel, PanelQuestion } from '../lib/api'
import { aborted, ask, post, troubleOf, type Trouble } from '../lib/ask'
import { Crosshair } from '../lib/crosshair.svelte'
import { router } from '../lib/route.svelte'
import { theme } from '../lib/theme.svelte'
import { time } from '../lib/time.svelte'
import { visible } from '../lib/visible.svelte'
import { zone } from '../lib/zone.svelte'
import { isRow, laidOut, type Box, type Placed } from './layout'
import { folded, newDashboard, panelOf, placed, readModel, type DashboardModel, type PanelModel } from './model'
import { addressed, currentOf, filterOf, filtersOf, filterText, outlived, valuesOf } from './vars'
import type { AdHocFilter, Variable } from '../lib/api'

export class Board {
  answer = $state.raw<Dashboard | null>(null)
  trouble = $state.raw<Trouble | null>(null)
  asking = $state(false)
  /** how often values of variables came late: panels were asked without them and are asked again */
  came = $state(0)
  /** the JSON that is edited, null while nothing is */
  draft = $state.raw<DashboardModel | null>(null)
  /** the JSON as it is kept */
  kept = $state.raw<DashboardModel | null>(null)
  readonly crosshair = new Crosshair()
  #past = $state.raw<DashboardModel[]>([])
  #future = $state.raw<DashboardModel[]>([])
  #abort: AbortController | undefined
  /** rows that are not as the file has them */
  #turned = $derived(new Set((router.current.params.get('rows') ?? '').split(',').filter(Boolean)))

  /** "home", "new", a uid, or "db/" and a title as older addresses have it */
  constructor(readonly name: string) {
    if (name === 'new') {
      this.kept = newDashboard()
      this.draft = this.kept
    }
  }

  changed = $derived(this.draft !== null && this.draft !== this.kept)
  canUndo = $derived(this.#past.length > 0)
  canRedo = $derived(this.#future.length > 0)
  values = $derived(currentOf(this.answer?.variables ?? []))
  filters = $derived(filtersOf(this.answer?.variables ?? []))
  /** the address's variables */
  #inAddress = $derived(valuesOf(router.current.params))
  /** these as a text, which tells whether an answer is of them */
  #chosen = $derived(JSON.stringify(this.#inAddress))
  /** the variables that the last answer is of */
  #answered = $state.raw('')
  /** what is chosen and has no answer yet: the fields show it at once, whether the stores are slow, late or out */
  #awaited = $derived(this.#chosen === this.#answered ? {} : this.#inAddress)
  folded = $derived(new Set((this.answer?.panels ?? []).filter((p) => isRow(p) && this.isFolded(p)).map((p) => p.key)))
  placed = $derived<Placed[]>(laidOut(this.answer?.panels ?? [], this.folded))
  title = $derived(this.draft?.title ?? this.answer?.title ?? '')

  /** what the variables of the address say; a change of it is another question */
  asked = $derived(JSON.stringify([valuesOf(router.current.params), time.from, time.to, zone.name]))

  isFolded(row: Panel): boolean {
    return row.collapsed !== this.#turned.has(row.key)
  }

  fold(row: Panel) {
    this.#turn([row.key])
  }

  foldAll(fold: boolean) {
    const rows = (this.answer?.panels ?? []).filter((p) => isRow(p) && this.isFolded(p) !== fold)
    this.#turn(rows.map((r) => r.key))
  }

  #turn(rows: string[]) {
    const turned = new Set(this.#turned)
    for (const key of rows) if (!turned.delete(key)) turned.add(key)
    router.set({ rows: [...turned].join(',') })
  }

  /** load asks how the dashboard is for the variables and the range of the address. */
  async load() {
    this.#abort?.abort()
    const abort = (this.#abort = new AbortController())
    this.asking = true
    const chosen = this.#chosen
    try {
      const answer = this.draft ? await this.#drafted(this.draft, abort.signal) : await this.#saved(abort.signal)
      if (abort.signal.aborted) return
      if (chosen === this.#chosen) { // else another choice was made this moment, which is asked for next
        const gone = outlived(this.#offered, answer.variables)
        if (Object.keys(gone).length > 0) return router.set(gone) // and so it is asked again; no panel asks for what is not there
        this.#offered = this.#offered.filter((o) => answer.variables.some((v) => v.name === o.name && v.late)) // these are held against what comes yet
      }
      this.#answered = chosen
      if (this.answer?.variables.some((v) => v.late && answer.variables.some((now) => now.name === v.name && !now.late))) this.came++
      if (!this.answer) time.usual({ from: answer.from || 'now-1h', to: answer.to || 'now', refresh: answer.refresh })
      this.answer = answer
      this.trouble = null
      this.crosshair.mode = answer.tooltip === 'crosshair' || answer.tooltip === 'tooltip' ? answer.tooltip : 'own'
    } catch (error) {
      if (aborted(error) || abort.signal.aborted) return
      this.trouble = troubleOf(error)
    }
    this.asking = false
    this.#awaitLate()
  }

  /** awaitLate asks again for values that a store is still at, until there are none: the rest is drawn meanwhile. */
  #awaitLate() {
    clearTimeout(this.#late)
    if (!this.answer?.variables.some((v) => v.late)) return
    this.#late = setTimeout(() => (visible.now ? void this.load() : this.#awaitLate()), 2000)
  }

  #late: ReturnType<typeof setTimeout> | undefined

  #saved(signal: AbortSignal): Promise<Dashboard> {
    const uid = this.answer?.uid || this.name
    const older = this.name.startsWith('db/') ? `api/dashboards/db/${encodeURIComponent(this.name.slice(3))}` : null
    const path = this.name === 'home' && !this.answer ? 'api/dashboards/home' : !this.answer && older ? older : `api/dashboards/uid/${encodeURIComponent(uid)}`
    const query = new URLSearchParams([...router.current.params].filter(([name]) => name.startsWith('var-')))
    // The range of the address, if it has one: without, the file's own counts.
    for (const name of ['from', 'to']) {
      const value = router.current.params.get(name) ?? (this.answer ? time[name as 'from' | 'to'] : null)
      if (value) query.set(name, value)
    }
    query.set('timezone', zone.full)
    return ask<Dashboard>(`${path}?${query}`, {}, signal)
  }

  #drafted(model: DashboardModel, signal: AbortSignal): Promise<Dashboard> {
    const filters = (this.answer?.variables ?? []).filter((v) => v.type === 'adhoc').flatMap((v) => this.#filtersOfAddress(v.name))
    const draft = { model: model as never, vars: valuesOf(router.current.params), filters, from: time.from, to: time.to } satisfies DashboardDraft
    return post<Dashboard>('api/dashboards/draft', draft, signal)
  }

  #filtersOfAddress(name: string): AdHocFilter[] {
    return router.current.params.getAll(`var-${name}`).flatMap((t) => filterOf(t) ?? [])
  }

  stop() {
    this.#abort?.abort()
    clearTimeout(this.#late)
  }

  /** need loads unless the answer is already that of this address, turn and draft. */
  need(turn: number) {
    const now = { asked: this.asked, turn, draft: this.draft }
    const before = this.#settled
    if (before && before.asked === now.asked && before.turn === turn && before.draft === now.draft) return
    this.#settled = now
    void this.load()
  }

  /** settle says that the address was written from the answer, which so is of this address. */
  settle() {
    this.#answered = this.#chosen
    if (this.#settled) this.#settled = { ...this.#settled, asked: this.asked }
  }

  #settled: { asked: string; turn: number; draft: DashboardModel | null } | undefined

  /** what the other variables offered when a reader chose one, and the one as well if another was chosen before there was an answer */
  #offered: Variable[] = []

  /** choose sets a variable; the address tells it and the dashboard is asked for again. */
  choose(v: Variable, values: string[]) {
    const kept = new Set(this.#offered.map((o) => o.name))
    this.#offered = (this.answer?.variables ?? []).filter((other) => other.name !== v.name || kept.has(v.name))
    router.set(addressed(v.name, values), false)
  }

  filter(v: Variable, filters: AdHocFilter[]) {
    router.set(addressed(v.name, filters.map(filterText)), false)
  }

  /** valuesOf is what is chosen of a variable now, answered or not. */
  valuesOf(v: Variable): string[] {
    return this.#awaited[v.name] ?? v.current
  }

  /** filtersOf is what an ad hoc variable filters by now, answered or not. */
  filtersOf(v: Variable): AdHocFilter[] {
    return this.#awaited[v.name] ? this.#filtersOfAddress(v.name) : v.filters
  }

  /** awaits tells whether a variable was chosen anew and the panels are still those of before. */
  awaits(v: Variable): boolean {
    const values = this.#awaited[v.name]
    if (!values) return false
    return v.type === 'adhoc' ? values.join() !== v.filters.map(filterText).join() : values.join() !== v.current.join()
  }

  /** question is what a panel asks of the server. */
  question(panel: Panel, width: number, height: number): PanelQuestion {
    const model = this.unsaved(panel.id)
    const templating = this.draft && this.draft.templating !== this.kept?.templating ? this.draft.templating : null
    return {
      dashboard: this.name === 'new' ? '' : (this.answer?.uid ?? ''),
      panel: panel.id,
      model: (model ?? null) as never,
      variables: (this.name === 'new' ? (this.draft?.templating ?? null) : templating) as never,
      vars: this.values, filters: this.filters, scoped: panel.scoped,
      from: time.from, to: time.to, nowMs: time.now,
      width: Math.max(50, Math.round(width / 50) * 50), height: Math.max(50, Math.round(height / 50) * 50),
      light: !theme.dark, utc: zone.name === 'utc', zone: zone.full, frame: '', table: false, steps: false,
    }
  }

  /** unsaved is the JSON of a panel that is not as it is kept. */
  unsaved(id: number): PanelModel | undefined {
    if (!this.draft || !this.kept) return undefined
    const now = panelOf(this.draft, id)
    return now && (this.name === 'new' || now !== panelOf(this.kept, id)) ? now : undefined
  }

  /** edit begins to edit: the JSON is fetched. */
  async edit(): Promise<boolean> {
    if (this.draft) return true
    if (!this.answer?.canEdit) return false
    try {
      this.kept = readModel(await ask<DashboardModel>(`api/dashboards/uid/${encodeURIComponent(this.answer.uid)}/json`))
      this.draft = this.kept
      return true
    } catch (error) {
      this.trouble = troubleOf(error)
      return false
    }
  }

  /** change makes a step that undo takes back; steps of the same kind shortly after each other are one. */
  change(model: DashboardModel, merge = '') {
    if (!this.draft || model === this.draft) return
    const again = merge !== '' && merge === this.#merge && Date.now() - this.#changedAt < 1500
    if (!again) this.#past = [...this.#past.slice(-199), this.draft]
    this.#merge = merge
    this.#changedAt = Date.now()
    this.#future = []
    this.draft = model
  }

  #merge = ''
  #changedAt = 0

  undo() {
    const last = this.#past.at(-1)
    if (!last || !this.draft) return
    this.#future = [this.draft, ...this.#future]
    this.#past = this.#past.slice(0, -1)
    this.#merge = ''
    this.draft = last
  }

  redo() {
    const [next, ...rest] = this.#future
    if (!next || !this.draft) return
    this.#past = [...this.#past, this.draft]
    this.#future = rest
    this.draft = next
  }

  /** place writes where panels stand after one was moved; it is seen at once. */
  place(boxes: Placed[], merge = '') {
    if (!this.draft || !this.answer) return
    const places = new Map<number, Box>()
    const seen = new Map<string, Box>()
    for (const b of boxes) {
      seen.set(b.panel.key, b)
      if (!places.has(b.panel.id)) places.set(b.panel.id, b)
    }
    const rows = new Map(this.answer.panels.filter(isRow).map((p) => [p.id, this.isFolded(p)]))
    const model = folded(this.draft, (row) => rows.get(row.id) ?? Boolean(row.collapsed))
    if (router.current.params.has('rows')) router.set({ rows: null })
    const sorted = [...boxes].sort((a, b) => a.y - b.y || a.x - b.x)
    let row: Panel | null = null
    const rowOf = new Map<string, string>()
    for (const b of sorted) {
      if (isRow(b.panel)) row = b.panel
      else rowOf.set(b.panel.key, row?.key ?? '')
    }
    this.answer = {
      ...this.answer,
      panels: this.answer.panels.map((p) => {
        const box = seen.get(p.key)
        const collapsed = isRow(p) ? (rows.get(p.id) ?? p.collapsed) : p.collapsed
        return box ? { ...p, x: box.x, y: box.y, w: box.w, h: box.h, row: rowOf.get(p.key) ?? p.row, collapsed } : { ...p, collapsed }
      }),
    }
    this.change(placed(model, places), merge)
  }

  /** discard ends editing without keeping anything. */
  discard() {
    this.draft = null
    this.#past = []
    this.#future = []
  }

  /** now is the dashboard as it is kept by now, whoever saved it, and its JSON. */
  async now(): Promise<{ about: Dashboard; json: DashboardModel }> {
    const path = `api/dashboards/uid/${encodeURIComponent(this.answer?.uid ?? '')}`
    const [about, json] = await Promise.all([ask<Dashboard>(path), ask<DashboardModel>(`${path}/json`)])
    return { about, json }
  }

  /** save keeps the draft; it throws what the server says against it. */
  async save(model: DashboardModel, message: string, copy: boolean, version = this.kept?.version ?? 0): Promise<DashboardSaved> {
    const question = { model: model as never, version, message, copy } satisfies DashboardSave
    const saved = await post<DashboardSaved>('api/dashboards/save', question)
    this.kept = { ...model, uid: saved.uid, version: saved.version }
    this.discard()
    return saved
  }
}
