package store

import (
	"container/list"
	"sync"
	"time"
)

// cacheKey names a record, or with off indexKey the index of a segment.
type cacheKey struct {
	seq uint64
	off uint64
}

const indexKey = 1 << 63

// cache keeps what was decoded, least recently used out first, up to a bound of
// estimated bytes. What is in use by a caller lives on without it. Two callers
// that want the same at once decode it once.
type cache struct {
	bound int64

	mu    sync.Mutex
	size  int64
	items map[cacheKey]*list.Element
	order list.List // front: most recent
}

type cacheItem struct {
	key  cacheKey
	once sync.Once
	used time.Time

	cost int64 // of mu; 0 while it loads

	// Set by once.
	value any
	err   error
}

func newCache(bound int64) *cache {
	return &cache{bound: bound, items: map[cacheKey]*list.Element{}}
}

// get returns what is kept under key, or what load makes. loaded tells which.
// Errors are not kept.
func (c *cache) get(key cacheKey, load func() (any, int64, error)) (value any, loaded bool, err error) {
	c.mu.Lock()
	e, ok := c.items[key]
	if ok {
		c.order.MoveToFront(e)
	} else {
		e = c.order.PushFront(&cacheItem{key: key})
		c.items[key] = e
	}
	item := e.Value.(*cacheItem)
	item.used = time.Now()
	c.mu.Unlock()
	item.once.Do(func() {
		loaded = true
		var cost int64
		item.value, cost, item.err = load()
		c.settle(e, item, cost)
	})
	return item.value, loaded, item.err
}

// settle accounts for a loaded item and evicts.
func (c *cache) settle(e *list.Element, item *cacheItem, cost int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.items[item.key] != e {
		return // dropped meanwhile
	}
	if item.err != nil {
		c.remove(e)
		return
	}
	item.cost = cost
	c.size += cost
	for c.size > c.bound && c.order.Len() > 1 {
		c.remove(c.order.Back())
	}
}

func (c *cache) remove(e *list.Element) {
	item := c.order.Remove(e).(*cacheItem)
	delete(c.items, item.key)
	c.size -= item.cost
}

// dropSegment forgets all of a segment.
func (c *cache) dropSegment(seq uint64) {
	c.dropIf(func(i *cacheItem) bool { return i.key.seq == seq })
}

// dropUnused forgets what nobody asked for since t: an idle store is small.
func (c *cache) dropUnused(t time.Time) {
	c.dropIf(func(i *cacheItem) bool { return i.used.Before(t) })
}

func (c *cache) dropIf(drop func(*cacheItem) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := c.order.Front(); e != nil; {
		next := e.Next()
		if drop(e.Value.(*cacheItem)) {
			c.remove(e)
		}
		e = next
	}
}

func (c *cache) bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.size
}
