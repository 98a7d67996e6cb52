/** Dark or light: as the system has it until the reader chooses, or as the address says (?theme=light). */
import { router } from './route.svelte'

export type Choice = 'dark' | 'light' | ''

const light = matchMedia('(prefers-color-scheme: light)')

function known(value: string | null): Choice {
  return value === 'dark' || value === 'light' ? value : ''
}

function stored(): Choice {
  try {
    return known(localStorage.getItem('theme'))
  } catch {
    return ''
  }
}

class Theme {
  chosen = $state<Choice>(stored())
  #system = $state<'dark' | 'light'>(light.matches ? 'light' : 'dark')
  #said = $derived(router.current.params.get('theme'))

  constructor() {
    light.addEventListener('change', () => (this.#system = light.matches ? 'light' : 'dark'))
    $effect.root(() => {
      $effect(() => {
        const now = this.#said === 'system' ? '' : known(this.#said) || this.chosen
        if (now) document.documentElement.dataset.theme = now
        else delete document.documentElement.dataset.theme
      })
    })
  }

  get dark(): boolean {
    if (this.#said === 'system') return this.#system === 'dark'
    return (known(this.#said) || this.chosen || this.#system) === 'dark'
  }

  /** choose keeps a choice on this browser; '' is what the system has. */
  choose(choice: Choice) {
    this.chosen = choice
    try {
      if (choice) localStorage.setItem('theme', choice)
      else localStorage.removeItem('theme')
    } catch {
      // A browser that keeps nothing: the choice lasts as long as the page.
    }
    if (this.#said) router.set({ theme: null })
  }

  toggle() {
    this.choose(this.dark ? 'light' : 'dark')
  }
}

export const theme = new Theme()
