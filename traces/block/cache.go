package block

import (
	"container/list"
	"sync"
)

// Cache keeps what was decoded of blocks, up to a number of bytes: dictionaries,
// bounds of pages, rare attributes, and, in a quarter of it, unpacked pages of which
// single traces were read. What was not asked for longest goes first. Many Blocks
// share one.
type Cache struct {
	most int64

	mu      sync.Mutex
	used    int64
	raw     int64 // of used, by unpacked pages
	entries map[cacheKey]*list.Element
	order   *list.List // the one that was asked for last in front
	pages   *list.List // the same of unpacked pages
	asked   uint64     // how often anything was
	blocks  uint64
}

// NewCache makes a Cache of so many bytes.
func NewCache(bytes int64) *Cache {
	return &Cache{most: bytes, entries: make(map[cacheKey]*list.Element), order: list.New(), pages: list.New()}
}

// list is where a thing is listed.
func (c *Cache) list(k cacheKind) *list.List {
	if k == cacheRaw {
		return c.pages
	}
	return c.order
}

// Bytes is about how much the Cache holds.
func (c *Cache) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used
}

// cacheKey names a thing: of a column a dictionary by row group, else a page of all.
type cacheKey struct {
	block    uint64
	kind     cacheKind
	leaf, at int32
}

type cacheKind uint8

const (
	cacheDict cacheKind = iota
	cacheBounds
	cacheRest
	cacheValues
	cacheRaw // unpacked bytes
)

type cached struct {
	key   cacheKey
	value any
	size  int64
	asked uint64 // when it was last, by Cache.asked
}

// number numbers a Block.
func (c *Cache) number() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocks++
	return c.blocks
}

func (c *Cache) get(key cacheKey) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.list(key.kind).MoveToFront(e)
	of := e.Value.(*cached)
	of.asked = c.tick()
	return of.value
}

func (c *Cache) tick() uint64 {
	c.asked++
	return c.asked
}

// put keeps a value and returns it, or what another goroutine put before.
func (c *Cache) put(key cacheKey, value any, size int64) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; e != nil {
		return e.Value.(*cached).value
	}
	size += 200 // of the entry
	c.entries[key] = c.list(key.kind).PushFront(&cached{key, value, size, c.tick()})
	c.used += size
	if key.kind == cacheRaw {
		c.raw += size
	}
	for c.pages.Len() > 1 && c.raw > c.most/4 {
		c.drop(c.pages.Back())
	}
	for len(c.entries) > 1 && c.used > c.most {
		c.drop(c.oldest())
	}
	return value
}

// oldest is what was not asked for longest. There is something.
func (c *Cache) oldest() *list.Element {
	a, b := c.order.Back(), c.pages.Back()
	if a == nil || b != nil && b.Value.(*cached).asked < a.Value.(*cached).asked {
		return b
	}
	return a
}

func (c *Cache) drop(e *list.Element) {
	of := e.Value.(*cached)
	c.list(of.key.kind).Remove(e)
	delete(c.entries, of.key)
	c.used -= of.size
	if of.key.kind == cacheRaw {
		c.raw -= of.size
	}
}

// forget drops what is kept of a block.
func (c *Cache) forget(block uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range []*list.List{c.order, c.pages} {
		for e := l.Front(); e != nil; {
			next := e.Next()
			if e.Value.(*cached).key.block == block {
				c.drop(e)
			}
			e = next
		}
	}
}
