/** The units that the server knows, asked for when an editor opens. */
import type { Units } from '../../lib/api'
import { ask } from '../../lib/ask'
import type { Option } from '../../frame/Combobox.svelte'

class UnitOptions {
  #list = $state.raw<Option[]>([])
  #asked = false

  get list(): Option[] {
    if (!this.#asked) {
      this.#asked = true
      ask<Units>('api/units').then(
        (got) => (this.#list = [{ value: '', text: 'No unit', group: '' }, ...got.units.map((u) => ({ value: u.id, text: u.name, group: u.group }))]),
        () => (this.#asked = false), // any unit can be typed; asked again with the next field
      )
    }
    return this.#list
  }
}

export const unitOptions = new UnitOptions()
