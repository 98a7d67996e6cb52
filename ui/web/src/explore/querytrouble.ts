/** What went wrong with one of several queries. */
import { Trouble } from '../lib/ask'

/** QueryFault is what a store cannot read of a query that it was asked. */
export interface QueryFault {
  ref: string
  text: string
  /** bytes of UTF-8 before it */
  offset: number
  message: string
}

export class QueryTrouble extends Trouble {
  constructor(
    of: Trouble,
    readonly ref: string,
    readonly text: string,
  ) {
    super(of.message, of.hint, of.status, of.place)
  }

  /** fault is what cannot be read of the query, null if it is something else that went wrong. */
  get fault(): QueryFault | null {
    return this.place ? { ref: this.ref, text: this.text, offset: this.place.offset, message: this.message } : null
  }
}
