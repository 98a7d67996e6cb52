package explore

import "testing"

func TestTheUnitOfValuesIsThatOfWhatIsAsked(t *testing.T) {
	for query, want := range map[string]string{
		`process_resident_memory_bytes{path="/"}`:                                         "bytes",
		`sum(go_memstats_heap_inuse_bytes)`:                                               "bytes",
		`supersonic_gateway_request_duration_seconds_sum`:                                 "seconds",
		`max by (pod) (process_cpu_seconds_total)`:                                        "seconds",
		`supersonic_gateway_request_duration_seconds_count`:                               "",
		`sum(supersonic_gateway_request_duration_seconds_bucket{le="+Inf"})`:              "",
		`count by (pod) (process_cpu_seconds_total)`:                                      "",
		`changes(process_start_time_seconds[1h])`:                                         "",
		`process_start_time_seconds`:                                                      "", // 57 years long else
		`time() - process_start_time_seconds`:                                             "seconds",
		`rate(process_cpu_seconds_total[1m])`:                                             "",
		`a_seconds_sum / a_seconds_count`:                                                 "",
		`1000 * a_seconds`:                                                                "",
		`histogram_quantile(.9, sum by (le) (rate(a_duration_seconds_bucket[1m])))`:       "seconds",
		`histogram_quantile(.9, rate(traces_spanmetrics_latency_bucket[1m]))`:             "seconds",
		`histogram_quantile(.9, rate(http_response_size_bytes_bucket{a="_seconds"}[1m]))`: "bytes",
		`up{job="a_seconds"}`:                                                             "",
		`nv_inference_count`:                                                              "",
	} {
		if got := promUnit(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
