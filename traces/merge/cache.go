package merge

import (
	"container/list"
	"sync"

	"supersonic/traces/column"
)

// cacheBytes bounds what is kept of decoded pages: two pages of 60 columns of three
// inputs that interleave (a page of 8,000 rows and 8 B a value takes 64 KB).
const cacheBytes = 32 << 20

// spareVectors is how many empty Vectors of a type are kept.
const spareVectors = 12

// cache keeps decoded pages that will be read of again. Who takes a page has it alone
// until it is given back.
type cache struct {
	limit int

	mu    sync.Mutex
	held  map[pageKey]*list.Element // of order
	order list.List                 // of held, the one that was used longest ago first
	bytes int
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
	key  pageKey
	vec  *column.Vector
	size int
}

// take returns a page, nil if it is not here.
func (c *cache) take(k pageKey) *column.Vector {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.held[k]
	if e == nil {
		return nil
	}
	return c.remove(e).vec
}

// give keeps a page, and lets go of those that were used longest ago.
func (c *cache) give(k pageKey, v *column.Vector) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = make(map[pageKey]*list.Element)
	}
	if e := c.held[k]; e != nil { // somebody decoded it meanwhile
		c.remove(e)
	}
	h := &held{key: k, vec: v, size: memory(v)}
	c.held[k] = c.order.PushBack(h)
	c.bytes += h.size
	for c.bytes > c.limit && len(c.held) > 1 {
		old := c.remove(c.order.Front())
		c.free(old.key.key.Type, old.vec)
	}
}

func (c *cache) remove(e *list.Element) *held {
	h := c.order.Remove(e).(*held)
	delete(c.held, h.key)
	c.bytes -= h.size
	return h
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
