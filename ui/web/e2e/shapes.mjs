/** What a page draws on canvases, as the calls that drew it: dots and cells have no elements to be counted. */

/**
 * drawnShapes notes from now on what pages of a context draw; call it before they are
 * opened. It gives what tells of the canvas within a locator its last picture: dots
 * (circles, and squares of the same size) by their middle, and cells, each with the
 * opacity that it was drawn with, in the canvas' own points.
 */
export async function drawnShapes(context) {
  await context.addInitScript(() => {
    const { prototype } = CanvasRenderingContext2D
    const notes = (name, note) => {
      const own = prototype[name]
      prototype[name] = function (...given) {
        note(this, ...given)
        return own.apply(this, given)
      }
    }
    const of = (c) => (c.canvas.drawn ??= { dots: [], cells: [] })
    notes('setTransform', (c) => delete c.canvas.drawn) // a picture begins with it
    notes('arc', (c, x, y) => of(c).dots.push({ x, y, failed: false }))
    notes('rect', (c, x, y, w, h) => of(c).dots.push({ x: x + w / 2, y: y + h / 2, failed: true }))
    notes('fillRect', (c, x, y, w, h) => of(c).cells.push({ x, y, w, h, opacity: c.globalAlpha }))
  })
  return (within) => within.locator('canvas').evaluate((canvas) => ({ dots: [], cells: [], ...canvas.drawn, width: canvas.clientWidth, height: canvas.clientHeight }))
}
