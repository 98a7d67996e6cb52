import type { Failure, Place } from './api'
import { clock } from './clock.svelte'
import { assembled } from './frames'

const frames = 'application/x-ndjson'

/** Trouble is a question that was not answered: what failed and the next step. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly hint: string,
    readonly status: number,
    /** where in a query that cannot be read */
    readonly place: Place | null = null,
  ) {
    super(message)
  }
}

type Params = Record<string, string | number | string[] | undefined | null>

/** ask gets one answer of the page's server. Empty parameters are left out. */
export async function ask<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (Array.isArray(value)) for (const one of value) query.append(name, one)
    else if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const target = new URL(path, document.baseURI)
  if (query.size > 0) target.search = query.toString()
  return answered<T>(path, target, { signal: signal ?? null, headers: { Accept: 'application/json' } })
}

/** post asks a question that needs more words than an address has, or that changes what is kept. */
export async function post<T>(path: string, question: unknown, signal?: AbortSignal): Promise<T> {
  return answered<T>(path, new URL(path, document.baseURI), {
    method: 'POST',
    signal: signal ?? null,
    headers: { Accept: `application/json, ${frames}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(question),
  })
}

async function answered<T>(path: string, target: URL, request: RequestInit): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(target, request)
    clock.heard(answer.headers.get('Date'))
  } catch (error) {
    if (request.signal?.aborted) throw error
    throw new Trouble('The page\'s server does not answer.', 'Is supersonic still running? The page asks again by itself where it is live.', 0)
  }
  const body: unknown = await bodyOf(answer).catch(() => null)
  if (request.signal?.aborted) throw new DOMException('given up', 'AbortError')
  if (answer.ok && body !== null) return body as T
  const failure = (body ?? {}) as Partial<Failure>
  if (answer.ok) throw new Trouble('The answer of the page\'s server is not whole.', 'The connection broke off; ask again.', 0)
  throw new Trouble(failure.error ?? `${path} answered ${answer.status}`, failure.hint ?? '', answer.status, failure.place ?? null)
}

function bodyOf(answer: Response): Promise<unknown> {
  return answer.body && answer.headers.get('Content-Type') === frames ? assembled(answer.body) : answer.json()
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
