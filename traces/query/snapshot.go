package query

import (
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// Snapshots is a storage: it shows what it holds at an instant. Everything
// acknowledged before the call is in the snapshot.
type Snapshots interface {
	Snapshot() (*Snapshot, error)
}

// Snapshot is what a storage held at an instant. It does not change, and costs
// disk space and memory until Release, which must be called once.
type Snapshot struct {
	Parts []Part
	// Split is the traces that have pieces in several parts, by earliest start, then
	// id. Their pieces are Hidden in the parts: they count only together.
	Split   []Split
	Release func()
}

// Part is one Segment of a Snapshot.
type Part struct {
	Segment column.Segment
	// Name tells the part in explanations: "head", or the block's directory.
	Name string
	// Hidden lists, by page, the traces (by their number in the page, ascending) that
	// do not count as they lie here: they are in Split, or were deleted.
	Hidden map[int][]uint32
	// Deleted holds the deleted traces that this part still has.
	Deleted map[span.TraceID]struct{}
}

// Split is a trace in pieces.
type Split struct {
	ID     span.TraceID
	Start  uint64 // earliest start of a span, Unix nanoseconds
	End    uint64 // latest end of a span
	Pieces []Piece
}

// Piece is where a piece of a trace lies.
type Piece struct {
	Part  int // index into Snapshot.Parts
	Place column.Place
}
