package latency

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/ui/source"
)

// MaxFile bounds a file of traces, unpacked. Its spans are held at once, as the
// spans of a trace may lie anywhere in it.
const MaxFile = 512 << 20

// errTooLarge says that a file goes on beyond MaxFile.
var errTooLarge = fmt.Errorf("more than %d MiB unpacked: cut it, or import it into a store (supersonic traces import)", MaxFile>>20)

// ReadFile gathers the requests of a file: OTLP as JSON, a document a line or one
// over many lines (also as Tempo writes a trace), packed by gzip or not. filter is
// TraceQL that selects spans: traces that have one count, whole; "" is all.
func ReadFile(from io.Reader, filter string, w Window) (*Collector, error) {
	matches, err := matcher(filter)
	if err != nil {
		return nil, err
	}
	plain, err := unpacked(from)
	if err != nil {
		return nil, err
	}
	groups := map[[16]byte][]made{}
	var order [][16]byte
	bounded := &io.LimitedReader{R: plain, N: MaxFile}
	d := json.NewDecoder(bounded)
	for n := 1; ; n++ {
		var doc json.RawMessage
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) && bounded.N > 0 {
			break
		}
		if bounded.N <= 0 {
			err = errTooLarge
		}
		var td ptrace.Traces
		if err == nil {
			td, err = source.DecodeJSON(doc)
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		order = byTrace(td, groups, order)
	}
	c := NewCollector(w)
	for _, id := range order {
		if spans := groups[id]; matches(id, spans) {
			c.trace(newTree(id, spans))
		}
	}
	return c, nil
}

// unpacked undoes gzip where the file begins as gzip does.
func unpacked(from io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(from, 1<<16)
	magic, err := r.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return r, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return z, nil
}

// matcher tells whether a trace has a span that the filter selects.
func matcher(filter string) (func(id [16]byte, spans []made) bool, error) {
	if filter == "" {
		return func([16]byte, []made) bool { return true }, nil
	}
	q, err := traceql.Parse(filter)
	if err != nil {
		return nil, err
	}
	search, err := traceql.NewSearch(q)
	if err != nil {
		return nil, err
	}
	return func(id [16]byte, spans []made) bool {
		shown := make([]traceql.Span, len(spans))
		for i := range spans {
			shown[i] = view{&spans[i]}
		}
		return len(search.Eval(traceql.NewTrace(traceql.TraceID(id), shown))) > 0
	}, nil
}
