/** Names and values that a trace store knows, for completion; asked for again after a minute, at once if there were none. */
import type { Tags, TagValue, TagValues } from '../lib/api'
import { ask } from '../lib/ask'

const stays = 60_000
const most = 200

export class Words {
  #kept = new Map<string, { at: number; answer: Promise<unknown> }>()

  constructor(
    private readonly ds: () => string,
    private readonly range: () => { from: number; to: number },
  ) {}

  tags(): Promise<Tags> {
    return this.#ask<Tags>('api/tags', {})
  }

  /** values are those of a tag, within the spans of a query. */
  values(tag: string, within = ''): Promise<TagValue[]> {
    return this.#ask<TagValues>('api/tag-values', { tag, q: within }).then((v) => v.values)
  }

  #ask<T>(path: string, params: Record<string, string>): Promise<T> {
    const ds = this.ds()
    const key = `${path} ${ds} ${JSON.stringify(params)}`
    const kept = this.#kept.get(key)
    if (kept && Date.now() - kept.at < stays) return kept.answer as Promise<T>
    if (this.#kept.size > most) this.#kept.clear()
    const answer = ask<T>(path, { ...params, ds, ...this.range() })
    const forget = () => {
      if (this.#kept.get(key)?.answer === answer) this.#kept.delete(key)
    }
    answer.then((a) => isEmpty(a as Partial<Tags & TagValues>) && forget(), forget)
    this.#kept.set(key, { at: Date.now(), answer })
    return answer
  }
}

/** isEmpty tells an answer of a store that has no spans yet, beside the names that every store has. */
const isEmpty = (a: Partial<Tags & TagValues>) => (a.values ? a.values.length === 0 : !a.scopes?.some((s) => s.name !== 'intrinsic' && s.tags.length > 0))
