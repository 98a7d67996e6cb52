/** The address of the page is its whole state: what is shown can be sent as a link. */

export interface Route {
  /** path below the base, without a slash at its ends: "trace/0af7…" */
  path: string
  params: URLSearchParams
}

function read(): Route {
  const base = new URL(document.baseURI).pathname
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname.slice(1)
  return { path: path.replace(/\/+$/, ''), params: new URLSearchParams(location.search) }
}

class Router {
  current = $state.raw<Route>(read())

  constructor() {
    addEventListener('popstate', () => (this.current = read()))
  }

  /** href is the address of a path with parameters; empty ones are left out. */
  href(path: string, params: Record<string, string | undefined | null> = {}): string {
    const target = new URL(path, document.baseURI)
    for (const [name, value] of Object.entries(params)) {
      if (value) target.searchParams.set(name, value)
    }
    return target.pathname + target.search
  }

  /** go shows another address; replace leaves no step to go back to. */
  go(href: string, replace = false) {
    if (href === location.pathname + location.search) return
    if (replace) history.replaceState(null, '', href)
    else history.pushState(null, '', href)
    this.current = read()
  }

  /** set changes parameters of the address that is shown. */
  set(changes: Record<string, string | undefined | null>, replace = true) {
    const params = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(changes)) {
      if (value) params.set(name, value)
      else params.delete(name)
    }
    const query = params.toString()
    this.go(location.pathname + (query ? `?${query}` : ''), replace)
  }
}

export const router = new Router()

/** followed makes a plain click on a link of ours a step of the page; others are the browser's. */
export function followed(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = (event.target as Element).closest('a')
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (!link.pathname.startsWith(new URL(document.baseURI).pathname) || link.pathname.includes('/api/')) return
  event.preventDefault()
  router.go(link.pathname + link.search)
  scrollTo(0, 0)
}
