package merge

import (
	"errors"
	"sync"

	"supersonic/traces/column"
)

// chapterPages is how many pages share a dictionary: as many as two cuts of the head
// fill, so that the dictionaries of two to three blocks are in one, and those of a
// long column are not all in memory.
const chapterPages = 32

// dicts is the dictionary of a column that was used last.
type dicts struct {
	mu   sync.Mutex
	last *chapter
}

// chapter is some pages of a column with one dictionary.
type chapter struct {
	number int
	plain  [chapterPages]bool // pages that have no codes
	dict   *column.Dict       // nil: no page has codes

	mu     sync.Mutex
	tables map[*column.Dict][]uint32 // nil: the codes are the same
	codes  map[string]uint32         // of the texts of dict; see index
}

// of returns the dictionary of a page, nil if its texts are plain.
func (ch *chapter) of(page int) *column.Dict {
	if ch.plain[page%chapterPages] {
		return nil
	}
	return ch.dict
}

// chapter returns the chapter of a page.
func (c *merged) chapter(page int) (*chapter, error) {
	c.dicts.mu.Lock()
	defer c.dicts.mu.Unlock()
	number := page / chapterPages
	if last := c.dicts.last; last != nil && last.number == number {
		return last, nil
	}
	ch, err := c.newChapter(number)
	if err != nil {
		return nil, err
	}
	c.dicts.last = ch
	return ch, nil
}

func (c *merged) newChapter(number int) (*chapter, error) {
	ch := &chapter{number: number, tables: make(map[*column.Dict][]uint32)}
	asked := make(map[source]*column.Dict)
	var list []*column.Dict
	first := number * chapterPages
	for i := range min(chapterPages, len(c.s.pages)-first) {
		for _, src := range c.s.pages[first+i].sources {
			col := c.inputs[src.input]
			if col == nil {
				continue
			}
			d, ok := asked[src]
			if !ok {
				var err error
				if d, err = col.Dict(int(src.page)); err != nil {
					return nil, c.inputError(src.input, src.page, err)
				}
				asked[src] = d
			}
			if d == nil {
				ch.plain[i] = true
			} else if _, ok := ch.tables[d]; !ok {
				ch.tables[d] = nil
				list = append(list, d)
			}
		}
	}
	ch.unite(list)
	return ch, nil
}

// unite makes one dictionary of several.
func (ch *chapter) unite(list []*column.Dict) {
	if len(list) == 1 {
		ch.dict = list[0]
	}
	if len(list) < 2 {
		return
	}
	size := 0
	for _, d := range list {
		size = max(size, len(d.Texts))
	}
	ch.dict = &column.Dict{Texts: make([]string, 1, size+1)}
	codes := make(map[string]uint32, size)
	for _, d := range list {
		table := make([]uint32, len(d.Texts))
		for code := 1; code < len(d.Texts); code++ {
			text := d.Texts[code]
			to, ok := codes[text]
			if !ok {
				to = uint32(len(ch.dict.Texts))
				ch.dict.Texts = append(ch.dict.Texts, text)
				codes[text] = to
			}
			table[code] = to
		}
		ch.tables[d] = table
	}
}

// table returns what translates the codes of a dictionary; nil: they are the same.
func (ch *chapter) table(d *column.Dict) ([]uint32, error) {
	if d == ch.dict {
		return nil, nil
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if table, ok := ch.tables[d]; ok {
		return table, nil
	}
	ch.index()
	table := make([]uint32, len(d.Texts))
	for code := 1; code < len(d.Texts); code++ {
		to, ok := ch.codes[d.Texts[code]]
		if !ok {
			return nil, errDict
		}
		table[code] = to
	}
	ch.tables[d] = table
	return table, nil
}

// errDict is what an input may not do.
var errDict = errors.New("its texts are not those of the dictionary that it tells")

// index makes codes, where an input did not keep to its dictionaries: it read one
// anew, or gives a page in plain form.
func (ch *chapter) index() {
	if ch.codes != nil {
		return
	}
	ch.codes = make(map[string]uint32, len(ch.dict.Texts))
	for code := len(ch.dict.Texts) - 1; code > 0; code-- {
		ch.codes[ch.dict.Texts[code]] = uint32(code)
	}
}

// encode turns a page of plain texts into codes. A page without values has no
// dictionary in hand, though it tells one.
func (ch *chapter) encode(v *column.Vector, fixed bool) error {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	codes := v.Codes[:0]
	for i := range v.Len {
		text := v.Text[v.Ends[i]:v.Ends[i+1]]
		if !v.Has(i) || fixed && len(text) == 0 {
			codes = append(codes, 0)
			continue
		}
		ch.index()
		code, ok := ch.codes[string(text)]
		if !ok {
			return errDict
		}
		codes = append(codes, code)
	}
	v.Codes, v.Dict, v.Present, v.Text, v.Ends = codes, ch.dict, v.Present[:0], v.Text[:0], v.Ends[:0]
	return nil
}
