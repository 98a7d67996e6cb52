package stack

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

var update = flag.Bool("update", false, "write docs/reference/metrics.md instead of comparing")

// family is a metric as a role tells it at /metrics.
type family struct {
	name, kind, help string
	labels           []string
}

// mirrored are the prefixes of series that bear the names of the system whose
// place a role takes, or of the library that makes them.
var mirrored = map[string]string{
	"envoy_":      "the gateway, in Envoy's place, also at `/stats/prometheus`",
	"otelcol_":    "the collector's library",
	"prometheus_": "the metrics store's library",
	"go_":         "Go's runtime, of the whole process",
	"process_":    "the process",
	"promhttp_":   "the handler of `/metrics`",
	"target_info": "the collector's resource",
}

// later are families that a healthy site does not show: they appear with what
// they count.
var later = map[string][]family{
	RoleTriton: {{"supersonic_triton_models", "gauge", "Model versions of the server by state.", []string{"pod", "state"}}},
}

var ours = regexp.MustCompile(`^supersonic_(gateway|triton|collector|traces|generator|ui)_[a-z][a-z0-9_]*[a-z0-9]$`)

func TestEveryRoleTellsLintedMetrics(t *testing.T) {
	for role, page := range pages(t) {
		var own strings.Builder
		for line := range strings.Lines(page) {
			if strings.Contains(line, "supersonic_") {
				own.WriteString(line)
			}
		}
		problems, err := promlint.New(strings.NewReader(own.String())).Lint()
		if err != nil {
			t.Errorf("%s: %v", role, err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s: %s", role, p.Metric, p.Text)
		}
		for _, f := range families(page) {
			if isMirrored(f.name) {
				continue
			}
			if !ours.MatchString(f.name) {
				t.Errorf("%s: %s bears neither our name nor one that is mirrored", role, f.name)
			}
			if counter := f.kind == "counter"; counter != strings.HasSuffix(f.name, "_total") {
				t.Errorf("%s: %s is a %s: counters and only they end in _total", role, f.name, f.kind)
			}
		}
	}
}

func TestTheReferenceOfMetricsIsWhatRolesTell(t *testing.T) {
	got := reference(t, pages(t))
	file := filepath.Join("..", "docs", "reference", "metrics.md")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("go test ./stack -run Reference -update writes the file anew:\n%s", diff)
	}
}

// pages are the roles' /metrics after each has had something to count.
func pages(t *testing.T) map[string]string {
	t.Helper()
	p := freePorts(t)
	serve(t, p)
	r := run(t, p, t.TempDir())
	r.infer(t, 2)
	r.send(t, 1, "ot=th:0")
	r.eventually(t, "a question of the page, a search, an edge of the service graph", func() error {
		if _, err := get(p.url(keyPage, "/api/status")); err != nil {
			return err
		}
		if err := r.has(1); err != nil {
			return err
		}
		get(p.url(keyTempo, "/api/search?q=%7B")) // refused: a question with an error
		return errors.Join(shows(r, RoleTraces, "supersonic_generator_sampled_calls_total{"), shows(r, RoleTraces, "supersonic_generator_pending{"))
	})
	out := map[string]string{}
	for _, e := range r.roleEndpoints() {
		out[e.Role] = page(t, e.MetricsURL)
	}
	out[RoleUI] = page(t, p.url(keyPage, "/metrics"))
	out[RoleTriton] = supervisorPage(t)
	return out
}

// supervisorPage is the page of a supervisor whose only server does not start.
func supervisorPage(t *testing.T) string {
	t.Helper()
	r := run(t, freePorts(t), t.TempDir(), "triton: {enabled: true, replicas: 1, command: [/bin/sh, -c], args: [exit 3]}\n")
	r.eventually(t, "the server has ended", func() error { return shows(r, RoleTriton, "supersonic_triton_restarts_total{") })
	for _, e := range r.roleEndpoints() {
		if e.Role == RoleTriton {
			return page(t, e.MetricsURL)
		}
	}
	return ""
}

func shows(r *running, role, series string) error {
	for _, e := range r.roleEndpoints() {
		if e.Role == role {
			body, err := get(e.MetricsURL)
			if err == nil && !strings.Contains(body, series) {
				err = fmt.Errorf("%s: no %s", role, series)
			}
			return err
		}
	}
	return fmt.Errorf("no role %s", role)
}

func page(t *testing.T, url string) string {
	t.Helper()
	body, err := get(url)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// families reads the text form of a page.
func families(page string) []family {
	var list []family
	help := map[string]string{}
	for line := range strings.Lines(page) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 4)
		switch {
		case len(words) == 4 && words[1] == "HELP":
			help[words[2]] = words[3]
		case len(words) == 4 && words[1] == "TYPE":
			list = append(list, family{name: words[2], kind: words[3], help: help[words[2]]})
		case len(list) > 0 && strings.HasPrefix(words[0], list[len(list)-1].name):
			f := &list[len(list)-1]
			for _, m := range labelNames.FindAllStringSubmatch(line, -1) {
				if m[1] != "le" && !slices.Contains(f.labels, m[1]) {
					f.labels = append(f.labels, m[1])
				}
			}
		}
	}
	return list
}

var labelNames = regexp.MustCompile(`[{,]([a-z_]+)="`)

func isMirrored(name string) bool {
	for prefix := range mirrored {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// titles are the roles in the order of a request.
var titles = []struct{ role, at string }{
	{RoleGateway, "the admin port, `:9901/metrics` and `/stats/prometheus`"},
	{RoleTriton, "the supervisor's own port, which Status names, and on one machine in the metrics store (job `<release>-triton-supervisor`); the servers' `nv_*` are at their own `/metrics`"},
	{RoleCollector, "the collector's telemetry port, which Status names; `:8888` in a pod"},
	{RoleTraces, "`:3100/metrics`"},
	{RoleMetrics, "`:9090/metrics`"},
	{RoleUI, "the page's port, `/metrics`"},
}

func reference(t *testing.T, pages map[string]string) string {
	var b strings.Builder
	b.WriteString(`# Metrics
Made from what the roles of a running site tell (` + "`go test ./stack -run Reference -update`" + `). Times are seconds, sizes bytes, a counter ends in
` + "`_total`" + `. What became of spans is told alike by each role that handles them, by ` + "`fate`" + `: received, kept, refused, lost.
`)
	prefixes := map[string][]string{}
	for _, title := range titles {
		list := append(families(pages[title.role]), later[title.role]...)
		slices.SortFunc(list, func(a, b family) int { return strings.Compare(a.name, b.name) })
		fmt.Fprintf(&b, "\n## %s\nAt %s.\n", title.role, title.at)
		head := "\n| name | type | labels | what |\n|---|---|---|---|\n"
		for i, f := range list {
			if i > 0 && list[i-1].name == f.name {
				t.Errorf("%s is shown by now: take it out of `later`", f.name)
			}
			if isMirrored(f.name) {
				prefix, _, _ := strings.Cut(f.name, "_")
				prefixes[prefix] = append(prefixes[prefix], f.name)
				continue
			}
			fmt.Fprintf(&b, "%s| `%s` | %s | %s | %s |\n", head, f.name, f.kind, strings.Join(f.labels, ", "), strings.ReplaceAll(f.help, "|", "\\|"))
			head = ""
		}
		if head != "" {
			b.WriteString("None of ours; the library's are below.\n")
		}
	}
	b.WriteString("\n## Names of others\n| names | made by |\n|---|---|\n")
	for _, prefix := range slices.Sorted(maps.Keys(mirrored)) {
		name := prefix
		if strings.HasSuffix(prefix, "_") {
			name += "*"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, mirrored[prefix])
	}
	b.WriteString("| `nv_*` | the Triton servers, scraped from them |\n" +
		"| `traces_service_graph_*`, `traces_spanmetrics_*`, `traces_target_info`, `traces_host_info` | the trace store's generator, in Tempo's place; pushed to the metrics store |\n")
	b.WriteString("\nOf Envoy's there are, with Envoy's meaning:\n")
	for _, name := range slices.Compact(slices.Sorted(slices.Values(prefixes["envoy"]))) {
		fmt.Fprintf(&b, "- `%s`\n", name)
	}
	b.WriteString(generatorSeries)
	return b.String()
}

// generatorSeries tells of the series that are made of spans; a test of the
// generator holds it to what is made.
const generatorSeries = `
## Series made of spans
Pushed by remote write: each second while they change, at ` + "`collection_interval`" + ` (15 s) while they do not, with a stale marker after
` + "`stale_duration`" + ` (15 min) without a change and at a clean stop. Names and labels are Tempo's. A span that was sampled with probability p counts 1/p.

| name | type | labels | what |
|---|---|---|---|
| ` + "`traces_service_graph_request_total`" + ` | counter | client, server, connection_type | Requests over an edge. |
| ` + "`traces_service_graph_request_failed_total`" + ` | counter | the same | Those that failed, on either side. |
| ` + "`traces_service_graph_request_client_seconds`" + ` | histogram | the same | Their time as the client saw it. |
| ` + "`traces_service_graph_request_server_seconds`" + ` | histogram | the same | Their time on the server. |
| ` + "`traces_service_graph_request_messaging_system_seconds`" + ` | histogram | the same | From a producer's end to its consumer's start (enable_messaging_system_latency_histogram). |
| ` + "`traces_spanmetrics_calls_total`" + ` | counter | service, span_name, span_kind, status_code | Spans. |
| ` + "`traces_spanmetrics_latency`" + ` | histogram | the same | Their time, seconds. |
| ` + "`traces_spanmetrics_size_total`" + ` | counter | the same | Their size as OTLP protobuf, bytes. |
| ` + "`traces_target_info`" + ` | gauge | job, instance, resource attributes | 1 for each resource (enable_target_info). |
| ` + "`traces_host_info`" + ` | gauge | grafana_host_id, host_source | 1 for each host (the processor host-info). |

- connection_type is absent for a call, else ` + "`messaging_system`, `database` or `virtual_node`" + `: a side that makes no spans, named by ` + "`peer_attributes`" + `
  or, for a caller, ` + "`user`" + `. A database is called as ` + "`peer.service`, `server.address` or `network.peer.address`" + ` say, else by ` + "`database_name_attributes`" + `. The label virtual_node says which side (enable_virtual_node_label). Dimensions, status_message, job and instance
  come as configured; a dimension named as a label above begins with ` + "`__`" + `.
- Buckets carry the exemplar ` + "`trace_id`" + ` of their newest observation. With ` + "`generate_native_histograms`" + ` histograms are native ones of schema 3.
- Beyond ` + "`max_active_series`" + ` (100,000) new label sets are counted in one series a name, labelled ` + "`metric_overflow=\"true\"`" + `;
  ` + "`supersonic_generator_overflow_total`" + ` counts them.
- A span that ends before it starts took no time. One of more than 24 hours, a start that was never set for the most part, counts in calls and requests
  and in no bucket, count or sum of its time, which it would spoil for good; of a call through the gateway, the upstream time that the gateway measured
  takes its place. ` + "`supersonic_generator_too_long_total`" + ` counts them.
- A new series begins with zeros in the seconds before it, so that increase() sees its first value.
- What the receiver does not take waits on disk, 256 MiB at most, over restarts; the oldest goes first, counted by
  ` + "`supersonic_generator_lost_samples_total`" + `. While the receiver is away a sample is kept each ` + "`collection_interval`" + `.
- A span that comes twice within one to two million spans counts once (reason again). After a restart what came before is not known: an export
  whose answer the restart took is then counted in both lives.
`
