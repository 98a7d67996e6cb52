package head

import (
	"math"
	"slices"
)

// CarryNone is the Cut that leaves nothing behind.
const CarryNone = math.MaxUint64

// fewRows is how many rows appends wait for at the end of a Cut (0.5 ms).
const fewRows = 256

// cutRounds bounds how often Cut goes after what came meanwhile.
const cutRounds = 8

// Cut ends the head: what it holds goes to a block, but for the traces that may not
// be whole yet, which a new head begins with. Those are traces of which a span
// arrived at or after since (Unix nanoseconds), the latest first, up to
// Options.CarryRows spans; and new ones that come during the Cut. A trace is carried
// over once: next time it goes with the rest.
//
// While the rows are copied, appends to h go on. publish is then called, while they
// wait, so that its caller can put full and next in the place of h: together they
// have each span of h once. Append returns ErrCut afterwards, and h.View still shows
// all of h. publish must not use h, nor full, and the locks that it takes must not be held
// by anybody who calls h. Cut is called once.
func (h *Head) Cut(since uint64, publish func(full *View, next *Head)) {
	c := cutter{head: h, next: New(h.opts)}
	if since != CarryNone {
		h.mu.Lock()
		v, origins := h.snapshot(), slices.Clone(h.origins)
		c.choose(v, origins, since)
		h.mu.Unlock()
		for range cutRounds {
			c.copy(v, origins)
			h.mu.Lock()
			v, origins = h.snapshot(), slices.Clone(h.origins)
			h.mu.Unlock()
			if v.rows-c.rows <= fewRows {
				break
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cut = true
	full := h.snapshot()
	full.cache.limit = cutBytes
	if since != CarryNone {
		c.copy(full, h.origins)
		full.left = c.left
	}
	c.next.carried = uint32(len(c.next.traces.ids))
	publish(full, c.next)
}

// cutter copies what is carried over.
type cutter struct {
	head, next *Head
	left       []bool // by number of the trace
	known      int    // traces below it were there at the beginning
	rows       int    // so many were looked at
}

// choose says which traces are carried over. h is locked.
func (c *cutter) choose(v *View, origins []origin, since uint64) {
	h := c.head
	c.known = len(v.ids)
	c.left = make([]bool, c.known)
	from := v.rows
	for _, o := range slices.Backward(origins) {
		if o.latest < since {
			break
		}
		from = o.row
	}
	seen := make([]bool, c.known)
	for n, r := 0, v.rows-1; r >= from; r-- {
		t := v.chunks[r>>chunkBits].trace[r&chunkMask]
		if seen[t] {
			continue
		}
		seen[t] = true
		if t >= h.carried && n+int(h.traces.count[t]) <= h.opts.CarryRows {
			n += int(h.traces.count[t])
			c.left[t] = true
		}
	}
}

// copy appends the rows that are to be carried over, of those not looked at yet.
func (c *cutter) copy(v *View, origins []origin) {
	for len(c.left) < len(v.ids) {
		c.left = append(c.left, true)
	}
	r := newRestorer(v)
	var rows []uint32
	for i, o := range origins {
		end := v.rows
		if i+1 < len(origins) {
			end = origins[i+1].row
		}
		rows = rows[:0]
		for row := max(c.rows, o.row); row < end; row++ {
			if c.left[v.chunks[row>>chunkBits].trace[row&chunkMask]] {
				rows = append(rows, uint32(row))
			}
		}
		if len(rows) > 0 {
			b := r.restore(rows)
			b.Arrived = o.arrived
			c.next.append(b, o.low)
		}
	}
	c.rows = v.rows
}
