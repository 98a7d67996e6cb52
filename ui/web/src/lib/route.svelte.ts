/** The address of the page is its whole state: what is shown can be sent as a link. */
import { older } from './older'
import { zone } from './zone.svelte'

export interface Route {
  /** path below the base, without a slash at its ends: "trace/0af7…" */
  path: string
  params: URLSearchParams
}

type Value = string | string[] | undefined | null

function read(): Route {
  const base = new URL(document.baseURI).pathname
  const path = (location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname.slice(1)).replace(/\/+$/, '')
  const params = new URLSearchParams(location.search)
  const today = older(path, params)
  if (!today) return { path, params }
  history.replaceState(null, '', (location.pathname.startsWith(base) ? base : '/') + today.path + (today.params.size > 0 ? `?${today.params}` : ''))
  return today
}

/** decoded is a part of a path without its escapes; one that is no UTF-8 stays as it is. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** kiosked tells whether an address asks for the page without its frame: ?kiosk, ?kiosk=1, ?kiosk=tv. */
export function kiosked(params: URLSearchParams): boolean {
  return params.has('kiosk') && !/^(0|false)$/.test(params.get('kiosk')!)
}

/** change writes parameters into an address: a list is the parameter repeated, an empty one leaves it out. */
export function change(params: URLSearchParams, changes: Record<string, Value>) {
  for (const [name, value] of Object.entries(changes)) {
    if (Array.isArray(value)) {
      params.delete(name)
      for (const one of value) params.append(name, one)
    } else if (value) params.set(name, value)
    else params.delete(name)
  }
}

class Router {
  current = $state.raw<Route>(read())
  #unsaved: (() => string) | undefined

  constructor() {
    zone.tell(this.current.params.get('timezone'))
    let here = location.href
    addEventListener('popstate', () => {
      const kept = this.current.path
      const next = read()
      if (next.path !== kept && !this.#mayLeave()) {
        history.pushState(null, '', here)
        return
      }
      this.#show(next)
      here = location.href
    })
    addEventListener('beforeunload', (event) => {
      if (this.#unsaved?.()) event.preventDefault()
    })
  }

  #show(next: Route) {
    zone.tell(next.params.get('timezone'))
    this.current = next
  }

  /** guard asks before another page is shown while what it is given returns a question; call what it returns to end that. */
  guard(unsaved: () => string): () => void {
    this.#unsaved = unsaved
    return () => {
      if (this.#unsaved === unsaved) this.#unsaved = undefined
    }
  }

  #mayLeave(): boolean {
    const question = this.#unsaved?.()
    return !question || confirm(question)
  }

  /** href is the address of a path with parameters; empty ones are left out, the zone of times stays. */
  href(path: string, params: Record<string, Value> = {}): string {
    const target = new URL(path, document.baseURI)
    change(target.searchParams, params)
    return this.#zoned(target.pathname + target.search)
  }

  /** zoned adds the zone that this address asks for to another of the page that asks for none. */
  #zoned(url: string): string {
    const asked = this.current.params.get('timezone')
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : ''
    if (!asked || new URLSearchParams(query).has('timezone')) return url
    const [before, hash] = url.split(/(?=#)/, 2) as [string, string?]
    return `${before}${query ? '&' : '?'}${new URLSearchParams({ timezone: asked })}${hash ?? ''}`
  }

  /** link is the address that a file gives: below the page's root if it begins with "/", elsewhere only by a scheme that is safe. */
  link(url: string): string {
    if (/^[\w+.-]+:/.test(url)) return /^(https?|mailto):/i.test(url) ? url : '#'
    const base = new URL(document.baseURI).pathname
    if (url.startsWith('//')) return url
    if (url.startsWith('/')) return this.#zoned(url.startsWith(base) ? url : base + url.slice(1))
    if (url.startsWith('?')) return this.#zoned(location.pathname + url) // the same page
    return url === '' || /^[#.]/.test(url) ? url : this.#zoned(base + url)
  }

  /** go shows another address; replace leaves no step to go back to. It tells whether the reader let it. */
  go(href: string, replace = false): boolean {
    if (href === location.pathname + location.search) return true
    if (new URL(href, location.href).pathname !== location.pathname && !this.#mayLeave()) return false
    if (replace) history.replaceState(null, '', href)
    else history.pushState(null, '', href)
    this.#show(read())
    return true
  }

  /** set changes parameters of the address that is shown. */
  set(changes: Record<string, Value>, replace = true) {
    const params = new URLSearchParams(location.search)
    change(params, changes)
    const query = params.toString()
    this.go(location.pathname + (query ? `?${query}` : ''), replace)
  }
}

export const router = new Router()

/** followed makes a plain click on a link of ours a step of the page; others are the browser's. */
export function followed(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = (event.target as Element).closest('a')
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.hash) return
  if (!link.pathname.startsWith(new URL(document.baseURI).pathname) || link.pathname.includes('/api/') || link.dataset.leaves !== undefined) return
  event.preventDefault()
  if (router.go(link.pathname + link.search)) scrollTo(0, 0)
}
