package tracefile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Limit is the size of the largest file, in bytes: a trace of 10,000 spans is
// about 10 MiB.
const Limit = 64 << 20

// MaxSpans is how many spans a file may have, all its traces together.
const MaxSpans = 200_000

// ErrNone says that a file reads well and has no span.
var ErrNone = errors.New("the file has no spans")

// Trace is one trace of a file.
type Trace struct {
	ID    string // 32 hex digits
	Spans ptrace.Traces
	start pcommon.Timestamp
}

// Read takes the traces out of text, the newest first.
func Read(text []byte) ([]Trace, error) {
	all := map[pcommon.TraceID]*Trace{}
	docs := json.NewDecoder(bytes.NewReader(text))
	spans := 0
	for n := 1; ; n++ {
		var doc document
		err := docs.Decode(&doc)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read document %d, line %d: %w", n, line(text, docs.InputOffset()), err)
		}
		td, err := doc.traces()
		if err != nil {
			return nil, fmt.Errorf("read document %d, which ends in line %d: %w", n, line(text, docs.InputOffset()-1), err)
		}
		if spans += td.SpanCount(); spans > MaxSpans {
			return nil, fmt.Errorf("the file has more than %d spans", MaxSpans)
		}
		sortOut(td, all)
	}
	return inOrder(all)
}

func inOrder(all map[pcommon.TraceID]*Trace) ([]Trace, error) {
	if len(all) == 0 {
		return nil, ErrNone
	}
	list := make([]Trace, 0, len(all))
	for _, t := range all {
		list = append(list, *t)
	}
	slices.SortFunc(list, func(a, b Trace) int {
		return cmp.Or(cmp.Compare(b.start, a.start), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// line is the number of the line, from 1, of what stands next after offset.
func line(text []byte, offset int64) int {
	at := min(int(offset), len(text))
	at = len(text) - len(bytes.TrimLeft(text[at:], " \t\r\n"))
	return 1 + bytes.Count(text[:at], []byte("\n"))
}

// sortOut gives each span to its trace. Spans of one resource and scope that stand
// together stay together.
func sortOut(td ptrace.Traces, all map[pcommon.TraceID]*Trace) {
	for _, rs := range td.ResourceSpans().All() {
		resources := map[*Trace]ptrace.ResourceSpans{}
		for _, ss := range rs.ScopeSpans().All() {
			scopes := map[*Trace]ptrace.ScopeSpans{}
			for _, s := range ss.Spans().All() {
				t := traceOf(all, s)
				to, known := resources[t]
				if !known {
					to = t.Spans.ResourceSpans().AppendEmpty()
					rs.Resource().CopyTo(to.Resource())
					resources[t] = to
				}
				scope, known := scopes[t]
				if !known {
					scope = to.ScopeSpans().AppendEmpty()
					ss.Scope().CopyTo(scope.Scope())
					scopes[t] = scope
				}
				s.CopyTo(scope.Spans().AppendEmpty())
			}
		}
	}
}

func traceOf(all map[pcommon.TraceID]*Trace, s ptrace.Span) *Trace {
	t, known := all[s.TraceID()]
	if !known {
		id := s.TraceID()
		t = &Trace{ID: fmt.Sprintf("%x", id[:]), Spans: ptrace.NewTraces(), start: s.StartTimestamp()}
		all[id] = t
	}
	t.start = min(t.start, s.StartTimestamp())
	return t
}
