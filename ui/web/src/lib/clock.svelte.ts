/**
 * The site's time. A reader's computer may be an hour off: what is "now" is then not
 * what its clock says, or charts of the last minutes would be empty. Every answer of the
 * page's server says when it was given.
 */

/** what is less is the way of an answer, and a clock that is nearly right */
const worth = 10_000

class Clock {
  /** how far the site is ahead of this computer, in milliseconds; 0 if they agree */
  ahead = $state(0)

  /** heard takes the Date of an answer whose head has just come. */
  heard(date: string | null, at = Date.now()) {
    const told = Date.parse(date ?? '')
    if (Number.isNaN(told)) return
    const ahead = told + 500 - at // it is in whole seconds
    if (Math.abs(ahead - this.ahead) > worth / 2) this.ahead = Math.abs(ahead) > worth ? ahead : 0
  }

  now(): number {
    return Date.now() + this.ahead
  }
}

export const clock = new Clock()
