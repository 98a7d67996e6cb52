/** The keys of a graph that is moved and zoomed, for who has the focus on something of it. */

/** What a graph does with its view. */
export interface GraphView {
  /** moves what is shown, by CSS pixels */
  pan: (x: number, y: number) => void
  /** makes it larger by a factor */
  scale: (by: number) => void
  fit: () => void
}

const stepPx = 60

/** graphKey does what a key stands for. Arrows alone stay the page's, which scrolls. */
export function graphKey(event: KeyboardEvent, view: GraphView) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const does: Record<string, () => void> = event.shiftKey
    ? { ArrowLeft: () => view.pan(stepPx, 0), ArrowRight: () => view.pan(-stepPx, 0), ArrowUp: () => view.pan(0, stepPx), ArrowDown: () => view.pan(0, -stepPx) }
    : { 0: view.fit }
  const act = { ...does, '+': () => view.scale(1.3), '-': () => view.scale(1 / 1.3) }[event.key]
  if (!act) return
  event.preventDefault()
  event.stopPropagation()
  act()
}
