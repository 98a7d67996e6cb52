package stack

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"supersonic/site"
)

// nop is the collector's exporter that drops what it gets.
const nop = "nop"

// resolve gives the address in text as this process reaches it; absent tells that
// it names a part of the site that is switched off. The name of the metrics store
// means the external Prometheus where there is one.
func (k *Stack) resolve(text string) (out string, absent bool) {
	out, part, known := k.site.Rewrite(text, k.address)
	if !known || !k.whole() || k.site.On(part) {
		return out, false
	}
	e := k.site.Values.Prometheus.External
	if part != site.PartPrometheus || !e.Enabled {
		return out, true
	}
	out, _, _ = k.site.Rewrite(text, func(site.Part, string) (string, bool) { return k.externalAddr(), true })
	if rest, ok := strings.CutPrefix(out, "http://"); ok {
		out = e.Scheme + "://" + rest
	}
	return out, false
}

// externalAddr is host:port of the external Prometheus.
func (k *Stack) externalAddr() string {
	e := k.site.Values.Prometheus.External
	return net.JoinHostPort(e.URL, strconv.Itoa(e.Port))
}

// withoutAbsent changes config, the collector's, so that it runs in a site of
// which parts are off: an exporter that names such a part would try for ever, so
// in pipelines nop takes its place. The chart's defaults name every store, so
// this is what `enabled: false` alone leads to.
func (k *Stack) withoutAbsent(config map[string]any) {
	exporters, _ := config["exporters"].(map[string]any)
	gone := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(exporters)) {
		settings, _ := exporters[name].(map[string]any)
		for key, v := range settings {
			text, ok := v.(string)
			if !ok || !strings.HasSuffix(key, "endpoint") {
				continue
			}
			out, absent := k.resolve(text)
			if settings[key] = out; absent {
				gone[name] = text
			}
		}
	}
	service, _ := config["service"].(map[string]any)
	pipelines, _ := service["pipelines"].(map[string]any)
	used := false
	for _, name := range slices.Sorted(maps.Keys(pipelines)) {
		pipe, _ := pipelines[name].(map[string]any)
		list, _ := pipe["exporters"].([]any)
		if kept := k.keepPresent(name, list, gone); len(kept) > 0 {
			pipe["exporters"] = kept
			used = used || slices.Contains(kept, any(nop))
		}
	}
	if _, has := exporters[nop]; used && !has {
		exporters[nop] = map[string]any{}
	}
}

// keepPresent is a pipeline's exporters with one nop for those that are gone.
func (k *Stack) keepPresent(pipeline string, list []any, gone map[string]string) []any {
	var kept []any
	for _, x := range list {
		if name, ok := x.(string); ok && gone[name] != "" {
			k.log.Info("an exporter leads to a part that is off, what it gets is dropped",
				"role", RoleCollector, "pipeline", pipeline, "exporter", name, "endpoint", gone[name])
			x = nop
		}
		if x != nop || !slices.Contains(kept, any(nop)) {
			kept = append(kept, x)
		}
	}
	return kept
}
