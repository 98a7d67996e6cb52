package site

import (
	"strings"
	"testing"
)

func TestASwitchOfWhatIsAlwaysOnIsSaid(t *testing.T) {
	s := load(t, "tempo: {tempo: {metricsGenerator: {processor: {span_metrics: {enable_tracestate_span_multiplier: true}}}}}", Options{})
	for _, n := range s.Notes {
		if strings.HasSuffix(n.Path, ".enable_tracestate_span_multiplier") && n.Why == ReasonUnused && strings.Contains(n.Text, "tracestate whatever it says") {
			return
		}
	}
	t.Errorf("no such note among %v", s.Notes)
}
