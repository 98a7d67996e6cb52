/** Ctrl and Z take the last step back and, with Shift, do it again, while no field that is written into has the focus. */
interface Steps {
  undo(): void
  redo(): void
}

const written = 'input:not([type="checkbox"]):not([type="radio"]), textarea, [contenteditable="true"]'

/** undoing listens until the returned function is called. */
export function undoing(steps: Steps): () => void {
  const listen = (e: KeyboardEvent) => {
    const target = e.composedPath()[0] as HTMLElement // the query's editor is within a tree of its own
    if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'z' || target.closest(written)) return
    e.preventDefault()
    e.stopPropagation()
    if (e.shiftKey) steps.redo()
    else steps.undo()
  }
  addEventListener('keydown', listen, { capture: true })
  return () => removeEventListener('keydown', listen, { capture: true })
}
