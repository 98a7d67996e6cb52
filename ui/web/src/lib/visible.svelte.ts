/** Whether anybody can see the page: a hidden tab asks nothing. */
class Visible {
  now = $state(!document.hidden)

  constructor() {
    document.addEventListener('visibilitychange', () => (this.now = !document.hidden))
  }
}

export const visible = new Visible()
