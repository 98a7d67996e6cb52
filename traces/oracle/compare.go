package oracle

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// closeness is how far values of series may lie apart, as a share of the larger:
// sums depend on their order.
const closeness = 1e-9

func diffMetrics(a, b *query.MetricsResult) error {
	if a.Refused > 0 && b.Refused > 0 {
		return nil // an engine may keep those series within the bound that it finds first
	}
	if a.Range.Start != b.Range.Start || a.Range.End != b.Range.End || a.Range.Step != b.Range.Step || a.Refused != b.Refused {
		return fmt.Errorf("range %+v, %d refused, and %+v, %d in the second", a.Range, a.Refused, b.Range, b.Refused)
	}
	if !slices.Equal(a.Warnings, b.Warnings) {
		return fmt.Errorf("warnings %q, and %q in the second", a.Warnings, b.Warnings)
	}
	sa, sb := byText(a.Series), byText(b.Series)
	for i := range min(len(sa), len(sb)) {
		if err := diffSeries(&sa[i], &sb[i]); err != nil {
			return fmt.Errorf("series %d of %d and %d: %w", i, len(a.Series), len(b.Series), err)
		}
	}
	if len(a.Series) != len(b.Series) {
		return fmt.Errorf("%d series, and %d in the second", len(a.Series), len(b.Series))
	}
	return diffShown(a, b)
}

// diffShown tells whether either answer shows exemplars if the other does.
func diffShown(a, b *query.MetricsResult) error {
	count := func(list []traceql.Series) (n int) {
		for _, s := range list {
			n += len(s.Exemplars)
		}
		return n
	}
	if x, y := count(a.Series), count(b.Series); (x == 0) != (y == 0) {
		return fmt.Errorf("%d exemplars, and %d in the second", x, y)
	}
	return nil
}

// byText orders series by the text of their labels. Their own order leaves open which
// of 0 and -0 comes first.
func byText(list []traceql.Series) []traceql.Series {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b traceql.Series) int { return strings.Compare(labels(&a), labels(&b)) })
	return list
}

func labels(s *traceql.Series) string {
	var out []string
	for _, l := range s.Labels {
		out = append(out, l.Name+"="+exact(l.Value))
	}
	return "{" + strings.Join(out, ", ") + "}"
}

func diffSeries(a, b *traceql.Series) error {
	if x, y := labels(a), labels(b); x != y {
		return fmt.Errorf("%s, and %s in the second", x, y)
	}
	if len(a.Points) != len(b.Points) {
		return fmt.Errorf("%s: %d points, and %d in the second:\n%v\n%v", labels(a), len(a.Points), len(b.Points), a.Points, b.Points)
	}
	for i, p := range a.Points {
		if q := b.Points[i]; p.Time != q.Time || !near(p.Value, q.Value) {
			return fmt.Errorf("%s: point %d is %v, and %v in the second", labels(a), i, p, q)
		}
	}
	return diffExemplars(a, b)
}

// diffExemplars tells whether the exemplars of the series that has fewer are among
// those of the other: an engine shows some of the spans of a series, the Model all.
func diffExemplars(a, b *traceql.Series) error {
	few, all := a.Exemplars, b.Exemplars
	if len(few) > len(all) {
		few, all = all, few
	}
	for i, e := range few {
		same := func(f traceql.Exemplar) bool {
			return e.Trace == f.Trace && e.Span == f.Span && e.Time == f.Time && e.Ref == f.Ref && near(e.Value, f.Value)
		}
		if !slices.ContainsFunc(all, same) {
			return fmt.Errorf("%s: exemplar %d is %+v, which is none of %+v", labels(a), i, e, all)
		}
	}
	return nil
}

func near(a, b float64) bool {
	if a == b || math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	return math.Abs(a-b) <= closeness*max(math.Abs(a), math.Abs(b))
}

func diffTrace(a, b *query.Trace) error {
	if a.ID != b.ID || a.Start != b.Start || a.End != b.End || len(a.Spans) != len(b.Spans) {
		return fmt.Errorf("%v from %d to %d, %d spans, and %v from %d to %d, %d in the second", a.ID, a.Start, a.End, len(a.Spans), b.ID, b.Start, b.End, len(b.Spans))
	}
	for i := range a.Spans {
		if x, y := spanText(&a.Spans[i]), spanText(&b.Spans[i]); x != y {
			return fmt.Errorf("span %d is %s, and %s in the second", i, x, y)
		}
	}
	return nil
}

// spanText is all of a span, its attributes by name.
func spanText(s *span.Span) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v %v state %q flags %d name %q kind %d %d-%d status %d %q dropped %d %d %d weight %v",
		s.TraceID, s.ID, s.Parent, s.TraceState, s.Flags, s.Name, s.Kind, s.Start, s.End, s.Status, s.StatusText, s.Dropped, s.DroppedEv, s.DroppedLn, s.Weight)
	fmt.Fprintf(&b, " attrs %s resource %s %d %q", mapText(s.Attrs), mapText(s.Resource.Attrs), s.Resource.Dropped, s.Resource.SchemaURL)
	fmt.Fprintf(&b, " scope %q %q %s %d %q", s.Scope.Name, s.Scope.Version, mapText(s.Scope.Attrs), s.Scope.Dropped, s.Scope.SchemaURL)
	for _, e := range s.Events {
		fmt.Fprintf(&b, " event %d %q %d %s", e.Time, e.Name, e.Dropped, mapText(e.Attrs))
	}
	for _, l := range s.Links {
		fmt.Fprintf(&b, " link %v %v %q %d %d %s", l.TraceID, l.SpanID, l.TraceState, l.Flags, l.Dropped, mapText(l.Attrs))
	}
	return b.String()
}

func mapText(m pcommon.Map) string {
	var parts []string
	for k, v := range m.All() {
		parts = append(parts, fmt.Sprintf("%q=%s", k, valueText(v)))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, " ") + "}"
}

func valueText(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return fmt.Sprintf("%q", v.Str())
	case pcommon.ValueTypeDouble:
		return fmt.Sprintf("float %x", math.Float64bits(v.Double()))
	case pcommon.ValueTypeBytes:
		return "bytes " + hex.EncodeToString(v.Bytes().AsRaw())
	case pcommon.ValueTypeMap:
		return mapText(v.Map())
	case pcommon.ValueTypeSlice:
		var parts []string
		for _, p := range v.Slice().All() {
			parts = append(parts, valueText(p))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return v.Type().String() + " " + v.AsString()
}
