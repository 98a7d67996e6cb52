package fakesite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/internal/attr"
)

// Tempo answers Tempo's query API from memory.
type Tempo struct {
	traces map[string]ptrace.Traces
	// Queries are the TraceQL texts that were asked for, in order. Read it when
	// no request is under way.
	Queries []string
	// Also, if set, gives traces beside those of the capture. It is called from
	// many goroutines.
	Also func(id string) (ptrace.Traces, bool)
}

// NewTempo reads captured OTLP/JSON, one export a line, and moves it in time so
// that its last span ends at end. Gateways and servers get the names of a site's
// pods, and every other gateway span gets our gateway's events.
func NewTempo(captured []byte, end time.Time) (*Tempo, error) {
	all := ptrace.NewTraces()
	lines := bufio.NewScanner(bytes.NewReader(captured))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("captured spans: %w", err)
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	t := &Tempo{traces: map[string]ptrace.Traces{}}
	shift := end.UnixNano() - int64(lastEnd(all))
	eachSpan(all, func(res pcommon.Resource, scope pcommon.InstrumentationScope, s ptrace.Span) {
		t.add(res, scope, s, shift)
	})
	return t, lines.Err()
}

func eachSpan(td ptrace.Traces, visit func(pcommon.Resource, pcommon.InstrumentationScope, ptrace.Span)) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				visit(rs.Resource(), ss.Scope(), s)
			}
		}
	}
}

func lastEnd(td ptrace.Traces) pcommon.Timestamp {
	var last pcommon.Timestamp
	eachSpan(td, func(_ pcommon.Resource, _ pcommon.InstrumentationScope, s ptrace.Span) {
		last = max(last, s.EndTimestamp())
	})
	return last
}

func (t *Tempo) add(res pcommon.Resource, scope pcommon.InstrumentationScope, s ptrace.Span, shift int64) {
	id := s.TraceID().String()
	td, known := t.traces[id]
	if !known {
		td = ptrace.NewTraces()
		t.traces[id] = td
	}
	rs := td.ResourceSpans().AppendEmpty()
	res.CopyTo(rs.Resource())
	n := int(s.TraceID()[0]) % 2
	pod := fmt.Sprintf("supersonic-triton-%d", n)
	if s.Name() == attr.Ingress {
		pod = fmt.Sprintf("supersonic-envoy-%d", int(s.TraceID()[1])%2)
	}
	rs.Resource().Attributes().PutStr("service.name", pod)
	rs.Resource().Attributes().PutStr("k8s.pod.name", pod)
	ss := rs.ScopeSpans().AppendEmpty()
	scope.CopyTo(ss.Scope())
	out := ss.Spans().AppendEmpty()
	s.CopyTo(out)
	move(out, shift)
	if s.Name() == attr.Ingress {
		ours(out, fmt.Sprintf("supersonic-triton-%d", n))
	}
}

func move(s ptrace.Span, by int64) {
	s.SetStartTimestamp(s.StartTimestamp() + pcommon.Timestamp(by))
	s.SetEndTimestamp(s.EndTimestamp() + pcommon.Timestamp(by))
	for _, e := range s.Events().All() {
		e.SetTimestamp(e.Timestamp() + pcommon.Timestamp(by))
	}
}

// ours gives an Envoy's span what our gateway adds.
func ours(s ptrace.Span, server string) {
	s.TraceState().FromRaw("ot=th:0")
	s.Attributes().PutStr(attr.PeerService, server)
	length := s.EndTimestamp() - s.StartTimestamp()
	for i, name := range [...]string{attr.EventServerChosen, attr.EventRequestSent, attr.EventResponseStart, attr.EventResponseEnd} {
		e := s.Events().AppendEmpty()
		e.SetName(name)
		e.SetTimestamp(s.StartTimestamp() + [...]pcommon.Timestamp{length / 100, length / 50, length * 97 / 100, length * 99 / 100}[i])
	}
}

// IDs are the traces' ids in order.
func (t *Tempo) IDs() []string {
	ids := make([]string, 0, len(t.traces))
	for id := range t.traces {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

// Trace is one of the traces.
func (t *Tempo) Trace(id string) ptrace.Traces { return t.traces[id] }

func (t *Tempo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/search":
		t.search(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/v2/traces/"):
		t.trace(w, strings.TrimPrefix(r.URL.Path, "/api/v2/traces/"))
	case r.URL.Path == "/api/search/tags":
		answer(w, map[string]any{"tagNames": []string{"name", "status"}})
	case r.URL.Path == "/api/v2/search/tags":
		answer(w, map[string]any{"scopes": []any{
			map[string]any{"name": "resource", "tags": []string{"service.name", "k8s.pod.name"}},
			map[string]any{"name": "span", "tags": []string{"grpc.status_code", "triton.model_name", "peer.service"}}}})
	case strings.HasPrefix(r.URL.Path, "/api/v2/search/tag/"):
		answer(w, map[string]any{"tagValues": values(r.URL.Path)})
	default:
		http.NotFound(w, r)
	}
}

func values(path string) []map[string]string {
	list := []string{}
	switch {
	case strings.Contains(path, "service.name"):
		list = []string{"supersonic-envoy-0", "supersonic-envoy-1", "supersonic-triton-0", "supersonic-triton-1"}
	case strings.Contains(path, "model_name"):
		list = []string{"add_sub", "chain", "flaky", "tau_id"}
	case strings.Contains(path, "/name/"):
		list = []string{"InferRequest", "compute", "ingress"}
	}
	var out []map[string]string
	for _, v := range list {
		out = append(out, map[string]string{"type": "string", "value": v})
	}
	return out
}

// search gives every trace, or with "status = error" in the query the failed
// ones, or with "duration >" those of at least 10 ms: enough to see that a query
// arrived. A brace that is not closed is refused.
func (t *Tempo) search(w http.ResponseWriter, r *http.Request) {
	q := strings.TrimSuffix(strings.TrimSuffix(r.FormValue("q"), " with(most_recent=true)"), " | select(name)") // as the page asks
	t.Queries = append(t.Queries, q)
	if strings.Count(q, "{") != strings.Count(q, "}") {
		http.Error(w, "parse error at line 1, col 2: syntax error: unexpected $end", http.StatusBadRequest)
		return
	}
	traces := []any{}
	for _, id := range t.IDs() {
		if s, keep := summary(id, t.traces[id], q); keep {
			traces = append(traces, s)
		}
	}
	answer(w, map[string]any{"traces": traces, "metrics": map[string]any{"inspectedSpans": "64"}})
}

func summary(id string, td ptrace.Traces, q string) (map[string]any, bool) {
	stats := map[string]map[string]int{}
	first, last := pcommon.Timestamp(0), pcommon.Timestamp(0)
	name, service, failed := "<root span not yet received>", "", false
	eachSpan(td, func(res pcommon.Resource, _ pcommon.InstrumentationScope, s ptrace.Span) {
		pod, _ := res.Attributes().Get("service.name")
		if stats[pod.Str()] == nil {
			stats[pod.Str()] = map[string]int{}
		}
		stats[pod.Str()]["spanCount"]++
		if s.Status().Code() == ptrace.StatusCodeError {
			stats[pod.Str()]["errorCount"]++
			failed = true
		}
		if s.ParentSpanID().IsEmpty() {
			name, service = s.Name(), pod.Str()
		}
		if first == 0 || s.StartTimestamp() < first {
			first = s.StartTimestamp()
		}
		last = max(last, s.EndTimestamp())
	})
	ms := int64(last-first) / 1e6
	if strings.Contains(q, "status = error") && !failed || strings.Contains(q, "duration >") && ms < 10 {
		return nil, false
	}
	return map[string]any{"traceID": strings.TrimLeft(id, "0"), "rootServiceName": service, "rootTraceName": name,
		"startTimeUnixNano": strconv.FormatUint(uint64(first), 10), "durationMs": ms, "serviceStats": stats,
		"spanSets": []any{map[string]any{"matched": td.SpanCount()}}}, true
}

func (t *Tempo) trace(w http.ResponseWriter, id string) {
	w.Header().Set("Content-Type", "application/protobuf")
	td, known := t.traces[id]
	if !known && t.Also != nil {
		td, known = t.Also(id)
	}
	if !known {
		w.Write(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), nil))
		return
	}
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), body))
}

func answer(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body) // an error: the client is gone
}
