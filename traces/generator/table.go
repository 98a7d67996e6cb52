package generator

import "time"

// table holds things that wait, by an id. All wait equally long, so that they
// expire in the order in which they came. What is taken out leaves no trace: its
// place is used again.
type table[K comparable, T any] struct {
	places map[K]int32
	slots  []slot[K, T] // 0 is the end of the list
	free   int32        // list of unused slots, by next
}

type slot[K comparable, T any] struct {
	id         K
	deadline   int64 // Unix ns
	prev, next int32
	v          T
}

func newTable[K comparable, T any]() *table[K, T] {
	return &table[K, T]{places: map[K]int32{}, slots: make([]slot[K, T], 1)}
}

func (t *table[K, T]) len() int { return len(t.places) }

// get returns what waits under an id, nil if nothing does. The pointer is good until
// the next put.
func (t *table[K, T]) get(id K) *T {
	if at := t.places[id]; at != 0 {
		return &t.slots[at].v
	}
	return nil
}

// put lets v wait under an id that nothing waits under.
func (t *table[K, T]) put(id K, deadline int64, v T) {
	at := t.free
	if at != 0 {
		t.free = t.slots[at].next
	} else {
		at = int32(len(t.slots))
		t.slots = append(t.slots, slot[K, T]{})
	}
	last := t.slots[0].prev
	t.slots[at] = slot[K, T]{id: id, deadline: deadline, prev: last, v: v}
	t.slots[last].next = at
	t.slots[0].prev = at
	t.places[id] = at
}

// take removes what waits under an id and returns it.
func (t *table[K, T]) take(id K) (v T, ok bool) {
	at, ok := t.places[id]
	if !ok {
		return v, false
	}
	return t.remove(at), true
}

func (t *table[K, T]) remove(at int32) T {
	s := &t.slots[at]
	v := s.v
	t.slots[s.prev].next = s.next
	t.slots[s.next].prev = s.prev
	delete(t.places, s.id)
	*s = slot[K, T]{next: t.free}
	t.free = at
	return v
}

// takeOldest removes what waits longest; there must be something.
func (t *table[K, T]) takeOldest() (K, T) {
	at := t.slots[0].next
	id := t.slots[at].id
	return id, t.remove(at)
}

// expire takes out what is due, in order.
func (t *table[K, T]) expire(deadline time.Time, end func(K, T)) {
	due := deadline.UnixNano()
	for {
		at := t.slots[0].next
		if at == 0 || t.slots[at].deadline > due {
			return
		}
		id := t.slots[at].id
		end(id, t.remove(at))
	}
}

// next is the earlier of at and the first deadline.
func (t *table[K, T]) next(at time.Time) time.Time {
	if first := t.slots[0].next; first != 0 {
		if due := time.Unix(0, t.slots[first].deadline); due.Before(at) {
			return due
		}
	}
	return at
}
