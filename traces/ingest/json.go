package ingest

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc/mem"
)

const (
	// maxBrackets is how deep JSON may nest: a value in a value takes three brackets,
	// and the decoder behind refuses those of more than 64 levels.
	maxBrackets = 1000
	// objectBytes is about what an object takes as one of the collector's.
	objectBytes = 256
)

// fromJSON writes an export in JSON as protobuf. The collector's objects, which are
// made on the way, are many times larger than their text: they are counted first.
func fromJSON(text []byte, c *claim) (mem.Buffer, error) {
	objects, err := countObjects(text)
	if err != nil {
		return nil, malformed(err)
	}
	size := objects * objectBytes
	if !c.more(size) {
		return nil, c.err
	}
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalJSON(text); err != nil {
		return nil, malformed(err)
	}
	raw, err := req.MarshalProto()
	if err != nil {
		return nil, malformed(err)
	}
	c.less(size)
	if !c.more(len(raw)) {
		return nil, c.err
	}
	return mem.SliceBuffer(raw), nil
}

// countObjects counts what opens in JSON, and refuses what nests too deep: the
// parser calls itself for each level.
func countObjects(text []byte) (int, error) {
	objects, depth := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			objects++
			if depth++; depth > maxBrackets {
				return 0, fmt.Errorf("JSON nests deeper than %d brackets (at byte %d)", maxBrackets, i)
			}
		case '}', ']':
			depth--
		}
	}
	return objects, nil
}
