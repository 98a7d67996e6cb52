package columntest

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/modulefolder"
	"supersonic/traces/span"
)

// Load returns the spans of the reference traffic of the query language, in the
// order in which they were exported.
func Load(t testing.TB) []span.Span {
	t.Helper()
	var spans []span.Span
	for _, td := range Exports(t) {
		spans = append(spans, span.FromOTLP(td)...)
	}
	return spans
}

// Exports returns the exports of the reference traffic.
func Exports(t testing.TB) []ptrace.Traces {
	t.Helper()
	exports, err := readExports(filepath.Join(modulefolder.Of(t), "traceql", "testdata", "spans.bin.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return exports
}

func readExports(path string) ([]ptrace.Traces, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var exports []ptrace.Traces
	for r := bufio.NewReader(z); ; {
		n, err := binary.ReadUvarint(r)
		if errors.Is(err, io.EOF) {
			return exports, nil
		}
		if err != nil {
			return nil, err
		}
		raw := make([]byte, n)
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, err
		}
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			return nil, err
		}
		exports = append(exports, td)
	}
}
