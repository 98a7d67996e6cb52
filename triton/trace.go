package triton

import "strings"

// The batch span processor's settings for servers whose command gives none: spans
// leave after half a second and not after five, and a burst of 8192 spans waits
// and is not dropped (a default of 2048 is 500 requests of four spans). Names are
// those of Triton 24.01 and later.
var batchSettings = [][2]string{
	{"bsp_schedule_delay", "500"},
	{"bsp_max_queue_size", "8192"},
	{"bsp_max_export_batch_size", "512"},
}

const (
	otelMode    = "opentelemetry"
	rateMessage = "trace rate set to 0: Triton traces every request that carries a trace context whatever its rate; with 0 it traces these and nothing else"
)

// setting is one --trace-config: "mode,name=value" or "name=value".
// One without "=" is not a setting; it is kept for the server to complain about.
type setting struct{ mode, name, value, malformed string }

func parseSetting(text string) setting {
	head, value, ok := strings.Cut(text, "=")
	if !ok {
		return setting{malformed: text}
	}
	mode, name, ok := strings.Cut(head, ",")
	switch {
	case !ok:
		mode, name = "", head
	case mode == "":
		return setting{malformed: text}
	}
	return setting{mode: mode, name: name, value: value}
}

func (s setting) flag() string {
	switch {
	case s.malformed != "":
		return "--trace-config=" + s.malformed
	case s.mode == "":
		return "--trace-config=" + s.name + "=" + s.value
	}
	return "--trace-config=" + s.mode + "," + s.name + "=" + s.value
}

// traceArguments turns the command's trace arguments into those that the site
// needs: spans to our collector, of the requests that carry a context and no
// others, soon, and by the pod's name.
func (e edits) traceArguments(a *arguments, given []flag) []string {
	if e.tracing == nil {
		if len(given) > 0 {
			a.note("tracing is off: trace arguments are taken out", "count", len(given))
		}
		return nil
	}
	settings, old := splitTrace(given)
	if ownTracing(settings, old) {
		a.warn("the command asks for Triton's own trace files: its servers send no spans; use --trace-config mode=opentelemetry",
			"arguments", joinFlags(given))
		return flagWords(given)
	}
	for i := range settings {
		e.change(a, &settings[i])
	}
	settings = append(settings, e.missing(settings, len(given) == 0)...)
	words := make([]string, 0, len(settings))
	for _, s := range settings {
		words = append(words, s.flag())
	}
	return words
}

// splitTrace parses --trace-config arguments and returns the deprecated ones
// (--trace-file and its kin) apart.
func splitTrace(given []flag) (settings []setting, old []flag) {
	for _, f := range given {
		if f.name == "trace-config" {
			settings = append(settings, parseSetting(f.value))
		} else {
			old = append(old, f)
		}
	}
	return settings, old
}

// ownTracing tells whether a command traces to files in Triton's own format, which
// is somebody's explicit wish and is left alone.
func ownTracing(settings []setting, old []flag) bool {
	mode, own := "", len(old) > 0
	for _, s := range settings {
		if s.mode == "" && s.name == "mode" {
			mode = s.value
		}
		own = own || s.mode == "triton"
	}
	return mode != otelMode && (own || mode != "")
}

func (e edits) change(a *arguments, s *setting) {
	switch {
	case s.mode == "" && s.name == "rate" && s.value != "0":
		a.note(rateMessage, "was", s.value)
		s.value = "0"
	case s.mode == otelMode && s.name == "url" && e.tracing.Rewrite != nil:
		if url, ok := e.tracing.Rewrite(s.value); ok && url != s.value {
			a.note("a name of the release is this process's collector", "url", s.value, "used", url)
			s.value = url
		}
	case s.mode == "" && s.name == "level" && strings.EqualFold(s.value, "OFF"):
		a.warn("the command switches tracing off by level=OFF: its servers send no spans")
	}
}

// missing are the settings that tracing needs and the command does not give;
// whole says that it says nothing of tracing.
func (e edits) missing(given []setting, whole bool) []setting {
	has := func(mode, name, prefix string) bool {
		for _, s := range given {
			if s.mode == mode && s.name == name && strings.HasPrefix(s.value, prefix) {
				return true
			}
		}
		return false
	}
	var add []setting
	need := func(mode, name, value string) {
		if !has(mode, name, "") {
			add = append(add, setting{mode: mode, name: name, value: value})
		}
	}
	need("", "mode", otelMode)
	need("", "level", "TIMESTAMPS")
	need("", "rate", "0")
	if whole {
		need("", "count", "-1")
	}
	if !has(otelMode, "resource", "pod_name=") {
		add = append(add, setting{mode: otelMode, name: "resource", value: "pod_name=" + e.pod.Name})
	}
	if e.tracing.URL != "" {
		need(otelMode, "url", e.tracing.URL)
	}
	for _, b := range batchSettings {
		need(otelMode, b[0], b[1])
	}
	return add
}

func joinFlags(flags []flag) string { return strings.Join(flagWords(flags), " ") }

func flagWords(flags []flag) []string {
	var words []string
	for _, f := range flags {
		words = append(words, f.words...)
	}
	return words
}
