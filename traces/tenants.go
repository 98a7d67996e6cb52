package traces

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"supersonic/internal/faultfs"
	"supersonic/traces/api"
	"supersonic/traces/head"
	"supersonic/traces/ingest"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/store"
)

// defaultTenant is the one tenant where they are not told apart.
const defaultTenant = "default"

// maxTenants bounds the directories: each takes memory, and names come from outside.
const maxTenants = 64

// tenant is one directory.
type tenant struct {
	name   string
	store  *store.Store
	engine query.Engine
}

// tenants are the stores below a directory. Safe for concurrent use.
type tenants struct {
	files   faultfs.FS
	dir     string
	options func(name string) store.Options
	query   query.EngineOptions
	opened  func(name string, found store.Replay)

	mu     sync.RWMutex
	list   map[string]*tenant
	closed bool
}

// openTenants opens those that are there, and makes the default one if it is the only
// one there can be.
func openTenants(t *tenants, many bool) error {
	t.list = make(map[string]*tenant)
	if !many {
		_, err := t.open(defaultTenant)
		return err
	}
	if err := t.files.MkdirAll(t.dir); err != nil {
		return err
	}
	entries, err := t.files.ReadDir(t.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || api.CheckOrgID(e.Name()) != nil {
			continue
		}
		if _, err := t.open(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (t *tenants) open(name string) (*tenant, error) {
	s, found, err := store.Open(t.files, filepath.Join(t.dir, name), t.options(name))
	if err != nil {
		return nil, err
	}
	t.opened(name, found)
	one := &tenant{name: name, store: s, engine: query.NewEngine(s, t.query)}
	t.list[name] = one
	return one, nil
}

// get returns a tenant, nil if there is none of that name.
func (t *tenants) get(name string) *tenant {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.list[name]
}

// engineOf answers for a tenant. One that has stored nothing has no answers.
func (t *tenants) engineOf(name string) (query.Engine, error) {
	if one := t.get(name); one != nil {
		return one.engine, nil
	}
	return query.NewEngine(nothing{}, t.query), nil
}

// nothing is what a tenant has that never stored a span.
type nothing struct{}

func (nothing) Snapshot() (*query.Snapshot, error) {
	return &query.Snapshot{Release: func() {}}, nil
}

// storeOf returns where a tenant's spans go. One that is new gets its directory with
// the first export that has a span to keep.
func (t *tenants) storeOf(name string) (ingest.Store, error) {
	if one := t.get(name); one != nil {
		return one.store, nil
	}
	if err := api.CheckOrgID(name); err != nil {
		return nil, fmt.Errorf("%w: %w", ingest.ErrTenant, err)
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return newcomer{t, name}, t.roomFor(name)
}

// roomFor tells why a tenant cannot be had; t.mu is held.
func (t *tenants) roomFor(name string) error {
	switch {
	case t.closed:
		return store.ErrClosed
	case t.list[name] == nil && len(t.list) >= maxTenants:
		return fmt.Errorf("%w: there are %d tenants, the most there can be: use one of them, or remove the directory of another", ingest.ErrTenant, maxTenants)
	}
	return nil
}

// newcomer is the store of a tenant that had none when its export began.
type newcomer struct {
	home *tenants
	name string
}

func (n newcomer) Append(b *otlp.Batch) (head.Refused, error) {
	s, err := n.home.made(n.name)
	if err != nil {
		return head.Refused{}, err
	}
	return s.Append(b)
}

// made is the store of a tenant, who may be new.
func (t *tenants) made(name string) (*store.Store, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.roomFor(name); err != nil {
		return nil, err
	}
	if one := t.list[name]; one != nil {
		return one.store, nil
	}
	one, err := t.open(name)
	if err != nil {
		return nil, err
	}
	return one.store, nil
}

// all lists the tenants by name.
func (t *tenants) all() []*tenant {
	t.mu.RLock()
	defer t.mu.RUnlock()
	out := make([]*tenant, 0, len(t.list))
	for _, one := range t.list {
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b *tenant) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return out
}

func (t *tenants) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	var errs []error
	for _, one := range t.list {
		errs = append(errs, one.store.Close())
	}
	t.list = nil
	return errors.Join(errs...)
}

// delete removes traces of a tenant and tells how many of them there were.
func (t *tenants) delete(name string, ids [][16]byte) (int, error) {
	one := t.get(name)
	if one == nil {
		return 0, nil
	}
	there, err := one.stored(ids)
	if err != nil || len(there) == 0 {
		return 0, err
	}
	return len(there), one.store.Delete(there)
}

// stored returns those of some traces that a tenant has.
func (o *tenant) stored(ids [][16]byte) (there [][16]byte, err error) {
	snap, err := o.store.Snapshot()
	if err != nil {
		return nil, err
	}
	defer snap.Release()
	for _, id := range ids {
		has, err := has(snap, id)
		if err != nil {
			return nil, err
		}
		if has {
			there = append(there, id)
		}
	}
	return there, nil
}

func has(snap *query.Snapshot, id [16]byte) (bool, error) {
	for _, p := range snap.Parts {
		if _, deleted := p.Deleted[id]; deleted {
			continue
		}
		if _, ok, err := p.Segment.Find(id); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
