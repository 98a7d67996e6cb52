package otlp

import "hash/maphash"

// names numbers the distinct keys of a batch. Exports repeat the same keys in the
// same order, so the key after a key is guessed first: a comparison of bytes (3 ns)
// where a look-up takes 15.
type names struct {
	seed  maphash.Seed
	slots []int32 // an open hash table of numbers + 1
	list  []name
	// next is, at lists + n, the number of the key that came after key n the last
	// time; the first entries are those that came first in a list of a kind.
	next   []int32
	serial uint32 // the list that is being read
}

type name struct {
	hash uint64
	// The last lists that had the key: of spans, and of what lies in them.
	stamps [2]uint32
}

// The kinds of lists of attributes.
const (
	ofResource = iota
	ofScope
	ofSpan
	ofEvent
	ofLink
	lists
)

func (t *names) reset() {
	if len(t.slots) == 0 || len(t.slots) > 4096 && len(t.list) < len(t.slots)/16 {
		t.seed = maphash.MakeSeed()
		t.slots = make([]int32, 512)
	} else {
		clear(t.slots)
	}
	t.list = t.list[:0]
	t.next = append(t.next[:0], -1, -1, -1, -1, -1)
	t.serial = 0
}

// intern returns the number of key, which comes after the name at place after.
func (b *Batch) intern(key []byte, after int32) int32 {
	t := &b.names
	if guess := t.next[after]; guess >= 0 && string(b.Names[guess]) == string(key) {
		return guess
	}
	had := len(t.list)
	n := b.lookup(key)
	t.next[after] = n
	b.memory.names += (len(t.list) - had) * nameSize // add asks for it
	return n
}

func (b *Batch) lookup(key []byte) int32 {
	t := &b.names
	hash := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	at := hash & mask
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		n := t.slots[at] - 1
		if t.list[n].hash == hash && string(b.Names[n]) == string(key) {
			return n
		}
	}
	n := int32(len(t.list))
	t.list = append(t.list, name{hash: hash})
	t.next = append(t.next, -1)
	b.Names = append(b.Names, key)
	t.slots[at] = n + 1
	if len(t.list)*2 > len(t.slots) {
		t.grow()
	}
	return n
}

func (t *names) grow() {
	t.slots = make([]int32, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for n := range t.list {
		at := t.list[n].hash & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(n) + 1
	}
}

// nameSize is about what a key takes in the tables.
const nameSize = 64

func (t *names) memory() int { return 4*cap(t.slots) + 16*cap(t.list) + 4*cap(t.next) }
