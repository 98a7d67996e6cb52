package health

import (
	"regexp"
	"sort"

	dto "github.com/prometheus/client_model/go"

	"supersonic/ui/payload"
)

// fates in the order of a span's life.
var fates = [...]string{"received", "kept", "refused", "lost"}

// ours counts the spans of a role by fate. The generator's counter is left out:
// it reads spans again that the trace store counts already.
var ours = regexp.MustCompile(`^supersonic_(gateway|triton|collector|traces)_spans_total$`)

// foreign are the counters of other makers and the fate that each tells, read
// where a process has no counter of ours, which is made from the same numbers. The
// collector's names end in _total or not, by its version.
var foreign = [...]struct {
	name         *regexp.Regexp
	fate, reason string
}{
	{regexp.MustCompile(`^otelcol_receiver_accepted_spans(_total|__spans__total)?$`), "received", ""},
	{regexp.MustCompile(`^otelcol_receiver_refused_spans(_total|__spans__total)?$`), "refused", "refused by the pipeline"},
	{regexp.MustCompile(`^otelcol_receiver_failed_spans(_total|__spans__total)?$`), "refused", "failed in the pipeline"},
	{regexp.MustCompile(`^otelcol_processor_dropped_spans(_total|__spans__total)?$`), "lost", "dropped by a processor"},
	{regexp.MustCompile(`^otelcol_exporter_sent_spans(_total|__spans__total)?$`), "kept", "sent on"},
	{regexp.MustCompile(`^otelcol_exporter_send_failed_spans(_total|__spans__total)?$`), "lost", "sending failed"},
	{regexp.MustCompile(`^otelcol_exporter_enqueue_failed_spans(_total|__spans__total)?$`), "lost", "the sending queue was full"},
	{regexp.MustCompile(`^tempo_distributor_spans_received_total$`), "received", ""},
	{regexp.MustCompile(`^tempo_discarded_spans_total$`), "refused", ""},
	{regexp.MustCompile(`^envoy_tracing_opentelemetry_spans_sent$`), "kept", "sent on"},
	{regexp.MustCompile(`^envoy_tracing_opentelemetry_spans_dropped$`), "lost", "dropped"},
}

// facts are further figures worth a line, summed over their label sets.
var facts = [...]struct {
	name  *regexp.Regexp
	label string
	unit  string
}{
	{regexp.MustCompile(`^supersonic_gateway_requests_total$`), "requests", "count"},
	{regexp.MustCompile(`^supersonic_gateway_requests_in_flight$`), "requests in flight", "count"},
	{regexp.MustCompile(`^nv_inference_request_success$`), "inference requests served", "count"},
	{regexp.MustCompile(`^nv_inference_request_failure$`), "inference requests failed", "count"},
	{regexp.MustCompile(`^prometheus_tsdb_head_samples_appended_total$`), "samples appended", "count"},
	{regexp.MustCompile(`^prometheus_tsdb_head_series$`), "series in memory", "count"},
	{regexp.MustCompile(`^otelcol_exporter_queue_size$`), "batches waiting to be sent", "count"},
	{regexp.MustCompile(`^supersonic_ui_requests_total$`), "questions answered", "count"},
	{regexp.MustCompile(`^process_resident_memory_bytes$`), "memory", "bytes"},
}

// missing is what the generator counts of sampled calls whose server kept no
// span, and of all that it paired or not, by server.
var (
	missingName = regexp.MustCompile(`^supersonic_generator_server_missing_total$`)
	callsName   = regexp.MustCompile(`^supersonic_generator_sampled_calls_total$`)
)

type families map[string]*dto.MetricFamily

func (f families) spans() []payload.Fate {
	counts := f.ownFates()
	if len(counts) == 0 {
		counts = f.foreignFates()
	}
	var list []payload.Fate
	for k, n := range counts {
		list = append(list, payload.Fate{Fate: k[0], Reason: k[1], Count: n})
	}
	rank := map[string]int{}
	for i, fate := range fates {
		rank[fate] = i
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if rank[a.Fate] != rank[b.Fate] {
			return rank[a.Fate] < rank[b.Fate]
		}
		return a.Reason < b.Reason
	})
	return list
}

func (f families) ownFates() map[[2]string]float64 {
	counts := map[[2]string]float64{}
	for name, family := range f {
		if !ours.MatchString(name) {
			continue
		}
		for _, m := range family.GetMetric() {
			counts[[2]string{label(m, "fate"), label(m, "reason")}] += value(m)
		}
	}
	return counts
}

func (f families) foreignFates() map[[2]string]float64 {
	counts := map[[2]string]float64{}
	for name, family := range f {
		for _, known := range foreign {
			if !known.name.MatchString(name) {
				continue
			}
			for _, m := range family.GetMetric() {
				reason := known.reason
				if r := label(m, "reason"); r != "" {
					reason = r
				}
				counts[[2]string{known.fate, reason}] += value(m)
			}
		}
	}
	return counts
}

func (f families) facts() []payload.Fact {
	var list []payload.Fact
	for _, known := range facts {
		for name, family := range f {
			if !known.name.MatchString(name) {
				continue
			}
			sum := 0.0
			for _, m := range family.GetMetric() {
				sum += value(m)
			}
			list = append(list, payload.Fact{Label: known.label, Value: sum, Unit: known.unit})
		}
	}
	return list
}

// missing adds f's counts by server to m and tells whether f has them.
func (f families) missing(m map[string]*payload.MissingShare) bool {
	found := false
	at := func(server string) *payload.MissingShare {
		if m[server] == nil {
			m[server] = &payload.MissingShare{Server: server}
		}
		return m[server]
	}
	for name, family := range f {
		for _, metric := range family.GetMetric() {
			server := label(metric, "server")
			switch {
			case missingName.MatchString(name):
				found = true
				at(server).Missing += value(metric)
			case callsName.MatchString(name) && server != "":
				share := at(server)
				if share.Sampled == nil {
					share.Sampled = new(float64)
				}
				*share.Sampled += value(metric)
			}
		}
	}
	return found
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

func value(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	case m.Untyped != nil:
		return m.Untyped.GetValue()
	}
	return 0
}
