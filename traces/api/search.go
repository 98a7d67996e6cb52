package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

type (
	jsonSearch struct {
		Traces  []jsonHit    `json:"traces"`
		Metrics jsonMetrics  `json:"metrics"`
		Explain *jsonExplain `json:"explain,omitempty"`
	}
	jsonMetrics struct {
		Traces    int   `json:"inspectedTraces,omitempty"`
		Bytes     int64 `json:"inspectedBytes,string,omitempty"`
		Spans     int   `json:"inspectedSpans,string,omitempty"`
		Completed int   `json:"completedJobs"`
		Total     int   `json:"totalJobs"`
	}
	jsonHit struct {
		TraceID     string                 `json:"traceID"`
		RootService string                 `json:"rootServiceName,omitempty"`
		RootName    string                 `json:"rootTraceName,omitempty"`
		Start       uint64                 `json:"startTimeUnixNano,string"`
		DurationMs  uint64                 `json:"durationMs,omitempty"`
		SpanSet     *jsonSpanset           `json:"spanSet,omitempty"`
		SpanSets    []jsonSpanset          `json:"spanSets,omitempty"`
		Services    map[string]jsonService `json:"serviceStats,omitempty"`
	}
	jsonSpanset struct {
		Spans      []jsonSpanHit `json:"spans"`
		Matched    int           `json:"matched"`
		Attributes []jsonAttr    `json:"attributes,omitempty"`
	}
	jsonSpanHit struct {
		ID         string     `json:"spanID"`
		Name       string     `json:"name,omitempty"`
		Start      uint64     `json:"startTimeUnixNano,string"`
		Duration   uint64     `json:"durationNanos,string"`
		Attributes []jsonAttr `json:"attributes,omitempty"`
	}
	jsonService struct {
		Spans  int `json:"spanCount"`
		Errors int `json:"errorCount,omitempty"`
	}
)

// noRoot is what Tempo answers while a trace's root span is missing.
const noRoot = "<root span not yet received>"

func newMetrics(s query.Stats) jsonMetrics {
	return jsonMetrics{Traces: s.Traces, Bytes: s.Bytes, Spans: s.Spans, Completed: 1, Total: 1}
}

func (h *Handler) search(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	req, err := parseSearch(v)
	if err != nil {
		return nil, told{}, err
	}
	res, err := e.Search(ctx, req)
	if err != nil {
		return nil, told{stats: res.Stats}, err
	}
	out := jsonSearch{Traces: make([]jsonHit, len(res.Traces)), Metrics: newMetrics(res.Stats), Explain: newExplain(res.Explain)}
	for i := range res.Traces {
		out.Traces[i] = newHit(&res.Traces[i])
	}
	limited := ""
	if res.More {
		limited = "there may be older traces: the answer was cut by the limit of " + strconv.Itoa(req.Limit)
	}
	return out, told{res.Stats, res.Warnings, limited}, nil
}

func newHit(h *query.Hit) jsonHit {
	out := jsonHit{
		TraceID: shortID(h.ID), RootService: h.RootService, RootName: h.RootName,
		Start: h.Start, DurationMs: h.Duration / 1e6, Services: map[string]jsonService{},
	}
	if !h.HasRoot {
		out.RootService = noRoot
	}
	for name, s := range h.Services {
		out.Services[name] = jsonService(s)
	}
	for _, set := range h.Sets {
		out.SpanSets = append(out.SpanSets, newSpanset(set))
	}
	if len(out.SpanSets) > 0 {
		out.SpanSet = &out.SpanSets[0]
	}
	return out
}

func newSpanset(set query.Spanset) jsonSpanset {
	out := jsonSpanset{Matched: set.Matched, Attributes: named(set.Attributes), Spans: []jsonSpanHit{}}
	for _, s := range set.Spans {
		out.Spans = append(out.Spans, jsonSpanHit{s.ID.String(), s.Name, s.Start, s.Duration, named(s.Attributes)})
	}
	return out
}

// shortID is a trace id as Tempo answers it: without zeros in front.
func shortID(id span.TraceID) string {
	s := strings.TrimLeft(id.String(), "0")
	if s == "" {
		return "0"
	}
	return s
}

func named(list []traceql.Named) []jsonAttr {
	var out []jsonAttr
	for _, n := range list {
		out = append(out, jsonAttr{n.Name, staticValue(n.Value)})
	}
	return out
}

// staticValue is a value of the language as an OTLP value: what OTLP has no type
// for (durations, status, kind, nil) is text.
func staticValue(v traceql.Static) map[string]any {
	switch v.Type() {
	case traceql.TypeInt:
		return map[string]any{"intValue": strconv.FormatInt(v.AsInt(), 10)}
	case traceql.TypeFloat:
		f, _ := v.AsFloat()
		return map[string]any{"doubleValue": jsonFloat(f)}
	case traceql.TypeBool:
		return map[string]any{"boolValue": v.True()}
	case traceql.TypeArray:
		values := []any{}
		for _, p := range v.Parts() {
			values = append(values, staticValue(p))
		}
		return map[string]any{"arrayValue": map[string]any{"values": values}}
	}
	return map[string]any{"stringValue": v.String()}
}
