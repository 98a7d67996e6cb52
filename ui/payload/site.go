package payload

// Failure is the answer of every endpoint that could not do what it was asked.
type Failure struct {
	Error string `json:"error"` // what was tried on what, and why it failed
	Hint  string `json:"hint"`  // the next step of the reader
	Place *Place `json:"place"` // where in a query that cannot be read, else null
}

// Place is a place in the text of a query.
type Place struct {
	Line   int `json:"line"`   // from 1
	Column int `json:"column"` // from 1, in characters
	Offset int `json:"offset"` // in bytes of UTF-8
}

// Site is what the page is about; asked for once.
type Site struct {
	Release     string       `json:"release"`
	Namespace   string       `json:"namespace"`
	Version     string       `json:"version"`
	DataSources []DataSource `json:"dataSources"`
	Off         []OffPart    `json:"off"`
}

// DataSource is one store that the page reads.
type DataSource struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	UID       string `json:"uid"`
	URL       string `json:"url"`
	IsDefault bool   `json:"isDefault"`
	Used      bool   `json:"used"` // the one that this page asks
}

// OffPart is a part that the configuration switched off, and what that costs.
type OffPart struct {
	Part string `json:"part"`
	Cost string `json:"cost"`
}

// Status is the state of every role at one moment.
type Status struct {
	AtMs    float64        `json:"atMs"`
	Roles   []RoleStatus   `json:"roles"`
	Stores  []StoreStatus  `json:"stores"` // the data sources of the page
	Off     []OffPart      `json:"off"`
	Missing []MissingShare `json:"missing"`
	// MissingKnown is false where nothing counts the sampled requests whose
	// server kept no spans: a foreign trace store, no generator.
	MissingKnown bool `json:"missingKnown"`
}

// RoleStatus is one role, or one pod of it.
type RoleStatus struct {
	Role      string    `json:"role"`
	Pod       string    `json:"pod"`
	Addresses []Address `json:"addresses"`
	State     string    `json:"state"`  // "healthy", "unhealthy", "unreachable", "not asked"
	Reason    string    `json:"reason"` // of a state that is not healthy
	Spans     []Fate    `json:"spans"`
	Facts     []Fact    `json:"facts"`
}

// StoreStatus is one data source, as it answered a small question just now.
type StoreStatus struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	UID    string `json:"uid"`
	URL    string `json:"url"`
	State  string `json:"state"`  // as of a role; "not asked" of a type that the page does not ask
	Reason string `json:"reason"` // of a state that is not healthy
	Hint   string `json:"hint"`   // what to do about it
}

// Address is one listener of a role.
type Address struct {
	Name string `json:"name"`
	Addr string `json:"addr"`
}

// Fate is how many spans came to one of the fates of a span since the role
// started: received, kept, refused or lost.
type Fate struct {
	Fate   string  `json:"fate"`
	Reason string  `json:"reason"`
	Count  float64 `json:"count"`
}

// Fact is one more figure of a role, in words that fit it.
type Fact struct {
	Label string  `json:"label"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "count", "bytes", "seconds"
}

// MissingShare is how many sampled requests to a server left no span of the
// server's in their traces.
type MissingShare struct {
	Server  string   `json:"server"`
	Missing float64  `json:"missing"`
	Sampled *float64 `json:"sampled"`
	Share   *float64 `json:"share"` // Missing/Sampled
}
