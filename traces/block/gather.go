package block

import (
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"supersonic/traces/column"
)

// gather takes the values of one column in the pages of a row group, absent ones
// left out, before they are written: only then is known whether a dictionary pays.
type gather struct {
	leaf     *leaf
	pages    []gathered
	expected int // pages

	ints    []int64 // Bool too
	floats  []float64
	ids     []byte // UUIDs too
	texts   texts
	levels  []byte
	scratch []uint32
	within  []uint32
	bits    []uint64
}

// gathered is what a page has of the lists.
type gathered struct {
	slots          int
	first, last    int // values
	levels, levEnd int
	zone
}

// reset begins a column of so many pages.
func (g *gather) reset(l *leaf, pages int) {
	g.leaf, g.expected = l, pages
	g.pages, g.ints, g.floats, g.ids, g.levels = g.pages[:0], g.ints[:0], g.floats[:0], g.ids[:0], g.levels[:0]
	g.texts.reset(!l.optional)
}

// values is how many values there are.
func (g *gather) values() int {
	switch g.leaf.form {
	case formInt, formBool:
		return len(g.ints)
	case formDouble:
		return len(g.floats)
	case formText:
		return g.texts.len()
	}
	return len(g.ids) / g.leaf.form.width()
}

// add takes a page. list describes the list's items, nil for a column without.
func (g *gather) add(v *column.Vector, list *listLevels) error {
	p := gathered{first: g.values(), levels: len(g.levels), slots: v.Rows}
	var err error
	if g.leaf.optional {
		err = g.addSome(v, list)
	} else {
		err = g.addAll(v)
		if list != nil {
			g.levels = append(append(g.levels, list.repetition...), list.definition...)
		}
	}
	if list != nil {
		p.slots = list.slots
	}
	p.last, p.levEnd = g.values(), len(g.levels)
	if g.leaf.form.zoned() {
		p.lo, p.hi = bounds(g.ints[p.first:])
	}
	g.pages = append(g.pages, p)
	return err
}

// bounds is the least and the greatest of numbers.
func bounds(vals []int64) (lo, hi int64) {
	if len(vals) == 0 {
		return 0, 0
	}
	lo, hi = vals[0], vals[0]
	for _, v := range vals {
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// room makes place for a page's n elements, with the first one for all pages.
func room[T any](g *gather, to []T, n int) []T {
	if len(g.pages) == 0 {
		return slices.Grow(to, n*g.expected+n/2)
	}
	return to
}

// addAll takes a column of which every row or item has a value.
func (g *gather) addAll(v *column.Vector) error {
	l := g.leaf
	switch {
	case l.form == formInt || l.form == formBool:
		g.ints = append(room(g, g.ints, len(v.Ints)), v.Ints...)
		l.some = l.some || l.key == column.EventTime && v.Len > 0 || anyInt(v.Ints)
	case l.form == formDouble:
		g.floats = append(room(g, g.floats, len(v.Floats)), v.Floats...)
		for _, f := range v.Floats {
			l.some = l.some || f != 0
		}
	case l.form == formText && v.Dict != nil:
		g.texts.addCodes(room(g, g.texts.codes, v.Len), v.Codes, v.Dict, len(v.Codes))
		l.some = l.some || anyCode(v.Codes)
	case l.form == formText:
		for i := range v.Len {
			g.texts.add(v.Text[v.Ends[i]:v.Ends[i+1]])
		}
		l.some = l.some || len(v.Text) > 0
		g.texts.settle()
	case l.form == formUUID:
		for i := range v.Len {
			if err := g.addUUID(v, i); err != nil {
				return err
			}
		}
	default:
		g.ids = append(room(g, g.ids, len(v.IDs)), v.IDs...)
		l.some = l.some || v.Len > 0
	}
	return nil
}

func anyInt(vals []int64) bool {
	for _, v := range vals {
		if v != 0 {
			return true
		}
	}
	return false
}

func anyCode(codes []uint32) bool {
	for _, c := range codes {
		if c != 0 {
			return true
		}
	}
	return false
}

// addSome takes a column with absent values.
func (g *gather) addSome(v *column.Vector, list *listLevels) error {
	n := g.presence(v)
	g.leaf.some = g.leaf.some || n > 0
	if list != nil {
		g.within = list.within(g.within, g.bits)
		g.levels = append(g.levels, list.repetition...)
		g.levels = appendLevels(g.levels, g.within, 2)
	} else {
		g.levels = appendBitLevels(g.levels, g.bits, v.Len)
	}
	switch l := g.leaf; {
	case n == 0:
	case l.form == formInt || l.form == formBool:
		g.ints = appendThere(room(g, g.ints, v.Len), v.Ints, g.bits, n, 1)
	case l.form == formDouble:
		g.floats = appendThere(room(g, g.floats, v.Len), v.Floats, g.bits, n, 1)
	case l.form == formText && v.Dict != nil:
		g.texts.addCodes(room(g, g.texts.codes, v.Len), v.Codes[:v.Len], v.Dict, n)
	case l.form == formText:
		eachBit(g.bits, func(i int) { g.texts.add(v.Text[v.Ends[i]:v.Ends[i+1]]) })
		g.texts.settle()
	case l.form == formUUID:
		var err error
		eachBit(g.bits, func(i int) {
			if err == nil {
				err = g.addUUID(v, i)
			}
		})
		return err
	default:
		w := l.form.width()
		g.ids = appendThere(room(g, g.ids, w*v.Len), v.IDs, g.bits, n, w)
	}
	return nil
}

// presence sets the bits of the values that are there, and counts them.
func (g *gather) presence(v *column.Vector) (n int) {
	there := zeroed(g.bits, (v.Len+63)/64)
	g.bits = there
	switch {
	case g.leaf.key == column.ParentID: // zero is none
		for i := range v.Len {
			if binary.LittleEndian.Uint64(v.IDs[8*i:]) != 0 {
				there[i>>6] |= 1 << (i & 63)
			}
		}
	case v.Dict != nil:
		for w := range there {
			part, x := v.Codes[64*w:min(64*w+64, v.Len)], uint64(0)
			for i, c := range part {
				x |= uint64(min(c, 1)) << (i & 63)
			}
			there[w] = x
		}
	case len(v.Present) > 0:
		for w := range there {
			part, x := v.Present[64*w:min(64*w+64, v.Len)], uint64(0)
			for i, here := range part {
				if here {
					x |= 1 << (i & 63)
				}
			}
			there[w] = x
		}
	default:
		for w := range there {
			there[w] = ^uint64(0)
		}
		if k := v.Len & 63; k > 0 {
			there[len(there)-1] = 1<<k - 1
		}
	}
	return countBits(there)
}

func (g *gather) addUUID(v *column.Vector, i int) error {
	id, ok := parseUUID(v.TextAt(i))
	if !ok {
		return &noUUID{g.leaf.key}
	}
	g.ids = append(g.ids, id[:]...)
	return nil
}

// appendLevels appends levels as pages of version 1 have them.
func appendLevels(dst []byte, levels []uint32, width int) []byte {
	at := len(dst)
	dst = appendHybrid(append(dst, 0, 0, 0, 0), levels, width)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// listLevels describes the items of a list's rows in a page.
type listLevels struct {
	offsets    []uint32
	slots      int
	repetition []byte // as the file has it
	definition []byte // of columns with a value for each item
}

// set describes rows; scratch is memory that it uses and returns.
func (l *listLevels) set(offsets, scratch []uint32) []uint32 {
	l.offsets = append(l.offsets[:0], offsets...)
	rows := len(offsets) - 1
	rep := scratch[:0]
	for i := range rows {
		rep = append(rep, 0)
		for n := offsets[i+1] - offsets[i]; n > 1; n-- {
			rep = append(rep, 1)
		}
	}
	l.slots = len(rep)
	l.repetition = appendLevels(l.repetition[:0], rep, 1)
	def := rep[:0]
	for i := range rows {
		n := offsets[i+1] - offsets[i]
		def = append(def, min(n, 1))
		for ; n > 1; n-- {
			def = append(def, 1)
		}
	}
	l.definition = appendLevels(l.definition[:0], def, 1)
	return def
}

// within makes the levels of the items that are there.
func (l *listLevels) within(out []uint32, there []uint64) []uint32 {
	out = sized(out, l.slots)
	at := 0
	for i := range len(l.offsets) - 1 {
		lo, hi := l.offsets[i], l.offsets[i+1]
		if lo == hi {
			out[at] = 0
			at++
		}
		for ; lo < hi; lo++ {
			out[at] = 1 + uint32(there[lo>>6]>>(lo&63)&1)
			at++
		}
	}
	return out
}

// texts are the texts of a column in a row group: codes of a dictionary of their
// own while that pays, then plain.
type texts struct {
	plain bool
	never bool // no dictionary from the beginning

	codes []uint32
	dict  []string // the first stands for absent values, and for "" where none is absent
	size  int      // bytes of dict
	own   map[string]uint32
	// of other dictionaries: code + 1 in ours, 0 not yet
	others map[*column.Dict][]uint32

	text []byte
	ends []int
}

func (t *texts) reset(all bool) {
	t.plain, t.never, t.size = false, false, 0
	t.codes, t.dict, t.text, t.ends = t.codes[:0], []string{""}, t.text[:0], t.ends[:0]
	t.own, t.others = make(map[string]uint32), make(map[*column.Dict][]uint32)
	if all {
		t.own[""] = 0
	}
}

func (t *texts) len() int {
	if t.plain {
		return len(t.ends)
	}
	return len(t.codes)
}

// A dictionary of few texts is kept for what can be known from it, whether it saves
// bytes or not.
const (
	fewTexts     = 1024
	mostTexts    = 1 << 17
	mostDictSize = 16 << 20
)

func (t *texts) pays() bool {
	return len(t.dict) <= fewTexts && t.size < 1<<20 || 2*len(t.dict) <= len(t.codes) && len(t.dict) <= mostTexts && t.size <= mostDictSize
}

// settle gives the dictionary up if it does not pay.
func (t *texts) settle() {
	if t.plain || t.pays() && !t.never {
		return
	}
	t.plain = true
	for _, c := range t.codes {
		t.text = append(t.text, t.dict[c]...)
		t.ends = append(t.ends, len(t.text))
	}
	t.codes, t.dict = t.codes[:0], t.dict[:1]
	clear(t.own)
	clear(t.others)
}

// addCodes takes values of a dictionary behind those in codes, which are t's: those
// that are not there, code 0, are left out if there are but n others.
func (t *texts) addCodes(to, codes []uint32, d *column.Dict, n int) {
	some := n < len(codes)
	if t.plain {
		for _, c := range codes {
			if c != 0 || !some {
				t.addPlain(d.Texts[c])
			}
		}
		return
	}
	known := t.others[d]
	if len(known) < len(d.Texts) {
		known = make([]uint32, len(d.Texts))
		t.others[d] = known
	}
	at := len(to)
	to = slices.Grow(to, len(codes))
	out := to[at : at+len(codes)]
	k := 0
	for _, c := range codes {
		m := known[c]
		if m == 0 {
			if c == 0 && some {
				continue
			}
			m = t.code(d.Texts[c]) + 1
			known[c] = m
		}
		out[k] = m - 1
		k++
	}
	t.codes = to[:at+k]
	t.settle()
}

func (t *texts) addPlain(text string) {
	t.text = append(t.text, text...)
	t.ends = append(t.ends, len(t.text))
}

// add takes a text.
func (t *texts) add(text []byte) {
	if t.plain {
		t.text = append(t.text, text...)
		t.ends = append(t.ends, len(t.text))
		return
	}
	n, ok := t.own[string(text)]
	if !ok {
		n = t.code(string(text))
	}
	t.codes = append(t.codes, n)
	if len(t.dict) >= fewTexts && len(t.codes)%fewTexts == 0 {
		t.settle()
	}
}

// code is a text's number.
func (t *texts) code(text string) uint32 {
	n, ok := t.own[text]
	if !ok {
		n = uint32(len(t.dict))
		t.own[text] = n
		t.dict = append(t.dict, text)
		t.size += len(text)
	}
	return n
}

// valid tells whether all texts are UTF-8.
func (t *texts) valid() bool {
	for _, d := range t.dict {
		if !utf8.ValidString(d) {
			return false
		}
	}
	if utf8.Valid(t.text) {
		return noSplit(t.text, t.ends)
	}
	return false
}

// noSplit tells whether no text ends within a character.
func noSplit(text []byte, ends []int) bool {
	for _, e := range ends {
		if e < len(text) && !utf8.RuneStart(text[e]) {
			return false
		}
	}
	return true
}
