/** A panel under the pointer while it is moved or resized: what is seen meanwhile, and the end of it. */
import { columns, moved, type Placed } from './layout'

export class Moving {
  boxes = $state.raw<Placed[] | null>(null)
  key = $state('')

  start(event: PointerEvent, host: HTMLElement, boxes: Placed[], box: Placed, what: 'move' | 'size', end: (boxes: Placed[]) => void) {
    if (event.button !== 0) return
    event.preventDefault()
    const unitX = (host.clientWidth + 8) / columns
    const unitY = 38
    const { clientX, clientY } = event
    const abort = new AbortController()
    const listen = { signal: abort.signal }
    this.key = box.panel.key
    let last = ''
    window.addEventListener('pointermove', (e) => {
      const x = Math.round((e.clientX - clientX) / unitX)
      const y = Math.round((e.clientY - clientY) / unitY)
      if (`${x} ${y}` === last) return
      last = `${x} ${y}`
      const size = { w: Math.min(Math.max(1, box.w + x), columns - box.x), h: Math.max(1, box.h + y) }
      this.boxes = moved(boxes, box, what === 'move' ? { x: box.x + x, y: box.y + y } : size)
      if (e.clientY > innerHeight - 40) scrollBy(0, 20)
      else if (e.clientY < 60) scrollBy(0, -20)
    }, listen)
    const over = (keep: boolean) => {
      abort.abort()
      if (keep && this.boxes) end(this.boxes)
      this.boxes = null
      this.key = ''
    }
    window.addEventListener('pointerup', () => over(true), listen)
    window.addEventListener('pointercancel', () => over(false), listen)
    window.addEventListener('keydown', (e) => e.key === 'Escape' && over(false), listen)
  }
}
