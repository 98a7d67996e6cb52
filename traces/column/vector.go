package column

// Dict is the texts of a column. Texts[0] is no text: it stands for an absent
// value. A Dict does not change; the same pointer means the same texts, so that
// what was found out about them may be kept by pointer.
type Dict struct{ Texts []string }

// Vector is the values of one column in one page.
//
// Of a column with one value a row, value i belongs to row i. Of a list column,
// the values of row i are those from Offsets[i] to Offsets[i+1].
type Vector struct {
	Rows    int
	Len     int      // number of values; Rows unless it is a list
	Offsets []uint32 // of a list column: Rows+1 entries; else nil

	// Present tells which values there are; nil: all, or, with Codes, those whose
	// code is not 0. Absent values hold zero in the slices below.
	Present []bool

	Ints   []int64
	Floats []float64
	IDs    []byte

	// Texts in dictionary form: code 0 is absent.
	Codes []uint32
	Dict  *Dict
	// Texts in plain form, where a dictionary would not pay: value i is
	// Text[Ends[i]:Ends[i+1]]; Ends has Len+1 entries.
	Text []byte
	Ends []uint32

	// Cost is how many bytes were read from disk for it.
	Cost int
}

// Reset empties v and keeps its memory.
func (v *Vector) Reset() {
	*v = Vector{
		Offsets: v.Offsets[:0], Present: v.Present[:0], Ints: v.Ints[:0], Floats: v.Floats[:0], IDs: v.IDs[:0],
		Codes: v.Codes[:0], Text: v.Text[:0], Ends: v.Ends[:0],
	}
}

// Has tells whether there is a value i.
func (v *Vector) Has(i int) bool {
	if v.Dict != nil {
		return v.Codes[i] != 0
	}
	return len(v.Present) == 0 || v.Present[i]
}

// TextAt is value i of a text column, "" if absent. It may share v's memory: it is
// good until v is read into again.
func (v *Vector) TextAt(i int) []byte {
	if v.Dict != nil {
		return []byte(v.Dict.Texts[v.Codes[i]])
	}
	return v.Text[v.Ends[i]:v.Ends[i+1]]
}

// StringAt is value i of a text column as a string of its own.
func (v *Vector) StringAt(i int) string {
	if v.Dict != nil {
		return v.Dict.Texts[v.Codes[i]]
	}
	return string(v.Text[v.Ends[i]:v.Ends[i+1]])
}
