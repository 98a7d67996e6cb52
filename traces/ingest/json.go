package ingest

import (
	"errors"

	"google.golang.org/grpc/mem"

	"supersonic/traces/otlp"
)

// fromJSON writes an export in JSON as protobuf, whose memory is claimed.
func fromJSON(text []byte, c *claim) (mem.Buffer, otlp.Bad, error) {
	raw, bad, used, err := otlp.FromJSON(text, c.more)
	c.less(used)
	switch {
	case errors.Is(err, otlp.ErrNoRoom):
		return nil, bad, c.err
	case err != nil:
		return nil, bad, err
	case !c.more(len(raw)):
		return nil, bad, c.err
	}
	return mem.SliceBuffer(raw), bad, nil
}
