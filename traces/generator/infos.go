package generator

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// infos are the gauges that say something about who makes spans: traces_target_info
// and traces_host_info. They are 1, for as long as spans come.
type infos struct {
	cfg      Config
	registry *registry
	m        *counts
	target   *family
	host     *family
	hostKeys []key
	excluded []key
	groups   map[string]*group
	overflow map[*family]*group

	// What resources led to, by their attributes: they come again with each export.
	known map[string][]*group
	key   []byte
	made  []*group // of the resource at hand
}

// maxKnown bounds known; past it begins anew.
const maxKnown = 10_000

func newInfos(cfg Config, r *registry, m *counts, k *keys) *infos {
	f := &infos{cfg: cfg, registry: r, m: m, target: newFamily("traces_target_info"), host: newFamily(cfg.Hosts.MetricName),
		groups: map[string]*group{}, overflow: map[*family]*group{}, known: map[string][]*group{}}
	f.target.gauge, f.host.gauge = true, true
	f.hostKeys = k.addAll(cfg.Hosts.Identifiers)
	f.excluded = k.addAll(append([]string{"service.name", "service.namespace", "service.instance.id"}, cfg.Spans.TargetInfoExcluded...))
	return f
}

// add takes the resource of spans in.
func (f *infos) add(in *intake, at int) {
	f.key = f.key[:0]
	for i := range in.batch.Resources[at].Attrs {
		a := &in.batch.Resources[at].Attrs[i]
		f.key = binary.AppendUvarint(append(f.key, byte(a.Type)), uint64(len(a.Key)))
		f.key = binary.AppendUvarint(append(f.key, a.Key...), a.Num)
		f.key = append(binary.AppendUvarint(f.key, uint64(len(a.Text))), a.Text...)
	}
	if groups, ok := f.known[string(f.key)]; ok {
		for _, g := range groups {
			g.touch(in.now)
		}
		return
	}
	f.made = nil
	if f.cfg.HostInfo {
		f.addHost(in, at)
	}
	if f.cfg.SpanMetrics && f.cfg.Spans.TargetInfo {
		f.addTarget(in, at)
	}
	if len(f.known) >= maxKnown {
		clear(f.known)
	}
	f.known[string(f.key)] = f.made
}

func (f *infos) addHost(in *intake, at int) {
	for i, k := range f.hostKeys {
		a := in.keys.find(in.batch.Resources[at].Attrs, k)
		if a != nil && a.Type == column.String && len(a.Text) > 0 {
			f.set(f.host, f.registry.labels("grafana_host_id", f.registry.text(string(a.Text)), "host_source", f.cfg.Hosts.Identifiers[i]), in.now)
			return
		}
	}
}

// addTarget makes traces_target_info of a resource that names a job or instance and
// says something else.
func (f *infos) addTarget(in *intake, at int) {
	r := &in.resources[at]
	if len(r.job)+len(r.instance) == 0 {
		return
	}
	labels := f.registry.labels("job", f.registry.text(string(r.job)), "instance", f.registry.text(string(r.instance)))
	others := 0
	attrs := in.batch.Resources[at].Attrs
	for i := range attrs {
		a := &attrs[i]
		if len(a.Key) == 0 || a.Key[0] >= '0' && a.Key[0] <= '9' || f.leftOut(in, a) {
			continue
		}
		name := labelName(string(a.Key))
		if name == "job" || name == "instance" || name == "le" || name == "__name__" {
			name = "__" + strings.Trim(name, "_")
		}
		labels = labels.with(name, f.registry.text(attrText(a)))
		others++
	}
	if others > 0 {
		f.set(f.target, labels, in.now)
	}
}

func (f *infos) leftOut(in *intake, a *otlp.Attr) bool {
	return slices.ContainsFunc(f.excluded, func(k key) bool { return in.keys.numbers[k] == a.Name })
}

// set makes a gauge 1.
func (f *infos) set(of *family, labels labelSet, now time.Time) {
	frame := labels.frame()
	key := string(of.counters[0]) + string(frame.beforeName) + string(frame.beforeLe) + string(frame.rest)
	g := f.groups[key]
	if g == nil {
		g = newGroup(of, labels, func() { delete(f.groups, key); clear(f.known) })
		if f.registry.add(g, false) {
			f.groups[key] = g
		} else {
			f.m.overflowInfos.Inc()
			g = f.overflowing(of)
		}
	}
	g.counters[0] = 1
	g.touch(now)
	f.made = append(f.made, g)
}

func (f *infos) overflowing(of *family) *group {
	g := f.overflow[of]
	if g == nil {
		g = newGroup(of, f.registry.labels(overflowLabel, "true"), func() { delete(f.overflow, of); clear(f.known) })
		f.registry.add(g, true)
		f.overflow[of] = g
	}
	return g
}
