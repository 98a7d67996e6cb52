import type { Failure } from './api'

/** Trouble is a question that was not answered: what failed and the next step. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly status: number,
  ) {
    super(message)
  }
}

type Params = Record<string, string | number | undefined | null>

/** ask gets one answer of the page's server. Empty parameters are left out. */
export async function ask<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const target = new URL(path, document.baseURI)
  target.search = query.toString()
  let answer: Response
  try {
    answer = await fetch(target, { signal: signal ?? null, headers: { Accept: 'application/json' } })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Trouble('The page\'s server does not answer.', 'Is supersonic still running? The page asks again by itself where it is live.', 0)
  }
  const body: unknown = await answer.json().catch(() => null)
  if (answer.ok && body !== null) return body as T
  const failure = (body ?? {}) as Partial<Failure>
  throw new Trouble(failure.error ?? `${path} answered ${answer.status}`, failure.hint ?? '', answer.status)
}

/** troubleOf makes whatever was thrown fit to be shown. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Trouble) return error
  return new Trouble(error instanceof Error ? error.message : String(error), 'This is a fault of the page; reloading may help.', 0)
}

/** aborted tells a question that was given up from one that failed. */
export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
