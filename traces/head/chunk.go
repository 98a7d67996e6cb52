package head

import "unsafe"

// chunkRows is the number of rows in a chunk: few enough that the last one's free
// places do not count, many enough that the pointers to them do not.
const (
	chunkBits = 12
	chunkRows = 1 << chunkBits
	chunkMask = chunkRows - 1
)

// chunk is some rows: fixed values in arrays, the rest as records in data. The
// writer appends, and never changes what it has written; readers know how many rows
// there were, and the data at that time.
type chunk struct {
	trace    [chunkRows]uint32 // number of the trace
	id       [chunkRows]uint64 // big endian
	parent   [chunkRows]uint64 // big endian
	start    [chunkRows]uint64
	duration [chunkRows]int64
	name     [chunkRows]uint32 // code; 0: in the record
	shape    [chunkRows]uint32
	at       [chunkRows]uint32 // where the record begins in data
	data     []byte
}

const chunkBytes = int(unsafe.Sizeof(chunk{}))

// origin is where a run of rows came from.
type origin struct {
	row     int    // its first
	low     uint64 // lowest position in the log
	arrived uint64 // Unix nanoseconds, earliest
	latest  uint64 // the latest
}

const originBytes = int(unsafe.Sizeof(origin{}))

// originRows is up to how many rows one origin holds, if they came within
// originTime.
const (
	originRows = 512
	originTime = 100_000_000
)
