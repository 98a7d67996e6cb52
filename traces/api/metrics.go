package api

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"supersonic/traceql"
	"supersonic/traces/query"
)

// Limits of a metrics query.
const (
	DefaultSeries    = 1000
	MaxSeries        = 100_000
	DefaultExemplars = 100 // of an answer, shared among its series
	MaxExemplars     = 10_000
	MaxPoints        = 3_000_000 // of an answer: some 128 MiB of JSON
	hintExemplars    = "exemplars"
)

// The answers of /api/metrics/query_range and /api/metrics/query. Their clients
// read them as protobuf's JSON, which refuses fields that it does not know: what
// is added only comes to who asks for it.
type (
	jsonRange struct {
		Series  []jsonSeries `json:"series"`
		Metrics jsonMetrics  `json:"metrics"`
		Status  string       `json:"status,omitempty"`
		Message string       `json:"message,omitempty"`
		Explain *jsonExplain `json:"explain,omitempty"`
	}
	jsonSeries struct {
		Labels    []jsonAttr     `json:"labels"`
		Samples   jsonPoints     `json:"samples"`
		Exemplars []jsonExemplar `json:"exemplars,omitempty"`
	}
	jsonPoints   []traceql.Point
	jsonExemplar struct {
		Labels []jsonAttr `json:"labels"`
		Value  any        `json:"value"`
		Time   int64      `json:"timestampMs,string"`
	}
	jsonInstant struct {
		Series  []jsonInstantSeries `json:"series"`
		Metrics jsonMetrics         `json:"metrics"`
		Status  string              `json:"status,omitempty"`
		Message string              `json:"message,omitempty"`
		Explain *jsonExplain        `json:"explain,omitempty"`
	}
	jsonInstantSeries struct {
		Labels []jsonAttr `json:"labels"`
		Value  any        `json:"value"`
	}
)

// statusPartial is Tempo's word for an answer that a limit cut.
const statusPartial = "PARTIAL"

// parseMetrics reads what both kinds of metrics queries take; now is for ranges
// without an end.
func parseMetrics(v url.Values, now time.Time) (query.MetricsRequest, error) {
	r := query.MetricsRequest{Query: v.Get("q")}
	if r.Query == "" {
		r.Query = v.Get("query")
	}
	if r.Query == "" {
		return r, bad("no query: give one as q, like { status = error } | rate()")
	}
	var err error
	if r.Range, err = parseClosedRange(v, now); err != nil {
		return r, err
	}
	if r.MaxSeries, err = parseNumber(v, "maxSeries", 0, MaxSeries); err != nil {
		return r, err
	}
	if r.MaxSeries == 0 {
		r.MaxSeries = DefaultSeries
	}
	r.Explain, err = parseBool(v, "explain")
	return r, err
}

// parseQueryRange reads the parameters of /api/metrics/query_range.
func parseQueryRange(v url.Values, now time.Time) (query.MetricsRequest, error) {
	r, err := parseMetrics(v, now)
	if err != nil {
		return r, err
	}
	if r.Step, err = parseStep(v, r.Range); err != nil {
		return r, err
	}
	r.Exemplars, err = parseNumber(v, "exemplars", 0, MaxExemplars)
	if r.Exemplars == 0 {
		r.Exemplars = DefaultExemplars
	}
	r.Exemplars = hintedExemplars(r.Query, r.Exemplars)
	return r, err
}

// hintedExemplars is the number of exemplars that the query's own hint asks for:
// with(exemplars=false) is none. A query that does not parse is the engine's to
// refuse.
func hintedExemplars(text string, asked int) int {
	q, err := traceql.Parse(text)
	if err != nil {
		return asked
	}
	switch hint := q.Hint(hintExemplars); hint.Type() {
	case traceql.TypeBool:
		if !hint.True() {
			return 0
		}
	case traceql.TypeInt:
		return int(min(max(hint.AsInt(), 0), MaxExemplars))
	}
	return asked
}

func (h *Handler) queryRange(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	req, err := parseQueryRange(v, h.opts.Now())
	if err != nil {
		return nil, told{}, err
	}
	res, err := e.Metrics(ctx, req)
	if err != nil {
		return nil, told{stats: res.Stats}, err
	}
	points := 0
	for i := range res.Series {
		points += len(res.Series[i].Points)
	}
	if points > MaxPoints {
		return nil, told{stats: res.Stats}, refused{http.StatusUnprocessableEntity, fmt.Sprintf(
			"the answer has %d points in %d series, the most is %d: ask for a larger step, less time, fewer labels in by(), or the first by topk", points, len(res.Series), MaxPoints)}
	}
	if counts(req.Query) {
		for i := range res.Series {
			lift(&res.Series[i], uint64(req.Step))
		}
	}
	out := jsonRange{Series: newSeries(res.Series, req.Exemplars), Metrics: newMetrics(res.Stats), Explain: newExplain(res.Explain)}
	t := told{stats: res.Stats, warnings: res.Warnings}
	out.Status, out.Message = t.partial(res, req)
	return out, t, nil
}

func (h *Handler) queryInstant(ctx context.Context, e query.Engine, v url.Values) (message, told, error) {
	req, err := parseMetrics(v, h.opts.Now())
	if err != nil {
		return nil, told{}, err
	}
	res, err := e.Metrics(ctx, req)
	if err != nil {
		return nil, told{stats: res.Stats}, err
	}
	out := jsonInstant{Series: []jsonInstantSeries{}, Metrics: newMetrics(res.Stats), Explain: newExplain(res.Explain)}
	for _, s := range res.Series {
		if n := len(s.Points); n > 0 {
			out.Series = append(out.Series, jsonInstantSeries{labelsOf(s.Labels), jsonFloat(s.Points[n-1].Value)})
		}
	}
	t := told{stats: res.Stats, warnings: res.Warnings}
	out.Status, out.Message = t.partial(res, req)
	return out, t, nil
}

// partial says what the limit of series left out, "" if nothing.
func (t *told) partial(res query.MetricsResult, req query.MetricsRequest) (status, message string) {
	if res.Refused == 0 {
		return "", ""
	}
	message = fmt.Sprintf("%d spans are in no series: there are more than %d of them; ask for more by maxSeries, or group by less", res.Refused, req.MaxSeries)
	t.warnings = append(t.warnings, message)
	return statusPartial, message
}

// newSeries leaves out series without a point, and keeps so many exemplars, as
// many of each series as of the others where they have them.
func newSeries(list []traceql.Series, exemplars int) []jsonSeries {
	keep := fairShare(list, exemplars)
	out := []jsonSeries{}
	for i, s := range list {
		if len(s.Points) == 0 {
			continue
		}
		j := jsonSeries{Labels: labelsOf(s.Labels), Samples: s.Points}
		for _, x := range spread(s.Exemplars, keep[i]) {
			j.Exemplars = append(j.Exemplars, newExemplar(x))
		}
		out = append(out, j)
	}
	return out
}

func millis(nanos uint64) int64 { return int64(nanos / uint64(time.Millisecond)) }

func newExemplar(x traceql.Exemplar) jsonExemplar {
	text := func(key string, id []byte) jsonAttr {
		return jsonAttr{key, map[string]any{"stringValue": hex.EncodeToString(id)}}
	}
	return jsonExemplar{[]jsonAttr{text("trace:id", x.Trace[:]), text("span:id", x.Span[:])}, jsonFloat(x.Value), millis(x.Time)}
}

func labelsOf(list []traceql.Label) []jsonAttr {
	out := make([]jsonAttr, len(list))
	for i, l := range list {
		out[i] = jsonAttr{l.Name, staticValue(l.Value)}
	}
	return out
}

// counts tells whether the series of a query count spans. What such a span adds says
// nothing: its exemplar is told at the height of the series.
func counts(text string) bool {
	q, err := traceql.Parse(text)
	return err == nil && q.IsMetrics() && slices.Contains([]string{"rate", "count_over_time", "histogram_over_time"}, q.Metrics.Func)
}

// lift puts exemplars on the points of their series; those of intervals without a
// point are left out.
func lift(s *traceql.Series, step uint64) {
	kept := make([]traceql.Exemplar, 0, len(s.Exemplars))
	for _, x := range s.Exemplars {
		i, _ := slices.BinarySearchFunc(s.Points, x.Time, func(p traceql.Point, at uint64) int { return cmp.Compare(p.Time, at) })
		if i < len(s.Points) && s.Points[i].Time-x.Time <= step {
			x.Value = s.Points[i].Value
			kept = append(kept, x)
		}
	}
	s.Exemplars = kept
}

// fairShare deals total exemplars out to the series, one each in turn.
func fairShare(list []traceql.Series, total int) []int {
	keep := make([]int, len(list))
	for dealt := true; dealt && total > 0; {
		dealt = false
		for i, s := range list {
			if total > 0 && keep[i] < len(s.Exemplars) && len(s.Points) > 0 {
				keep[i]++
				total--
				dealt = true
			}
		}
	}
	return keep
}

// spread picks n of a list at even distances.
func spread[T any](list []T, n int) []T {
	if n >= len(list) {
		return list
	}
	out := make([]T, n)
	for i := range out {
		out[i] = list[i*len(list)/n]
	}
	return out
}

// json writes the answer as encoding/json would write it, but for points, which are
// most of it, without a look at their types.
func (r jsonRange) json() []byte {
	size := 0
	for _, s := range r.Series {
		size += 200 + pointBytes*len(s.Samples)
	}
	b := append(make([]byte, 0, size), `{"series":[`...)
	for i, s := range r.Series {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"labels":`...), marshal(s.Labels)...)
		b = s.Samples.append(append(b, `,"samples":`...))
		if len(s.Exemplars) > 0 {
			b = append(append(b, `,"exemplars":`...), marshal(s.Exemplars)...)
		}
		b = append(b, '}')
	}
	rest := marshal(jsonRest{r.Metrics, r.Status, r.Message, r.Explain})
	return append(append(b, `],`...), rest[1:]...)
}

// pointBytes is about what a point takes.
const pointBytes = 64

// jsonRest is a jsonRange without its series.
type jsonRest struct {
	Metrics jsonMetrics  `json:"metrics"`
	Status  string       `json:"status,omitempty"`
	Message string       `json:"message,omitempty"`
	Explain *jsonExplain `json:"explain,omitempty"`
}

func (list jsonPoints) append(b []byte) []byte {
	b = append(b, '[')
	for i, p := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"timestampMs":"`...), millis(p.Time), 10)
		b = append(appendFloat(append(b, `","value":`...), p.Value), '}')
	}
	return append(b, ']')
}

// MarshalJSON is for who marshals a series by itself.
func (list jsonPoints) MarshalJSON() ([]byte, error) { return list.append(nil), nil }

// appendFloat writes a number as encoding/json does, or its name as jsonFloat does.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, marshal(jsonFloat(f))...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	b = strconv.AppendFloat(b, f, format, -1, 64)
	if n := len(b); format == 'e' && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' {
		b[n-2] = b[n-1] // e-09 is e-9
		b = b[:n-1]
	}
	return b
}
