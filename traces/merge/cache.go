package merge

import (
	"sync"

	"supersonic/traces/column"
)

// cacheBytes bounds what is kept of decoded pages: two pages of 60 columns of three
// inputs that interleave (a page of 8,000 rows and 8 B a value takes 64 KB).
const cacheBytes = 32 << 20

// spareVectors is how many empty Vectors of a type are kept.
const spareVectors = 4

// cache keeps decoded pages that will be read of again. Who takes a page has it alone
// until it is given back.
type cache struct {
	limit int

	mu    sync.Mutex
	held  map[pageKey]*held
	bytes int
	clock uint64
	spare map[column.Type][]*column.Vector
}

// pageKey names a page of a column of an input.
type pageKey struct {
	key   column.Key
	items bool // only how many events, or links, each row has
	input uint32
	page  uint32
}

type held struct {
	vec  *column.Vector
	size int
	used uint64
}

// take returns a page, nil if it is not here.
func (c *cache) take(k pageKey) *column.Vector {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.held[k]
	if h == nil {
		return nil
	}
	delete(c.held, k)
	c.bytes -= h.size
	return h.vec
}

// give keeps a page, and lets go of those that were used longest ago.
func (c *cache) give(k pageKey, v *column.Vector) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = make(map[pageKey]*held)
	}
	if old := c.held[k]; old != nil { // somebody decoded it meanwhile
		c.bytes -= old.size
	}
	c.clock++
	h := &held{vec: v, size: memory(v), used: c.clock}
	c.held[k] = h
	c.bytes += h.size
	for c.bytes > c.limit && len(c.held) > 1 {
		c.evict()
	}
}

// evict lets go of a page. There are hundreds at most.
func (c *cache) evict() {
	var oldest pageKey
	var least *held
	for k, h := range c.held {
		if least == nil || h.used < least.used {
			oldest, least = k, h
		}
	}
	delete(c.held, oldest)
	c.bytes -= least.size
	c.free(oldest.key.Type, least.vec)
}

// empty returns a Vector to read into.
func (c *cache) empty(t column.Type) *column.Vector {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.spare[t]
	if len(list) == 0 {
		return new(column.Vector)
	}
	v := list[len(list)-1]
	c.spare[t] = list[:len(list)-1]
	return v
}

// discard takes back a Vector that nobody needs.
func (c *cache) discard(t column.Type, v *column.Vector) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free(t, v)
}

func (c *cache) free(t column.Type, v *column.Vector) {
	if c.spare == nil {
		c.spare = make(map[column.Type][]*column.Vector)
	}
	if len(c.spare[t]) < spareVectors {
		v.Reset()
		c.spare[t] = append(c.spare[t], v)
	}
}

// memory is about what a Vector takes.
func memory(v *column.Vector) int {
	return 200 + 4*cap(v.Offsets) + cap(v.Present) + 8*cap(v.Ints) + 8*cap(v.Floats) + cap(v.IDs) + 4*cap(v.Codes) + cap(v.Text) + 4*cap(v.Ends)
}
