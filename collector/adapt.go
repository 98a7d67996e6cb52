package collector

import (
	"fmt"
	"slices"
	"strings"
)

// weightProcessor is the name of our processor in a collector's configuration.
const weightProcessor = "supersonic_weight"

// adapt makes the map that the chart's users write (collector 0.120) one that
// 0.158 takes, on a copy: doc.go lists what it does. metricsAddr is where our own
// telemetry is served.
func adapt(conf map[string]any, weight bool, metricsAddr string) map[string]any {
	conf, _ = clone(conf).(map[string]any)
	if old, ok := takeMetricsAddress(conf); ok {
		retarget(conf, old, metricsAddr)
	}
	if weight {
		insertWeight(conf)
	}
	return conf
}

// clone copies maps and lists, and turns what YAML readers make into what confmap
// takes (maps with keys of any type).
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[k] = clone(e)
		}
		return m
	case map[any]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[fmt.Sprint(k)] = clone(e)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = clone(e)
		}
		return l
	case []string:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = e
		}
		return l
	}
	return v
}

// section returns the map at path, nil if there is none.
func section(conf map[string]any, path ...string) map[string]any {
	for _, name := range path {
		conf, _ = conf[name].(map[string]any)
	}
	return conf
}

// takeMetricsAddress removes service.telemetry.metrics.address, which collectors
// before 0.123 took, and returns it.
func takeMetricsAddress(conf map[string]any) (string, bool) {
	metrics := section(conf, "service", "telemetry", "metrics")
	addr, ok := metrics["address"].(string)
	delete(metrics, "address")
	return addr, ok
}

// hasReaders tells whether the user configured where the collector's own metrics go.
func hasReaders(conf map[string]any) bool {
	_, ok := section(conf, "service", "telemetry", "metrics")["readers"]
	return ok
}

// retarget points prometheus receivers that scrape the collector itself to where
// it now serves.
func retarget(conf map[string]any, from, to string) {
	for name, r := range section(conf, "receivers") {
		if kind, _, _ := strings.Cut(name, "/"); kind != "prometheus" {
			continue
		}
		receiver, _ := r.(map[string]any)
		for _, job := range mapsOf(section(receiver, "config")["scrape_configs"]) {
			for _, static := range mapsOf(job["static_configs"]) {
				targets, _ := static["targets"].([]any)
				for i := range targets {
					if targets[i] == from {
						targets[i] = to
					}
				}
			}
		}
	}
}

// mapsOf are the maps of a list.
func mapsOf(list any) []map[string]any {
	l, _ := list.([]any)
	var out []map[string]any
	for _, e := range l {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// insertWeight puts our processor first into each pipeline of traces that does not
// name it, if anything but connectors feeds that pipeline: what a connector hands
// over went through it before.
// `processors.supersonic_weight.enabled: false` in the file leaves all as it is.
func insertWeight(conf map[string]any) {
	own := section(conf, "processors", weightProcessor)
	if on, ok := own["enabled"].(bool); ok {
		delete(own, "enabled")
		if !on {
			delete(section(conf, "processors"), weightProcessor)
			return
		}
	}
	connectors := section(conf, "connectors")
	used := false
	for name, p := range section(conf, "service", "pipelines") {
		pipeline, ok := p.(map[string]any)
		if kind, _, _ := strings.Cut(name, "/"); !ok || strings.TrimSpace(kind) != "traces" {
			continue
		}
		fed, _ := pipeline["receivers"].([]any)
		if !slices.ContainsFunc(fed, func(r any) bool { return !isKey(connectors, r) }) {
			continue
		}
		processors, isList := pipeline["processors"].([]any)
		if !isList && pipeline["processors"] != nil {
			continue // not a list: the collector says so
		}
		used = true
		if !slices.ContainsFunc(processors, isWeight) {
			pipeline["processors"] = append([]any{weightProcessor}, processors...)
		}
	}
	if !used {
		return
	}
	processors, ok := conf["processors"].(map[string]any)
	if !ok {
		if conf["processors"] != nil {
			return
		}
		processors = map[string]any{}
		conf["processors"] = processors
	}
	if _, ok := processors[weightProcessor]; !ok {
		processors[weightProcessor] = map[string]any{}
	}
}

func isKey(m map[string]any, name any) bool {
	s, _ := name.(string)
	_, ok := m[s]
	return ok
}

func isWeight(name any) bool {
	s, _ := name.(string)
	kind, _, _ := strings.Cut(s, "/")
	return kind == weightProcessor
}
