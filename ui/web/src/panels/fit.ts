/** Text as large as fits, and boxes that fill a place. */
export interface Grid {
  columns: number
  rows: number
}

type Measure = (text: string) => number

let context: CanvasRenderingContext2D | null | undefined
const known = new Map<string, number>()

/** widthAt100 is how wide a text is at 100 px. */
export function widthAt100(text: string): number {
  const found = known.get(text)
  if (found !== undefined) return found
  context ??= document.createElement('canvas').getContext('2d')
  if (!context) return text.length * 56
  context.font = `500 100px ${getComputedStyle(document.body).fontFamily}`
  const width = context.measureText(text).width
  if (known.size > 4000) known.clear()
  known.set(text, width)
  return width
}

/** fit is the largest size at which a text stays within width and height. */
export function fit(text: string, width: number, height: number, most = 160, measure: Measure = widthAt100): number {
  const wide = measure(text)
  const byWidth = wide > 0 ? (width / wide) * 100 : most
  return Math.max(8, Math.floor(Math.min(byWidth, height / 1.15, most)))
}

/** gridOf arranges n boxes: side by side, below each other, or so that the smaller measure of a box is largest. */
export function gridOf(n: number, width: number, height: number, orientation: string, shape = 2): Grid {
  if (n <= 1) return { columns: 1, rows: 1 }
  if (orientation === 'vertical') return { columns: n, rows: 1 }
  if (orientation === 'horizontal') return { columns: 1, rows: n }
  let best: Grid = { columns: n, rows: 1 }
  let most = 0
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns)
    const size = Math.min(width / columns / shape, height / rows) - (columns * rows - n) * 0.5
    if (size > most) [most, best] = [size, { columns, rows }]
  }
  return best
}

/** cutTo shortens a text in its middle until it is no wider than a place, at a size in pixels. */
export function cutTo(text: string, width: number, size: number, measure: Measure = widthAt100): string {
  const wide = (t: string) => (measure(t) * size) / 100
  for (let length = text.length; length > 3; length--) {
    const short = cut(text, length)
    if (wide(short) <= width) return short
  }
  return cut(text, 3)
}

/** cut shortens a text in its middle, where names of pods differ least. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const tail = Math.ceil((length - 1) * 0.6)
  return `${text.slice(0, Math.max(1, length - 1 - tail))}…${text.slice(-tail)}`
}
