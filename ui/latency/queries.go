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
		parts = append(parts, onPodQuery(k.podKey, k.pod))
	}
	if k.model != "" {
		parts = append(parts, fmt.Sprintf("span.triton.model_name = %q", k.model))
	}
	if len(parts) == 0 {
		return "{ name = \"InferRequest\" }"
	}
	return "{ " + strings.Join(parts, " && ") + " }"
}

// onPodQuery is the condition that a span is a pod's: by the attribute of its resource
// that named it, or by what the gateway called it.
func onPodQuery(key, pod string) string {
	if key == "" {
		return fmt.Sprintf("span.peer.service = %q", pod)
	}
	return fmt.Sprintf("resource.%s = %q", key, pod)
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
		if k.pod == "" && k.model == "" {
			return "{ name = \"ingress\" && " + long + " }"
		}
		return "{ name = \"ingress\" && " + long + " } >> " + rowQuery(k)
	}
	return ""
}
