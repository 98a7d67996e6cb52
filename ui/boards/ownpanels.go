package boards

import "fmt"

// ownPanels are the rows of our own dashboards.
func ownPanels(load Load) []row {
	return []row{
		{panels: []placed{{0, 0, 24, 2, header(load)}}},
		{title: "Overview", beside: true, panels: overview(load)},
		{title: "Requests at the gateway", panels: atGateway()},
		{title: "Models", panels: models()},
		{title: "GPUs", panels: gpus()},
		{title: "Inference statistics", panels: statistics()},
	}
}

func header(load Load) object {
	version := ""
	if load.Version != "" {
		version = " · version " + load.Version
	}
	return object{"type": "text", "title": "", "transparent": true, "options": object{"mode": "markdown", "content": "## SuperSONIC · ${release:text}" + version +
		"\n[Documentation](https://fastmachinelearning.org/SuperSONIC/) · [GitHub issues](https://github.com/fastmachinelearning/SuperSONIC/issues) · [Status of this site](/status)"}}
}

func overview(load Load) []placed {
	list := []placed{
		{0, 0, 4, 4, object{"type": "stat", "title": "Triton servers", "description": "Servers that tell their metrics.", "datasource": prometheus(),
			"targets":     []object{target("A", serversBy, "{{release}}")},
			"fieldConfig": object{"defaults": object{"color": object{"mode": "thresholds"}, "thresholds": steps("green")}, "overrides": []object{}},
			"options":     object{"colorMode": "value", "graphMode": "none", "textMode": "auto", "reduceOptions": object{"calcs": []string{"lastNotNull"}}}}},
		{0, 4, 4, 6, chart{title: "Triton servers", about: "Purple marks are moments at which servers came or went.", targets: []object{target("A", serversBy, "{{release}}")},
			custom: object{"lineInterpolation": "stepAfter", "fillOpacity": 10}, defaults: object{"decimals": 0}}.model()},
		{4, 0, 10, 10, latency()},
		{14, 0, 10, 5, chart{title: "Inferences per second", about: "Rows of all requests, all servers and models.", unit: "short",
			targets: []object{target("A", "sum by (release) ("+rate("nv_inference_count", perModel)+")", "{{release}}")}}.model()},
	}
	if load.Metric != "" {
		list = append(list, placed{14, 5, 10, 5, serverLoad(load)})
	}
	return list
}

func steps(color string, pairs ...any) object {
	list := []object{{"color": color, "value": nil}}
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, object{"value": pairs[i], "color": pairs[i+1]})
	}
	return object{"mode": "absolute", "steps": list}
}

func serverLoad(load Load) object {
	unit, what := "ms", "Milliseconds that requests wait in Triton's queue, per execution of a batch: the chart's own measure, not a latency of a request."
	if load.Own {
		unit, what = "short", "The site's own measure (serverLoadMetric)."
	}
	return chart{title: "Server Load Metric", unit: unit, targets: []object{target("A", load.Metric, "load of {{release}}")},
		about:    what + " Above the dashed line servers are added and new clients are refused.",
		custom:   object{"thresholdsStyle": object{"mode": "dashed"}, "axisSoftMax": load.Threshold * 1.1},
		defaults: object{"thresholds": steps("green", load.Threshold, "red")}}.model()
}

// perRequest is a mean duration of a model's requests in milliseconds. Triton adds
// up each duration for each request of a batch, so it is divided by requests.
func perRequest(duration string) string {
	return sumRate(duration, perModel) + " / " + sumRate("nv_inference_request_success", perModel) + " / 1000"
}

// seconds of the gateway's clock for a request, or Envoy's where there is an Envoy.
const measured = "1000 * sum(rate(supersonic_gateway_request_duration_seconds_sum{" + inferring + "}[$__rate_interval])) / " +
	"sum(rate(supersonic_gateway_request_duration_seconds_count{" + inferring + "}[$__rate_interval]))" +
	` or sum(rate(envoy_http_downstream_rq_time_sum{` + labels + `, envoy_http_conn_manager_prefix="ingress_grpc"}[$__rate_interval])) / ` +
	`sum(rate(envoy_http_downstream_rq_time_count{` + labels + `, envoy_http_conn_manager_prefix="ingress_grpc"}[$__rate_interval]))`

func latency() object {
	return chart{title: "Latency per request", unit: "ms", legend: "right",
		about: "Mean time of a request in Triton's queue (the delay of batching is in it), input, compute and output; a step of an ensemble is a request of its own model, " +
			"and an ensemble counts its steps again: choose a model to see one alone. The line is the whole request at the gateway's clock.",
		targets: []object{
			target("A", perRequest("nv_inference_queue_duration_us"), "Queue"),
			target("B", perRequest("nv_inference_compute_input_duration_us"), "Input"),
			target("C", perRequest("nv_inference_compute_infer_duration_us"), "Inference"),
			target("D", perRequest("nv_inference_compute_output_duration_us"), "Output"),
			target("E", measured, "Total (measured at the gateway)"),
		},
		custom:    object{"stacking": object{"mode": "normal", "group": "A"}, "fillOpacity": 60},
		overrides: []object{lineOver("E")}}.model()
}

// lineOver draws one query as a line over stacked areas.
func lineOver(ref string) object {
	return object{"matcher": object{"id": "byFrameRefID", "options": ref}, "properties": []object{
		{"id": "custom.stacking", "value": object{"mode": "none", "group": "A"}}, {"id": "custom.fillOpacity", "value": 0},
		{"id": "custom.lineWidth", "value": 2}, {"id": "color", "value": object{"mode": "fixed", "fixedColor": "red"}}}}
}

func atGateway() []placed {
	buckets := "sum by (le) (" + rate("supersonic_gateway_request_duration_seconds_bucket", inferring) + ")"
	heat := target("A", buckets, "{{le}}")
	heat["format"] = "heatmap"
	quantile := func(ref, q, name string) object {
		t := target(ref, "histogram_quantile("+q+", "+buckets+")", name)
		t["exemplar"] = ref == "C"
		return t
	}
	return []placed{
		{0, 0, 10, 8, object{"type": "heatmap", "title": "Duration of requests", "description": "Requests per second by how long they took, at the gateway.",
			"datasource": prometheus(), "targets": []object{heat}, "fieldConfig": object{"defaults": object{}, "overrides": []object{}},
			"options": object{"calculate": false, "yAxis": object{"unit": "s", "axisPlacement": "left"}, "cellValues": object{"unit": "reqps"},
				"color": object{"mode": "scheme", "scheme": "Spectral", "steps": 64, "exponent": 0.5}, "cellGap": 1, "filterValues": object{"le": 1e-9},
				"legend": object{"show": true}, "tooltip": object{"mode": "single", "yHistogram": false}}}},
		{10, 0, 7, 8, chart{title: "Quantiles of the duration", unit: "s", legend: "bottom", about: "Half, nine of ten and 99 of 100 requests were faster. Dots are requests with a trace.",
			targets: []object{quantile("A", ".5", "p50"), quantile("B", ".9", "p90"), quantile("C", ".99", "p99")}}.model()},
		{17, 0, 7, 8, chart{title: "Failures per second", unit: "short", legend: "bottom", about: "Calls that did not end with OK, by gRPC code, at the gateway.",
			targets: []object{target("A", `sum by (code) (`+rate("supersonic_gateway_requests_total", inferring+`, code!="OK"`)+`)`, "{{code}}")},
			custom:  object{"fillOpacity": 20}}.model()},
	}
}

func models() []placed {
	by := func(expr string) string { return "sum by (model) (" + expr + ")" }
	over := func(metric string) string { return by(fmt.Sprintf("rate(%s{%s}[$__range])", metric, perModel)) }
	columns := []struct{ ref, expr string }{
		{"A", over("nv_inference_request_success")},
		{"B", over("nv_inference_count")},
		{"C", over("nv_inference_count") + " / " + over("nv_inference_exec_count")},
		{"D", over("nv_inference_request_duration_us") + " / " + over("nv_inference_request_success") + " / 1000"},
		{"E", over("nv_inference_queue_duration_us") + " / " + over("nv_inference_request_success") + " / 1000"},
		{"F", over("nv_inference_queue_duration_us") + " / " + over("nv_inference_request_duration_us")},
		{"G", over("nv_inference_request_failure")},
	}
	var targets []object
	for _, c := range columns {
		t := target(c.ref, c.expr, "")
		t["format"], t["instant"], t["range"] = "table", true, false
		targets = append(targets, t)
	}
	return []placed{{0, 0, 24, 7, object{"type": "table", "title": "Models in the time range", "datasource": prometheus(), "targets": targets,
		"description": "Latency is from arrival at Triton to its answer, per request. Rows per execution is the mean batch.",
		"transformations": []object{
			{"id": "joinByField", "options": object{"byField": "model", "mode": "outer"}},
			{"id": "organize", "options": object{"excludeByName": object{"Time": true, "Time 1": true, "Time 2": true, "Time 3": true, "Time 4": true, "Time 5": true, "Time 6": true, "Time 7": true},
				"renameByName": object{"model": "Model", "Value #A": "Requests", "Value #B": "Inferences", "Value #C": "Rows per execution",
					"Value #D": "Latency", "Value #E": "In the queue", "Value #F": "Share of the queue", "Value #G": "Failures"}}},
		},
		"fieldConfig": object{"defaults": object{"custom": object{"align": "auto"}}, "overrides": []object{
			unitOf("Requests", "reqps"), unitOf("Inferences", "short"), unitOf("Rows per execution", "short"), unitOf("Latency", "ms"),
			unitOf("In the queue", "ms"), share("Share of the queue"), unitOf("Failures", "reqps")}},
		"options": object{"showHeader": true, "cellHeight": "sm", "sortBy": []object{{"displayName": "Requests", "desc": true}}}}}}
}

func unitOf(column, unit string) object {
	return object{"matcher": object{"id": "byName", "options": column}, "properties": []object{{"id": "unit", "value": unit}, {"id": "decimals", "value": 2}}}
}

// share draws a column as a bar from 0 to 1.
func share(column string) object {
	return object{"matcher": object{"id": "byName", "options": column}, "properties": []object{{"id": "unit", "value": "percentunit"}, {"id": "min", "value": 0},
		{"id": "max", "value": 1}, {"id": "decimals", "value": 1}, {"id": "custom.cellOptions", "value": object{"type": "gauge", "mode": "basic"}},
		{"id": "thresholds", "value": steps("green", 0.3, "yellow", 0.6, "red")}, {"id": "color", "value": object{"mode": "thresholds"}}}}
}

func gpus() []placed {
	gpu := func(title, expr string) object {
		return chart{title: title, unit: "percentunit", legend: "bottom", highest: true, targets: []object{target("A", expr, "{{pod}}")},
			custom:   object{"fillOpacity": 10},
			defaults: object{"max": 1, "thresholds": steps("green", .7, "yellow", .8, "orange", .9, "red")}}.model()
	}
	g := func(metric string) string { return metric + "{" + labels + "}" }
	return []placed{
		{0, 0, 8, 8, gpu("GPU utilization", g("nv_gpu_utilization"))},
		{8, 0, 8, 8, gpu("GPU power usage", g("nv_gpu_power_usage")+" / "+g("nv_gpu_power_limit"))},
		{16, 0, 8, 8, gpu("GPU memory usage", g("nv_gpu_memory_used_bytes")+" / "+g("nv_gpu_memory_total_bytes"))},
	}
}

func statistics() []placed {
	by := func(title, label, metric string) chart {
		return chart{title: title, unit: "short", legend: "right", targets: []object{target("A", "sum by ("+label+") ("+rate(metric, perModel)+")", "{{"+label+"}}")}}
	}
	byServer := by("Inferences per second by server", "pod", "nv_inference_count")
	byServer.legend, byServer.highest = "bottom", true
	perExecution := func(duration string) string {
		return fmt.Sprintf("sum(rate(%s{%s}[30s])) / sum(rate(nv_inference_exec_count{%s}[30s]) * 1000)", duration, labels, labels)
	}
	return []placed{
		{0, 0, 12, 8, byServer.model()},
		{12, 0, 12, 8, by("Inferences per second by model", "model", "nv_inference_count").model()},
		{0, 8, 8, 8, chart{title: "Rows per execution", unit: "short", legend: "right", about: "The mean batch that Triton ran.",
			targets: []object{target("A", "sum by (model) ("+rate("nv_inference_count", perModel)+") / sum by (model) ("+rate("nv_inference_exec_count", perModel)+")", "{{model}}")}}.model()},
		{8, 8, 8, 8, chart{title: "Requests that wait", unit: "short", legend: "right", about: "Requests in the queues of the servers.",
			targets: []object{target("A", "sum by (model) (nv_inference_pending_request_count{"+perModel+"})", "{{model}}")}}.model()},
		{16, 8, 8, 8, chart{title: "Latency Breakdown", unit: "ms", legend: "right",
			about: "As before: durations of all requests divided by executions. With batches of n requests it is n times too high; take \"Latency per request\" instead.",
			targets: []object{
				target("A", perExecution("nv_inference_compute_infer_duration_us"), "Inference"),
				target("B", perExecution("nv_inference_queue_duration_us"), "Queue"),
				target("C", perExecution("nv_inference_compute_input_duration_us"), "Input"),
				target("D", perExecution("nv_inference_compute_output_duration_us"), "Output"),
				target("E", measured, "Total (measured at the gateway)"),
			},
			custom: object{"stacking": object{"mode": "normal", "group": "A"}, "fillOpacity": 60}, overrides: []object{lineOver("E")}}.model()},
	}
}
