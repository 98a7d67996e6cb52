package ingest

import (
	"errors"

	"google.golang.org/grpc/mem"

	"supersonic/traces/otlp"
)

// fromJSON writes an export in JSON as protobuf, whose memory is claimed.
func fromJSON(text []byte, c *claim) (mem.Buffer, error) {
	raw, used, err := otlp.FromJSON(text, c.more)
	c.less(used)
	switch {
	case errors.Is(err, otlp.ErrNoRoom):
		return nil, c.err
	case err != nil:
		return nil, err
	case !c.more(len(raw)):
		return nil, c.err
	}
	return mem.SliceBuffer(raw), nil
}
