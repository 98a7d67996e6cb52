// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

/** Failure is the answer of every endpoint that could not do what it was asked. */
export interface Failure {
  /** what was tried on what, and why it failed */
  error: string
  /** the next step of the reader */
  hint: string
  /** where in a query that cannot be read, else null */
  place: Place | null
}

/** Place is a place in the text of a query. */
export interface Place {
  /** from 1 */
  line: number
  /** from 1, in characters */
  column: number
  /** in bytes of UTF-8 */
  offset: number
}

/** Site is what the page is about; asked for once. */
export interface Site {
  release: string
  namespace: string
  version: string
  dataSources: DataSource[]
  off: OffPart[]
}

/** DataSource is one store that the page reads. */
export interface DataSource {
  name: string
  type: string
  uid: string
  url: string
  isDefault: boolean
  /** the one that this page asks */
  used: boolean
}

/** OffPart is a part that the configuration switched off, and what that costs. */
export interface OffPart {
  part: string
  cost: string
}

/** Status is the state of every role at one moment. */
export interface Status {
  atMs: number
  roles: RoleStatus[]
  /** the data sources of the page */
  stores: StoreStatus[]
  off: OffPart[]
  missing: MissingShare[]
  /** MissingKnown is false where nothing counts the sampled requests whose server kept no spans: a foreign trace store, no generator. */
  missingKnown: boolean
}

/** RoleStatus is one role, or one pod of it. */
export interface RoleStatus {
  role: string
  pod: string
  addresses: Address[]
  /** "healthy", "unhealthy", "unreachable", "not asked" */
  state: string
  /** of a state that is not healthy */
  reason: string
  spans: Fate[]
  facts: Fact[]
}

/** StoreStatus is one data source, as it answered a small question just now. */
export interface StoreStatus {
  name: string
  type: string
  uid: string
  url: string
  /** as of a role; "not asked" of a type that the page does not ask */
  state: string
  /** of a state that is not healthy */
  reason: string
  /** what to do about it */
  hint: string
}

/** Address is one listener of a role. */
export interface Address {
  name: string
  addr: string
}

/** Fate is how many spans came to one of the fates of a span since the role started: received, kept, refused or lost. */
export interface Fate {
  fate: string
  reason: string
  count: number
}

/** Fact is one more figure of a role, in words that fit it. */
export interface Fact {
  label: string
  value: number
  /** "count", "bytes", "seconds" */
  unit: string
}

/** MissingShare is how many sampled requests to a server left no span of the server's in their traces. */
export interface MissingShare {
  server: string
  missing: number
  sampled: number | null
  /** Missing/Sampled */
  share: number | null
}
