package explore

import (
	"context"
	"slices"
	"strings"
	"testing"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// heard is a store that remembers what it was asked and finds one span.
type heard struct {
	Store
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
