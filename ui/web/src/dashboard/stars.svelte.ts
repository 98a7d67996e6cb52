/** The dashboards that the reader of this browser likes; and those seen last. */
function kept(name: string): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(name) ?? '[]')
    return Array.isArray(list) ? list.filter((v) => typeof v === 'string') : []
  } catch {
    return []
  }
}

function keep(name: string, list: string[]) {
  try {
    localStorage.setItem(name, JSON.stringify(list))
  } catch {
    // A browser that keeps nothing: the list lasts as long as the page.
  }
}

class Stars {
  list = $state.raw(kept('stars'))
  recent = $state.raw(kept('recent'))

  has(uid: string): boolean {
    return this.list.includes(uid)
  }

  toggle(uid: string) {
    this.list = this.has(uid) ? this.list.filter((u) => u !== uid) : [...this.list, uid]
    keep('stars', this.list)
  }

  saw(uid: string) {
    if (this.recent[0] === uid) return
    this.recent = [uid, ...this.recent.filter((u) => u !== uid)].slice(0, 8)
    keep('recent', this.recent)
  }
}

export const stars = new Stars()
