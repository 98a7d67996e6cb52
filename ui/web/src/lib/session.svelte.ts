/** Who looks at the page and what he may do; the server decides, this only shows it. */
import type { Session, SignedOut } from './api'
import { ask, post } from './ask'
import { router } from './route.svelte'

class Who {
  who = $state.raw<Session | null>(null)

  /** look asks the server who this is. */
  async look() {
    this.who = await ask<Session>('api/session').catch(() => null)
  }

  /** signIn shows the form; afterwards the reader is where he was. */
  signIn() {
    const here = location.pathname.slice(new URL(document.baseURI).pathname.length) + location.search
    router.go(router.href('login', { return: here.startsWith('login') ? '' : here }))
  }

  async signOut() {
    const { next } = await post<SignedOut>('api/logout', {})
    // Where everybody is sent to the provider at once, that would sign him in again.
    location.assign(next || (this.who?.autoLogin ? router.href('login', { disableAutoLogin: 'true' }) : router.href('')))
  }
}

export const session = new Who()
