import { expect, test } from 'vitest'
import { assembled } from './frames'

const lines = ['{"title":"load","chart":{"lines":[{"values":[]},{"values":[]}]}}', '{"at":["chart","lines",0,"values"],"values":[1,null]}', '{"at":["chart","lines",1,"values"],"values":[2.5,"ü"]}', '{"frames":2}', '']

/** body streams a text in pieces of some bytes. */
function body(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(to) {
      if (at >= bytes.length) return to.close()
      to.enqueue(bytes.slice(at, (at += size)))
    },
  })
}

test('frames are put together wherever the pieces of the stream are cut', async () => {
  for (const size of [1, 7, 64, 10_000]) {
    expect(await assembled(body(lines.join('\n'), size))).toEqual({ title: 'load', chart: { lines: [{ values: [1, null] }, { values: [2.5, 'ü'] }] } })
  }
})

test('an answer that ends too early is no answer', async () => {
  for (const text of [lines.slice(0, 3).join('\n') + '\n', lines.slice(0, 2).join('\n') + '\n{"frames":2}\n', lines[0]! + '\n', '']) {
    await expect(assembled(body(text, 64))).rejects.toThrow('too early')
  }
})
