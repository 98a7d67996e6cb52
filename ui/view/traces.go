package view

import (
	"encoding/json"
	"regexp"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

var traceID = regexp.MustCompile(`^[0-9a-fA-F]{16,32}$`)

// traces is one trace where a query names it, else a list of traces, from a frame
// with the columns of Tempo's table: traceID, traceService, traceName, startTime,
// traceDuration (ms).
func (m *maker) traces(frames []frame.Frame) *payload.TracesView {
	v := &payload.TracesView{Source: m.env.Source, Traces: []payload.TraceBrief{}}
	for _, t := range m.panel.Targets {
		var q struct{ Query string }
		if !t.Hide && json.Unmarshal(t.JSON, &q) == nil {
			if id := strings.TrimSpace(m.env.fill(q.Query)); traceID.MatchString(id) {
				v.TraceID = strings.ToLower(id)
			}
		}
	}
	for _, s := range m.sheets(frames) {
		v.Traces = append(v.Traces, listed(s)...)
	}
	if v.TraceID == "" && len(v.Traces) == 1 {
		v.TraceID = v.Traces[0].ID
	}
	return v
}

func listed(s *sheet) []payload.TraceBrief {
	id := s.named("traceID")
	if id == nil {
		return nil
	}
	out := []payload.TraceBrief{}
	seen := map[string]bool{}
	for row := range min(s.rows, maxRows) {
		b := payload.TraceBrief{ID: id.raw(row), RootName: s.raw("traceName", row), RootPod: s.raw("traceService", row), Services: []payload.Service{}}
		if b.ID == "" || seen[b.ID] {
			continue
		}
		seen[b.ID] = true
		b.StartMs, b.DurationMs = s.number(row, "startTime"), s.number(row, "traceDuration", "duration")
		out = append(out, b)
	}
	return out
}

// number is the first of the columns that is there, 0 if none is.
func (s *sheet) number(row int, names ...string) float64 {
	for _, n := range names {
		if c := s.named(n); c != nil && c.Kind != frame.Text {
			if v := value(c.Values, row); v == v {
				return v
			}
		}
	}
	return 0
}
