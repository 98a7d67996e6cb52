/** Held is whether the card beside what is read in a drawing stays, and whether keys brought it there. */
export class Held {
  /** the card stays, with its links */
  pinned = $state(false)
  byKeys = $state(false)

  /** enter holds the card by a key, as Tip then enters it; one that is held is entered again. */
  enter(root: HTMLElement | undefined) {
    if (this.pinned) root?.ownerDocument.querySelector<HTMLElement>('.tip.pinned a')?.focus()
    this.pinned = this.byKeys = true
  }
}
