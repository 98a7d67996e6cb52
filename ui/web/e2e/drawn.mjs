/** What a canvas was told to write, and what colour its pixels are: a chart read without its own code. */
import assert from 'node:assert/strict'
import { pixelsOf } from './pixels.mjs'

/** remembers makes every canvas of a page keep the texts that were written since it was last cleared, in pixels of the page. */
export const remembers = (page) => page.addInitScript(() => {
  const of = CanvasRenderingContext2D.prototype
  const [clear, write] = [of.clearRect, of.fillText]
  of.clearRect = function (...box) {
    this.canvas.written = []
    return clear.apply(this, box)
  }
  of.fillText = function (text, x, y, ...more) {
    const [m, dpr] = [this.getTransform(), devicePixelRatio]
    this.canvas.written?.push({ text, wide: (m.a * this.measureText(text).width) / dpr, x: (m.a * x + m.c * y + m.e) / dpr, y: (m.b * x + m.d * y + m.f) / dpr, color: this.fillStyle, align: this.textAlign })
    return write.call(this, text, x, y, ...more)
  }
})

/**
 * drawnOn reads the chart of a panel: over is the box of its plot; axis gives the labels
 * of numbers left or right of it; colourAt the colour of a pixel of the plot, row and
 * column those of a line of them; cut are texts that do not fit. numberOf reads a label.
 */
export async function drawnOn(page, panel, numberOf = parseFloat) {
  await page.mouse.move(0, 0)
  const { texts, host, over } = await panel.locator('.host').evaluate((host) => {
    const [h, o] = [host.getBoundingClientRect(), host.querySelector('.u-over').getBoundingClientRect()]
    return { texts: host.querySelector('canvas').written, host: { x: h.x, y: h.y, width: h.width, height: h.height }, over: { left: o.x - h.x, top: o.y - h.y, width: o.width, height: o.height } }
  })
  const picture = pixelsOf(await page.screenshot({ clip: host }))
  const colour = (x, y) => [...picture.rows.subarray((Math.round(y) * picture.width + Math.round(x)) * picture.size, (Math.round(y) * picture.width + Math.round(x)) * picture.size + 3)]
  const axis = (side) => texts.filter((t) => t.y < over.top + over.height + 4 && (side === 'left' ? t.x < over.left : t.x > over.left + over.width) && /\d/.test(t.text))
    .map((t) => ({ ...t, value: numberOf(t.text) })).sort((a, b) => a.value - b.value)
  /** yOf is where an axis' labels say that a value is, from the plot's top. */
  const yOf = (value, side = 'left') => {
    const labels = axis(side)
    const [low, high] = [labels[0], labels.at(-1)]
    return low.y + ((value - low.value) / (high.value - low.value)) * (high.y - low.y) - over.top
  }
  /** cut are the texts that do not fit between the left and the right end. */
  const cut = texts.filter(({ x, wide, align }) => {
    const left = align === 'center' ? x - wide / 2 : /right|end/.test(align) ? x - wide : x
    return left < -1 || left + wide > host.width + 1
  }).map((t) => t.text)
  return { texts, cut, over, axis, yOf, colourAt: (x, y) => colour(over.left + x, over.top + y), column: (x) => Array.from({ length: Math.floor(over.height) }, (_, y) => colour(over.left + x, over.top + y)), row: (y) => Array.from({ length: Math.floor(over.width) }, (_, x) => colour(over.left + x, over.top + y)) }
}

/** apart is how far two colours are from each other, of 255. */
export const apart = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i])))

/** mixed is what a see-through colour makes of its ground. */
export const mixed = (ground, colour, share) => ground.map((v, i) => Math.round(v + (colour[i] - v) * share))

/** rgb reads #rrggbb. */
export const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16))

export const near = (a, b, by, what) => assert.ok(Math.abs(a - b) <= by, `${what}: ${a}, not ${b}`)
export const like = (a, b, what, by = 12) => assert.ok(apart(a, b) <= by, `${what}: ${a}, not ${b}`)

/** of is how many of some pixels have a colour. */
export const of = (pixels, colour, by = 24) => pixels.filter((p) => apart(p, colour) <= by).length

/** rowOf is the middle of the rows of a column of pixels that are the most like a colour, null if none is. */
export function rowOf(d, x, colour) {
  const far = d.column(x).map((c) => apart(c, colour))
  const least = Math.min(...far)
  const rows = far.flatMap((by, y) => (by <= least + 12 ? [y] : []))
  return least > 110 ? null : rows.reduce((a, b) => a + b, 0) / rows.length
}
