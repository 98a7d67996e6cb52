package block

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"supersonic/traces/column"
)

// gather takes the values of one column in the pages of a row group, absent ones
// left out, before they are written: only then is known whether a dictionary pays.
type gather struct {
	leaf  *leaf
	pages []gathered

	ints    []int64 // Bool too
	floats  []float64
	ids     []byte // UUIDs too
	texts   texts
	levels  []byte
	scratch []uint32
}

// gathered is what a page has of the lists.
type gathered struct {
	slots          int
	first, last    int // values
	levels, levEnd int
	zone
}

func (g *gather) reset(l *leaf) {
	g.leaf = l
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

// addAll takes a column of which every row or item has a value.
func (g *gather) addAll(v *column.Vector) error {
	l := g.leaf
	switch {
	case l.form == formInt || l.form == formBool:
		g.ints = append(g.ints, v.Ints...)
		l.some = l.some || l.key == column.EventTime && v.Len > 0 || anyInt(v.Ints)
	case l.form == formDouble:
		g.floats = append(g.floats, v.Floats...)
		for _, f := range v.Floats {
			l.some = l.some || f != 0
		}
	case l.form == formText && v.Dict != nil:
		g.texts.addCodes(v.Codes, v.Dict, false)
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
		g.ids = append(g.ids, v.IDs...)
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
	def := sized(g.scratch, v.Len)
	g.scratch = def
	g.presence(def, v)
	if list != nil {
		def = list.within(def)
		g.levels = append(g.levels, list.repetition...)
		g.levels = appendLevels(g.levels, def, 2)
	} else {
		g.levels = appendLevels(g.levels, def, 1)
	}
	def = g.scratch[:v.Len]
	l := g.leaf
	switch {
	case l.form == formInt || l.form == formBool:
		for i, d := range def {
			if d != 0 {
				g.ints = append(g.ints, v.Ints[i])
			}
		}
	case l.form == formDouble:
		for i, d := range def {
			if d != 0 {
				g.floats = append(g.floats, v.Floats[i])
			}
		}
	case l.form == formText && v.Dict != nil:
		g.texts.addCodes(v.Codes, v.Dict, true)
	case l.form == formText:
		for i, d := range def {
			if d != 0 {
				g.texts.add(v.Text[v.Ends[i]:v.Ends[i+1]])
			}
		}
		g.texts.settle()
	case l.form == formUUID:
		for i, d := range def {
			if d != 0 {
				if err := g.addUUID(v, i); err != nil {
					return err
				}
			}
		}
	default:
		w := l.form.width()
		for i, d := range def {
			if d != 0 {
				g.ids = append(g.ids, v.IDs[i*w:(i+1)*w]...)
			}
		}
	}
	return nil
}

// presence sets 1 where there is a value.
func (g *gather) presence(def []uint32, v *column.Vector) {
	n := 0
	switch {
	case g.leaf.key == column.ParentID: // zero is none
		for i := range def {
			def[i] = 0
			if binary.LittleEndian.Uint64(v.IDs[8*i:]) != 0 {
				def[i] = 1
				n++
			}
		}
	case v.Dict != nil:
		for i, c := range v.Codes[:len(def)] {
			def[i] = min(c, 1)
			n += int(def[i])
		}
	case len(v.Present) > 0:
		for i, there := range v.Present[:len(def)] {
			def[i] = 0
			if there {
				def[i] = 1
				n++
			}
		}
	default:
		fill(def, 1)
		n = len(def)
	}
	g.leaf.some = g.leaf.some || n > 0
}

func (g *gather) addUUID(v *column.Vector, i int) error {
	id, ok := parseUUID(v.TextAt(i))
	if !ok {
		return fmt.Errorf("value %d of %q is no UUID, though it was when first read", i, g.leaf.key.Name)
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
	out        []uint32
}

func newListLevels(offsets []uint32) *listLevels {
	l := &listLevels{offsets: offsets}
	rows := len(offsets) - 1
	items := int(offsets[rows])
	rep, def := make([]uint32, 0, rows+items), make([]uint32, 0, rows+items)
	for i := range rows {
		n := offsets[i+1] - offsets[i]
		rep, def = append(rep, 0), append(def, min(n, 1))
		for range max(n, 1) - 1 {
			rep, def = append(rep, 1), append(def, 1)
		}
	}
	l.slots = len(rep)
	l.repetition, l.definition = appendLevels(nil, rep, 1), appendLevels(nil, def, 1)
	l.out = rep
	return l
}

// within makes the levels of the items' presences.
func (l *listLevels) within(present []uint32) []uint32 {
	out := l.out[:0]
	for i := range len(l.offsets) - 1 {
		lo, hi := l.offsets[i], l.offsets[i+1]
		if lo == hi {
			out = append(out, 0)
		}
		for _, p := range present[lo:hi] {
			out = append(out, p+1)
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

// addCodes takes values of a dictionary; some: those of code 0 are left out.
func (t *texts) addCodes(codes []uint32, d *column.Dict, some bool) {
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
	out := t.codes
	for _, c := range codes {
		if c == 0 && some {
			continue
		}
		n := known[c]
		if n == 0 {
			n = t.code(d.Texts[c]) + 1
			known[c] = n
		}
		out = append(out, n-1)
	}
	t.codes = out
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
