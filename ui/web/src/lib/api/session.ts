// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

/** Session is who looks at the page and what he may do. */
export interface Session {
  /** "" for an anonymous reader */
  name: string
  /** "Viewer", "Editor", "Admin"; "" for one who has to sign in */
  role: string
  signedIn: boolean
  canEdit: boolean
  /** there is a way to sign in */
  canSignIn: boolean
  /** by name and password */
  form: boolean
  /** name of a provider to sign in by, "" for none */
  provider: string
  /** who has to sign in is sent to the provider at once */
  autoLogin: boolean
  /** there is a way to sign out */
  signOut: boolean
}

/** SignIn is what the form sends. */
export interface SignIn {
  user: string
  password: string
}

/** SignedOut says where a reader goes who signed out. */
export interface SignedOut {
  /** the provider's address, "" stays */
  next: string
}
