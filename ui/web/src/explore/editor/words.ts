/**
 * What may stand at a place of a TraceQL query, found from the text before it: a
 * half-written query has no tree to go by.
 */
export type Place =
  | { at: 'tag'; from: number; words: string[] }
  | { at: 'value'; from: number; tag: string; op: string; quoted: boolean; before: string }
  | { at: 'op' | 'join'; from: number }
  | { at: 'stage'; from: number }
  | { at: 'nothing' }

const tagEnd = /(?:[\w.:/@-]|"(?:[^"\\]|\\.)*")*$/
const valueAt = /((?:[\w.:/@-]|"(?:[^"\\]|\\.)*")+)\s*(=~|!~|!=|>=|<=|=|>|<)\s*("(?:[^"\\]|\\.)*|[\w.-]*)$/

/** placeAt tells what is written at the end of text. */
export function placeAt(text: string): Place {
  const depth = braces(text)
  const word = tagEnd.exec(text)![0]
  const from = text.length - word.length
  if (depth === 0) return outside(text, word, from)
  const value = valueAt.exec(text)
  if (value) return { at: 'value', from: text.length - value[3]!.length, tag: value[1]!, op: value[2]!, quoted: value[3]!.startsWith('"'), before: complete(text.slice(text.lastIndexOf('{'), value.index)) }
  const before = text.slice(0, from).trimEnd()
  if (/(^|[{(!]|&&|\|\|)$/.test(before)) return { at: 'tag', from, words: [] }
  if (!word && /\s$/.test(text)) return { at: finished(before) ? 'join' : 'op', from }
  return { at: 'nothing' }
}

function outside(text: string, word: string, from: number): Place {
  const before = text.slice(0, from).trimEnd()
  const call = /\b(by|select|(?:min|max|avg|sum|quantile|histogram)_over_time|min|max|avg|sum)\s*\((?:[^()]*,)?$/.exec(before)
  if (call) return { at: 'tag', from, words: [] }
  if (before.endsWith('|')) return { at: 'stage', from }
  return { at: 'nothing' }
}

/** braces is how deep the end of text is within { }, not counting what stands in quotes. */
function braces(text: string): number {
  let depth = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quote) {
      if (c === '\\' && quote === '"') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === '`') quote = c
    else if (c === '{') depth++
    else if (c === '}') depth = Math.max(0, depth - 1)
  }
  return depth
}

/** finished tells a whole comparison from a name that waits for its operator. */
const finished = (before: string) => /(=~|!~|!=|>=|<=|=|>|<)\s*("(?:[^"\\]|\\.)*"|`[^`]*`|[\w.-]+)$/.test(before)

/** complete is the query of what stands before a term that is being written, '' if that is none. */
function complete(opened: string): string {
  const inner = opened.slice(1).replace(/(&&|\|\||!|\(|\s)+$/, '')
  return inner.trim() && !inner.includes('||') && !/[()]/.test(inner) ? `{ ${inner.trim()} }` : ''
}

export const stages: [string, string][] = [
  ['rate()', 'spans a second'],
  ['count_over_time()', 'number of spans'],
  ['quantile_over_time(duration, .5, .9, .99)', 'exact quantiles'],
  ['histogram_over_time(duration)', 'a heat map'],
  ['min_over_time(duration)', 'the least'],
  ['max_over_time(duration)', 'the most'],
  ['avg_over_time(duration)', 'the mean'],
  ['sum_over_time(duration)', 'the sum'],
  ['compare({ status = error })', 'what tells a selection from the rest'],
  ['select(', 'show attributes'],
  ['by(', 'group the spans of a trace'],
  ['coalesce()', 'ungroup them'],
  ['count() > 1', 'number of spans in a trace'],
  ['avg(duration) > 10ms', 'mean over a trace'],
  ['max(duration) > 100ms', 'most in a trace'],
  ['topk(5)', 'the highest series'],
]

export const operators = ['=', '!=', '=~', '!~', '>', '>=', '<', '<=']

const fixed: Record<string, string[]> = {
  status: ['error', 'ok', 'unset'],
  kind: ['server', 'client', 'internal', 'producer', 'consumer', 'unspecified'],
  duration: ['1ms', '5ms', '10ms', '50ms', '100ms', '500ms', '1s', '5s'],
}

/** fixedValues are those of an intrinsic that no store has to be asked for. */
export function fixedValues(tag: string): string[] | null {
  const name = tag.replace(/^(span|trace|event):/, '')
  if (/^(traceDuration|timeSinceStart)$/.test(name)) return fixed.duration!
  return fixed[name] ?? null
}
