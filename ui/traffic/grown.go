package traffic

import (
	"context"
	"fmt"
)

// Grown is how much a server's own counter grew over a window.
type Grown struct {
	Metric     string
	Model, Pod string
	By         float64
}

// tritonTimes are Triton's counters of requests and of their time by phase.
var tritonTimes = `{__name__=~"nv_inference_(request_success|request_failure|exec_count|queue_duration_us|compute_input_duration_us|compute_infer_duration_us|compute_output_duration_us)"}`

// TritonTimes reads how much Triton's counters of time grew over w, restarts and
// pods that came within it included, and between which scrapes that was.
func TritonTimes(ctx context.Context, q Querier, w Window) (list []Grown, between Window, err error) {
	c, err := count(ctx, q, tritonTimes, w)
	if err != nil {
		return nil, w, fmt.Errorf("read Triton's counters: %w", err)
	}
	for _, name := range sortedKeys(c.changes) {
		for _, ch := range c.changes[name] {
			list = append(list, Grown{name, ch.labels["model"], pod(ch.labels), ch.by})
		}
	}
	between, known := c.bounds(tritonGood)
	if !known {
		between = w
	}
	return list, between, nil
}
