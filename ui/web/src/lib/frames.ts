/**
 * An answer in frames, one a line: the answer without its long columns, each column
 * with its place, the number of columns. Read a line at a time it never holds up
 * the page, however large it is.
 */

/** how long lines are read at a stretch, ms */
const stretch = 8

interface Frame {
  at?: (string | number)[]
  values?: unknown
  frames?: number
}

/** assembled puts the frames of a body together; an answer that ends too early is an error. */
export async function assembled(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let whole: unknown
  let columns = 0
  let told = -1
  let rest = ''
  let began = performance.now()
  const read = (line: string) => {
    const frame: unknown = JSON.parse(line)
    if (whole === undefined) whole = frame
    else if ((frame as Frame).at) {
      put(whole, frame as Frame)
      columns++
    } else told = (frame as Frame).frames ?? -1
  }
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line) read(line)
      if (performance.now() - began < stretch) continue
      await new Promise((go) => setTimeout(go))
      began = performance.now()
    }
  }
  if (told !== columns) throw new Error('the answer ended too early')
  return whole
}

function put(whole: unknown, frame: Frame) {
  const way = [...frame.at!]
  const last = way.pop()!
  let at = whole as Record<string | number, unknown>
  for (const key of way) at = at[key] as Record<string | number, unknown>
  at[last] = frame.values
}
