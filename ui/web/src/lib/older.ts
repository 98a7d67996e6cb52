/**
 * Addresses that Grafana had before, or has beside, as those that it has today: links
 * from elsewhere are older than whoever follows them.
 */
import type { Route } from './route.svelte'

/** older is today's address of an older one, null if it is none. */
export function older(path: string, params: URLSearchParams): Route | null {
  if (/^dashboards\/f\//.test(path)) return { path: 'dashboards', params: new URLSearchParams() } // a folder
  const next = new URLSearchParams(params)
  const take = (name: string) => {
    const value = next.get(name)
    next.delete(name)
    return value
  }
  if (/^(d|dashboard)\//.test(path) && params.has('panelId') && (params.has('fullscreen') || params.has('edit'))) {
    const edited = ![null, 'false'].includes(params.get('edit'))
    for (const name of ['fullscreen', 'edit', 'tab']) next.delete(name)
    next.set(edited ? 'editPanel' : 'viewPanel', take('panelId')!)
  }
  const [middle, window] = [Number(params.get('time') || NaN), Number(params.get('time.window') || NaN)]
  if (middle >= 0 && window > 0) { // a moment, and how much of the time around it
    next.set('from', String(Math.round(middle - window / 2)))
    next.set('to', String(Math.round(middle + window / 2)))
    take('time')
    take('time.window')
  }
  return String(next) === String(params) ? null : { path, params: next }
}
