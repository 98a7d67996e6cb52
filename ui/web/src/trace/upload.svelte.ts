/** A file of traces: it stays in this tab, the server reads it and keeps nothing. */
import type { Comparison, Failure, Latency, TraceFile } from '../lib/api'
import { Trouble } from '../lib/ask'

class Upload {
  file = $state.raw<File | null>(null)
}

/** upload is the file that was opened last; a reload forgets it. */
export const upload = new Upload()

async function read<T>(file: File, params: Record<string, string>, signal: AbortSignal, path = 'api/traces/read'): Promise<T> {
  const target = new URL(path, document.baseURI)
  for (const [k, v] of Object.entries(params)) if (v) target.searchParams.set(k, v)
  let answer: Response
  try {
    answer = await fetch(target, { method: 'POST', body: file, signal, headers: { 'Content-Type': 'application/json' } })
  } catch (error) {
    if (signal.aborted) throw error
    throw new Trouble('The file could not be sent to the page\'s server.', 'Is it still there, smaller than 64 MiB, and is supersonic running?', 0)
  }
  const body: unknown = await answer.json().catch(() => null)
  if (answer.ok && body !== null) return body as T
  const failure = (body ?? {}) as Partial<Failure>
  throw new Trouble(failure.error ?? `the file was answered with ${answer.status}`, failure.hint ?? '', answer.status)
}

export const readTraces = (file: File, id: string, signal: AbortSignal) => read<TraceFile>(file, { id }, signal)
export const readComparison = (file: File, id: string, other: string, signal: AbortSignal) => read<Comparison>(file, { id, with: other }, signal)
export const readLatency = (file: File, params: Record<string, string>, signal: AbortSignal) => read<Latency>(file, params, signal, 'api/latency/file')
