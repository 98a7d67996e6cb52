package head

import "math/bits"

// table is a hash table of numbers, for sets whose members lie elsewhere: a slot
// holds a hash and the member's number, and who asks compares. It has no pointers.
type table struct {
	slots []uint64 // upper half: the hash; lower half: the number + 1; 0: free
	used  int
}

// slotBytes is what a slot takes.
const slotBytes = 8

// probe starts a search for a hash; next continues it.
type probe struct {
	slots []uint64
	hash  uint32
	at    uint32
}

func (t *table) find(hash uint64) probe {
	h := uint32(hash >> 32)
	return probe{t.slots, h, h}
}

// next returns the next number with the hash, ok false if there is no more.
func (p *probe) next() (number uint32, ok bool) {
	if len(p.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(p.slots) - 1)
	for {
		s := p.slots[p.at&mask]
		p.at++
		if s == 0 {
			return 0, false
		}
		if uint32(s>>32) == p.hash {
			return uint32(s) - 1, true
		}
	}
}

// add puts a number in.
func (t *table) add(hash uint64, number uint32) {
	if t.used*4 >= len(t.slots)*3 {
		t.grow()
	}
	t.put(hash>>32<<32 | uint64(number+1))
	t.used++
}

func (t *table) put(slot uint64) {
	mask := uint32(len(t.slots) - 1)
	for at := uint32(slot >> 32); ; at++ {
		if t.slots[at&mask] == 0 {
			t.slots[at&mask] = slot
			return
		}
	}
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]uint64, max(8, 1<<bits.Len(uint(len(old)))))
	for _, s := range old {
		if s != 0 {
			t.put(s)
		}
	}
}

func (t *table) bytes() int { return len(t.slots) * slotBytes }
