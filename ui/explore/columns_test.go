package explore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// heard is a store that remembers what it was asked and finds one span.
type heard struct {
	TraceStore
	asked *string
	attrs []source.TypedValue
}

func (s heard) Search(_ context.Context, q source.Search) (source.Found, error) {
	*s.asked = q.Query
	return source.Found{Traces: []source.FoundTrace{{ID: "a", Matched: 1, Spans: []source.FoundSpan{{ID: "b", Attrs: s.attrs}}}}}, nil
}

func TestAColumnThatCannotBeIsToldAndCostsNoOther(t *testing.T) {
	var asked string
	s := heard{asked: &asked, attrs: []source.TypedValue{{Key: "service.name", Value: "envoy-0"}, {Key: "peer.service", Value: "triton-0"}}}
	got, err := Search(t.Context(), s, Searching{Query: `{ name = "ingress" }`, Limit: 1, Columns: []string{"span.peer.service", "triton.model_name", "span.nosuch", "duration"}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{ name = "ingress" } | select(resource.service.name, status, span.peer.service, span.nosuch, duration)`; asked != want {
		t.Errorf("asked %s\nwant  %s", asked, want)
	}
	if !slices.ContainsFunc(got.Columns, func(c payload.ExploreColumn) bool { return c.Name == "peer.service" }) {
		t.Errorf("columns %v", got.Columns)
	}
	want := []string{`"triton.model_name" names no attribute: write span.triton.model_name, resource.triton.model_name or .triton.model_name`, "no span of this answer has span.nosuch"}
	if !slices.Equal(got.Warnings, want) {
		t.Errorf("warnings %s", strings.Join(got.Warnings, "\n"))
	}
}

// twoScopes is a store of one trace, whose span and resource both have "pod" and
// whose answers to searches, as every store's, tell it without the scope.
type twoScopes struct {
	TraceStore
	fails bool
}

func (twoScopes) Search(context.Context, source.Search) (source.Found, error) {
	pods := []source.TypedValue{{Key: "pod", Value: "of the resource"}, {Key: "pod", Value: "of the span"}, {Key: "a", Value: "1", Type: "int"}}
	return source.Found{Traces: []source.FoundTrace{{ID: "a", Matched: 2, Spans: []source.FoundSpan{{ID: "000000000000000b", Attrs: pods}, {ID: "000000000000000c", Attrs: slices.Clone(pods[:1])}}}}}, nil
}

func (s twoScopes) Trace(_ context.Context, id string) (ptrace.Traces, string, error) {
	td := ptrace.NewTraces()
	if s.fails || id != strings.Repeat("0", 31)+"a" {
		return td, "", errors.New("the store is out")
	}
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("pod", "of the resource")
	for _, id := range []byte{11, 12} {
		span := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		span.SetSpanID(pcommon.SpanID{7: id})
		if id == 11 {
			span.Attributes().PutStr("pod", "of the span")
		}
	}
	return td, "", nil
}

func TestOneNameInTwoScopesIsTwoColumns(t *testing.T) {
	rows := func(s Searching, fails bool) (list []string, warnings []string) {
		s.Limit, s.Scopes = 9, true
		got, err := Search(t.Context(), twoScopes{fails: fails}, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range got.Spans {
			var row []string
			for i, c := range got.Columns {
				if v := f.Values[i]; v != nil {
					row = append(row, c.Name+"="+*v)
				}
			}
			list = append(list, strings.Join(row, ", "))
		}
		return list, got.Warnings
	}
	want := []string{"a=1, resource.pod=of the resource, span.pod=of the span", "resource.pod=of the resource"}
	for _, s := range []Searching{{Columns: []string{"span.pod", "resource.pod", "span.a"}}, {Query: `{ resource.pod != "" && span.a > 0 }`, Columns: []string{"span.pod"}}, {Query: "{} | select(span.pod, resource.pod, span.a)"}} {
		if got, warnings := rows(s, false); !slices.Equal(got, want) || len(warnings) > 0 {
			t.Errorf("%+v: got %q, warnings %q", s, got, warnings)
		}
	}
	if got, warnings := rows(Searching{Columns: []string{"resource.pod"}}, true); got[1] != "pod=of the resource" || len(warnings) > 0 {
		t.Errorf("one scope alone, for which no trace is read: %q, %q", got, warnings)
	}
	if _, warnings := rows(Searching{Columns: []string{"span.pod", "resource.pod"}}, true); len(warnings) != 1 || !strings.Contains(warnings[0], "pod is span.pod or resource.pod, which the store's answer does not tell: the store is out") {
		t.Errorf("what could not be read: %q", warnings)
	}
}
