import type { Option } from '../../frame/Combobox.svelte'

/** zoneOptions are the zones that an axis may have, as Grafana's files name them. */
export function zoneOptions(): Option[] {
  const places = Intl.supportedValuesOf('timeZone').filter((z) => z !== 'UTC')
  return [{ value: 'browser', text: 'Browser time' }, { value: 'utc', text: 'UTC' }, ...places.map((z) => ({ value: z, text: z }))]
}
