/** Dark or light: as the system has it until the reader chooses. */
class Theme {
  chosen = $state<'dark' | 'light' | ''>(stored())

  constructor() {
    this.#show()
  }

  get dark(): boolean {
    return this.chosen ? this.chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  }

  toggle() {
    this.chosen = this.dark ? 'light' : 'dark'
    try {
      localStorage.setItem('theme', this.chosen)
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
    this.#show()
  }

  #show() {
    if (this.chosen) document.documentElement.dataset.theme = this.chosen
  }
}

function stored(): 'dark' | 'light' | '' {
  try {
    const value = localStorage.getItem('theme')
    return value === 'dark' || value === 'light' ? value : ''
  } catch {
    return ''
  }
}

export const theme = new Theme()
