package servicegraph

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func site(rates map[string]float64) Ask {
	return func(_ context.Context, promql string) ([]Value, error) {
		for metric, v := range rates {
			if strings.Contains(promql, "rate("+metric+"[") || strings.Contains(promql, "rate("+metric+"{") {
				return []Value{{Labels: map[string]string{"client": "envoy", "server": "triton"}, Value: v}}, nil
			}
		}
		return nil, nil
	}
}

func TestAnEdgeHasItsRateItsFailuresAndItsTimeACall(t *testing.T) {
	edges, err := Read(t.Context(), site(map[string]float64{Total: 4, Failed: 1, Seconds: 0.1}), ByName, nil, time.Minute)
	c := edges[Edge{Vertex{Name: "envoy"}, Vertex{Name: "triton"}}]
	if err != nil || c == nil || c.Total != 4 || c.Failed != 1 || c.Ms() != 25 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestWhatIsNotTimedHasNoTimeACall(t *testing.T) {
	edges, _ := Read(t.Context(), site(map[string]float64{Total: 4}), ByName, nil, time.Minute)
	for _, c := range edges {
		if !math.IsNaN(c.Ms()) {
			t.Errorf("%v ms", c.Ms())
		}
	}
	edges, _ = Read(t.Context(), site(map[string]float64{Seconds: 4}), ByName, nil, time.Minute)
	if len(edges) != 0 {
		t.Errorf("an edge without calls is there: %v", edges)
	}
}

func TestSeveralMatchersAreAlternatives(t *testing.T) {
	if got, want := Query(Total, ByName, []string{`{a="1"}`, `{b="2"}`}, 90*time.Second),
		`sum by (client, server) (rate(traces_service_graph_request_total{a="1"}[90s])) or sum by (client, server) (rate(traces_service_graph_request_total{b="2"}[90s]))`; got != want {
		t.Error(got)
	}
}

func TestAPrometheusThatFailsIsToldAsItIs(t *testing.T) {
	broken := errors.New("down")
	if _, err := Read(t.Context(), func(context.Context, string) ([]Value, error) { return nil, broken }, ByName, nil, 0); !errors.Is(err, broken) {
		t.Error(err)
	}
}
