package column

// RowReader is a Column that reads some rows of a page for less than the page costs.
type RowReader interface {
	// ReadRows reads the rows from lo to before hi of a page into v, over what v held,
	// as though the page had no others: v.Rows is hi-lo. It is an error if the page
	// has no such rows.
	ReadRows(page, lo, hi int, v *Vector) error
}

// Emptier is a Column that may know, without reading it, that a page has no value.
type Emptier interface {
	// Empty tells whether no row of the page has a value. false may mean that it is
	// not known.
	Empty(page int) bool
}

// TextFinder is a Column that finds the rows of a page that have one of some texts for
// less than it costs to read all texts.
type TextFinder interface {
	// FindTexts adds the rows whose code is wanted to a set: row i is bit i%64 of word
	// i/64. wanted has a 1 for each code of the page's Dict that is, and 0 for the others,
	// of which 0 (no text) is one. cost is how many bytes were read. ok is false if the
	// column cannot tell, and nothing was done.
	FindTexts(page int, wanted []uint8, rows []uint64) (cost int, ok bool, err error)
}

// FindTexts is c's, if it is a TextFinder.
func FindTexts(c Column, page int, wanted []uint8, rows []uint64) (cost int, ok bool, err error) {
	if f, is := c.(TextFinder); is && wanted[0] == 0 {
		return f.FindTexts(page, wanted, rows)
	}
	return 0, false, nil
}

// SelectCodes adds the codes that are wanted to a set: code i is bit i%64 of word i/64.
// wanted has 1 or 0 for each code that there may be.
func SelectCodes(codes []uint32, wanted []uint8, out []uint64) {
	in := func(code uint32) uint64 { return uint64(wanted[code]) }
	for w := 0; len(codes) > 0; w++ {
		part := codes[:min(64, len(codes))]
		codes = codes[len(part):]
		x, k := uint64(0), 0
		for ; len(part)-k >= 8; k += 8 { // eight that need not wait for each other
			c := (*[8]uint32)(part[k:])
			x |= (in(c[0]) | in(c[1])<<1 | in(c[2])<<2 | in(c[3])<<3 | in(c[4])<<4 | in(c[5])<<5 | in(c[6])<<6 | in(c[7])<<7) << (k & 63)
		}
		for ; k < len(part); k++ {
			x |= in(part[k]) << (k & 63)
		}
		out[w] |= x
	}
}

// ReadRows reads the rows from lo to before hi of a page, as RowReader does: of a
// Column that is none, the page is read.
func ReadRows(c Column, page, lo, hi int, v *Vector) error {
	if r, ok := c.(RowReader); ok {
		return r.ReadRows(page, lo, hi, v)
	}
	if err := c.Read(page, v); err != nil {
		return err
	}
	v.Cut(lo, hi)
	return nil
}

// EmptyPage tells whether it is known that no row of a page has a value.
func EmptyPage(c Column, page int) bool {
	e, ok := c.(Emptier)
	return ok && e.Empty(page)
}

// Cut leaves the rows from lo to before hi, which v must have.
func (v *Vector) Cut(lo, hi int) {
	from, to := lo, hi
	if len(v.Offsets) > 0 {
		from, to = int(v.Offsets[lo]), int(v.Offsets[hi])
		v.Offsets = cut(v.Offsets, lo, hi+1)
		for i := range v.Offsets {
			v.Offsets[i] -= uint32(from)
		}
	}
	if v.Len > 0 { // ids are as long as their type says
		width := len(v.IDs) / v.Len
		v.IDs = cut(v.IDs, width*from, width*to)
	}
	v.Rows, v.Len = hi-lo, to-from
	v.Present, v.Ints, v.Floats, v.Codes = cut(v.Present, from, to), cut(v.Ints, from, to), cut(v.Floats, from, to), cut(v.Codes, from, to)
	if len(v.Ends) > 0 {
		first, last := v.Ends[from], v.Ends[to]
		v.Text = cut(v.Text, int(first), int(last))
		v.Ends = cut(v.Ends, from, to+1)
		for i := range v.Ends {
			v.Ends[i] -= first
		}
	}
}

// cut moves the elements from lo to before hi to the front, if there are any at all.
func cut[T any](s []T, lo, hi int) []T {
	if len(s) == 0 {
		return s
	}
	return s[:copy(s, s[lo:hi])]
}
