/** What the menu "Add" does; loaded with the editor. */
import { router } from '../../lib/route.svelte'
import type { Board } from '../board.svelte'
import { added, addedRow } from '../model'
import { sourceOf, sources } from '../sources'
import { emptyTarget } from './queries'

/** addPanel puts a new panel on the draft and opens its editor. */
export async function addPanel(board: Board) {
  if (!(await board.edit()) || !board.draft) return
  const source = sourceOf(await sources(), undefined, 'prometheus')
  const [model, id] = added(board.draft, {
    type: 'timeseries', title: 'New panel',
    ...(source ? { datasource: { type: source.type, uid: source.uid } } : {}),
    targets: [emptyTarget('A', source)], fieldConfig: { defaults: {}, overrides: [] }, options: {},
  })
  board.change(model)
  router.set({ editPanel: String(id), viewPanel: null }, false)
}

/** addRow puts a row below everything. */
export async function addRow(board: Board) {
  if (!(await board.edit()) || !board.draft) return
  board.change(addedRow(board.draft)[0])
}
