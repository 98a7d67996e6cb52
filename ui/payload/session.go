package payload

// Session is who looks at the page and what he may do.
type Session struct {
	Name      string `json:"name"` // "" for an anonymous reader
	Role      string `json:"role"` // "Viewer", "Editor", "Admin"; "" for one who has to sign in
	SignedIn  bool   `json:"signedIn"`
	CanEdit   bool   `json:"canEdit"`
	CanSignIn bool   `json:"canSignIn"` // there is a way to sign in
	Form      bool   `json:"form"`      // by name and password
	Provider  string `json:"provider"`  // name of a provider to sign in by, "" for none
	AutoLogin bool   `json:"autoLogin"` // who has to sign in is sent to the provider at once
	SignOut   bool   `json:"signOut"`   // there is a way to sign out
}

// SignIn is what the form sends.
type SignIn struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// SignedOut says where a reader goes who signed out.
type SignedOut struct {
	Next string `json:"next"` // the provider's address, "" stays
}
