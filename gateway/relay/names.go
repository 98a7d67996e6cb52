package relay

import (
	"maps"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

const (
	unknown   = "unknown"
	maxModels = 1000 // label values of `model` beside unknown
)

// Names is the set of model names that servers report: the only values of the
// label `model`. It grows to a bound and never shrinks, so no series is renamed.
// Its methods are safe for concurrent use.
type Names struct {
	mu    sync.Mutex // guards writing
	known atomic.Pointer[map[string]string]
	over  atomic.Int64
}

// NewNames returns an empty set.
func NewNames() *Names {
	n := &Names{}
	n.known.Store(&map[string]string{})
	return n
}

// Add adds names that a server reported; those beyond the bound are counted.
func (n *Names) Add(names ...string) {
	known := *n.known.Load()
	fresh := false
	for _, name := range names {
		if _, ok := known[name]; !ok && isLabel(name) {
			fresh = true
		}
	}
	if !fresh {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	next := maps.Clone(*n.known.Load())
	for _, name := range names {
		if _, ok := next[name]; ok || !isLabel(name) {
			continue
		}
		if len(next) >= maxModels {
			n.over.Add(1)
			continue
		}
		next[name] = name
	}
	n.known.Store(&next)
}

// isLabel tells whether a name can be a label's value: Prometheus takes no text
// that is not UTF-8.
func isLabel(name string) bool { return name != "" && utf8.ValidString(name) }

// Label is name if a server reported it, else "unknown".
func (n *Names) Label(name string) string {
	if known, ok := (*n.known.Load())[name]; ok {
		return known
	}
	return unknown
}
