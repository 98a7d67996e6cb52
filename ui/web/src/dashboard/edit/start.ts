/** What the menu "Add" does; loaded with the editor. */
import { router } from '../../lib/route.svelte'
import type { Board } from '../board.svelte'
import type { NewPanel } from '../handed'
import { added, addedRow } from '../model'
import { sourceOf, sources } from '../sources'
import { emptyTarget } from './queries'

/** addPanel puts a new panel on the draft and opens its editor. */
export async function addPanel(board: Board) {
  const source = sourceOf(await sources(), undefined, 'prometheus')
  await addGiven(board, {
    type: 'timeseries', title: 'New panel',
    ...(source ? { datasource: { type: source.type, uid: source.uid } } : {}),
    targets: [emptyTarget('A', source)], fieldConfig: { defaults: {}, overrides: [] }, options: {},
  })
}

/** addGiven does so with a panel that is made already. */
export async function addGiven(board: Board, panel: NewPanel) {
  if (!(await board.edit()) || !board.draft) return
  const [model, id] = added(board.draft, panel)
  board.change(model)
  router.set({ editPanel: String(id), viewPanel: null }, false)
}

/** addRow puts a row below everything. */
export async function addRow(board: Board) {
  if (!(await board.edit()) || !board.draft) return
  board.change(addedRow(board.draft)[0])
}
