package latency

import (
	"fmt"
	"strings"
	"time"
)

// rowQuery finds the traces of a row.
func rowQuery(k rowKey) string {
	var parts []string
	if k.pod != "" {
		parts = append(parts, fmt.Sprintf("resource.service.name = %q", k.pod))
	}
	if k.model != "" {
		parts = append(parts, fmt.Sprintf("span.triton.model_name = %q", k.model))
	}
	if len(parts) == 0 {
		return "{ name = \"InferRequest\" }"
	}
	return "{ " + strings.Join(parts, " && ") + " }"
}

// phaseQuery finds traces that take long in a phase, from the given time on, as far
// as spans tell: what lies between spans cannot be asked for.
func phaseQuery(p Phase, k rowKey, from float64) string {
	d := time.Duration(from)
	if d < time.Microsecond {
		return ""
	}
	long := fmt.Sprintf("duration >= %s", d.Round(max(time.Microsecond, d/1000)))
	switch p {
	case Infer, Input, Output:
		return rowQuery(k) + " >> { name = \"compute\" && " + long + " }"
	case Queue, Server:
		if k.model == "" {
			return ""
		}
		return strings.TrimSuffix(rowQuery(k), " }") + " && " + long + " }"
	case Gateway, Network:
		parts := []string{"name = \"ingress\"", long}
		if k.pod != "" {
			parts = append(parts, fmt.Sprintf("span.peer.service = %q", k.pod))
		}
		if k.model != "" {
			parts = append(parts, fmt.Sprintf("span.triton.model_name = %q", k.model))
		}
		return "{ " + strings.Join(parts, " && ") + " }"
	}
	return ""
}
