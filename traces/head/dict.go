package head

import (
	"hash/maphash"

	"supersonic/traces/column"
)

// When a dictionary is looked at, whether it pays: so many texts or bytes, and then
// at each doubling. With less than twice as many values as texts (ids) it is given
// up: what comes is kept in plain form.
const (
	firstTexts = 4096
	firstBytes = 1 << 20
	mostTexts  = 1 << 16
)

// textBytes is what a text of a dictionary takes beside its bytes: the string's
// header, with a third more for the slice's growth, and the slots of the table.
const textBytes = 22 + slotBytes*3/2

// dict is the distinct texts of one field, in order of appearance. texts[0] stands
// for no text. It only grows, so that a snapshot of it is its slice.
type dict struct {
	texts  []string
	table  table
	last   uint32 // code of the value before: most come in runs
	plain  bool   // given up
	values int
	size   int // bytes of the texts
	checkN int // size at which it is looked at again
	checkB int

	snap *column.Dict // of texts as they were
}

// code returns the number of a text, 0 if the text is to be kept in plain form, and
// by how many bytes d grew.
func (d *dict) code(seed maphash.Seed, text []byte) (code uint32, grown int) {
	d.values++
	if last := d.last; last != 0 && d.texts[last] == string(text) {
		return last, 0
	}
	if d.plain {
		return 0, 0
	}
	hash := maphash.Bytes(seed, text)
	for p := d.table.find(hash); ; {
		n, ok := p.next()
		if !ok {
			break
		}
		if d.texts[n] == string(text) {
			d.last = n
			return n, 0
		}
	}
	if !d.pays() {
		d.giveUp()
		return 0, 0
	}
	if len(d.texts) == 0 {
		d.texts = append(d.texts, "")
	}
	d.last = uint32(len(d.texts))
	d.texts = append(d.texts, string(text))
	d.table.add(hash, d.last)
	d.size += len(text)
	return d.last, len(text) + textBytes
}

func (d *dict) pays() bool {
	if len(d.texts) <= max(firstTexts, d.checkN) && d.size <= max(firstBytes, d.checkB) {
		return true
	}
	d.checkN, d.checkB = 2*len(d.texts), 2*d.size
	return len(d.texts) < mostTexts && d.values >= 2*len(d.texts)
}

// giveUp keeps the texts, which rows refer to, and frees the rest.
func (d *dict) giveUp() {
	d.plain = true
	d.last = 0
	d.table = table{}
}

// snapshot returns the texts so far, the same while there are no new ones.
func (d *dict) snapshot() *column.Dict {
	if d.snap == nil || len(d.snap.Texts) != len(d.texts) {
		d.snap = &column.Dict{Texts: d.texts[:len(d.texts):len(d.texts)]}
	}
	return d.snap
}
