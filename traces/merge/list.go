package merge

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// trace is a trace of an input. One without rows is left out as it lies here: it was
// deleted, or is joined with its other pieces.
type trace struct {
	id              [16]byte
	start           uint64 // earliest
	page, row, rows uint32
}

func (t *trace) compare(start uint64, id *[16]byte) int {
	if c := cmp.Compare(t.start, start); c != 0 {
		return c
	}
	return bytes.Compare(t.id[:], id[:])
}

// list reads the traces of an input.
func (s *Segment) list(number int, deleted func([16]byte) bool) ([]trace, error) {
	in := &s.inputs[number]
	total := 0
	for p := range in.Pages() {
		total += in.Page(p).Traces
	}
	traces := make([]trace, 0, total)
	in.first = make([]uint32, in.Pages())
	in.lastUse = make([]uint32, in.Pages())
	in.place = make([]uint32, total)
	for p := range in.Pages() {
		in.first[p] = uint32(len(traces))
		var err error
		if traces, err = in.listPage(traces, p); err != nil {
			return nil, fmt.Errorf("page %d: %w", p, err)
		}
	}
	for i := range traces {
		t := &traces[i]
		if i > 0 && traces[i-1].compare(t.start, &t.id) >= 0 {
			return nil, fmt.Errorf("page %d: trace %x of start %d comes after %x of start %d: the input is not in order",
				t.page, t.id, t.start, traces[i-1].id, traces[i-1].start)
		}
	}
	if deleted != nil {
		for i := range traces {
			if deleted(traces[i].id) {
				traces[i].rows, in.dirty = 0, true
			}
		}
	}
	return traces, nil
}

// listPage appends the traces of a page.
func (in *input) listPage(traces []trace, p int) ([]trace, error) {
	info := in.Page(p)
	bounds, err := in.Bounds(p)
	if err != nil {
		return nil, fmt.Errorf("bounds of traces: %w", err)
	}
	if err := checkBounds(bounds, info); err != nil {
		return nil, err
	}
	var ids, starts column.Vector
	if err := in.readFixed(column.TraceID, p, &ids); err != nil {
		return nil, err
	}
	if err := in.readFixed(column.Start, p, &starts); err != nil {
		return nil, err
	}
	for i, lo := range bounds[:len(bounds)-1] {
		t := trace{page: uint32(p), row: lo, rows: bounds[i+1] - lo, start: uint64(starts.Ints[lo])}
		copy(t.id[:], ids.IDs[16*lo:])
		for _, start := range starts.Ints[lo:bounds[i+1]] {
			t.start = min(t.start, uint64(start))
		}
		traces = append(traces, t)
	}
	return traces, nil
}

func checkBounds(bounds []uint32, info column.PageInfo) error {
	if len(bounds) != info.Traces+1 || bounds[0] != 0 || int(bounds[info.Traces]) != info.Rows {
		return fmt.Errorf("%d bounds of traces do not fit %d rows and %d traces", len(bounds), info.Rows, info.Traces)
	}
	for i := range info.Traces {
		if bounds[i] >= bounds[i+1] {
			return fmt.Errorf("trace %d has no row", i)
		}
	}
	return nil
}

// readFixed reads a page of a fixed column that has one value a row, zeros if it is
// nil.
func (in *input) readFixed(k column.Key, p int, v *column.Vector) error {
	if c := in.Column(k); c != nil {
		return readPage(c, k, p, in.Page(p).Rows, v)
	}
	v.Reset()
	v.Rows, v.Len = in.Page(p).Rows, in.Page(p).Rows
	appendAbsent(v, k, v.Len, true)
	return nil
}

// twin is an entry of the list in which ids that come twice are found.
type twin struct {
	hash          uint64
	input, number uint32
}

// twins returns the traces that come more than once, one group after the other, in a
// group by input.
func twins(traces [][]trace) [][]twin {
	total := 0
	for _, list := range traces {
		total += len(list)
	}
	all := make([]twin, 0, total)
	for input, list := range traces {
		for number := range list {
			if t := &list[number]; t.rows > 0 {
				all = append(all, twin{hash(&t.id), uint32(input), uint32(number)})
			}
		}
	}
	id := func(t twin) *[16]byte { return &traces[t.input][t.number].id }
	slices.SortFunc(all, func(a, b twin) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		return cmp.Or(bytes.Compare(id(a)[:], id(b)[:]), cmp.Compare(a.input, b.input), cmp.Compare(a.number, b.number))
	})
	var groups [][]twin
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].hash == all[0].hash && *id(all[n]) == *id(all[0]) {
			n++
		}
		if n > 1 {
			groups = append(groups, slices.Clone(all[:n]))
		}
		all = all[n:]
	}
	return groups
}

// hash needs no quality: ids that have one are compared.
func hash(id *[16]byte) uint64 {
	return binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])*0x9e3779b97f4a7c15
}
