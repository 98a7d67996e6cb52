package site

import "net/url"

// Off is a part or a function that a file switched off, and what that costs.
type Off struct {
	Part   Part
	Key    string // the key that did it
	Cost   string // a sentence for the page and `check`
	Origin Origin
}

// costs says what a site does without each of its parts.
var costs = map[Part]string{
	PartEnvoy:      "No gateway: clients must reach the servers themselves, no trace has its ingress span, and nothing decides which requests are traced.",
	PartTriton:     "No servers: the gateway has nobody to send a request to and refuses every inference.",
	PartCollector:  "No collector: nothing is traced.",
	PartTempo:      "No trace store: no trace is kept, and there is no service graph; the spans' metrics of the collector are still made.",
	PartPrometheus: "No metrics store: no rates, latencies or map on the page, no history, and the load-based limiter has nothing to read.",
	PartGrafana:    "No page: read the stores through their APIs.",
}

// elsewhere says the same of stores in whose place the page reads another.
var elsewhere = map[Part]string{
	PartTempo:      "No trace store of this site: the collector has to send traces to that of the page's data source ",
	PartPrometheus: "No metrics store of this site: rates and the map need one that scrapes it and takes remote writes; the page reads the data source ",
}

// Elsewhere is the name of the page's first data source that is a store of p's kind
// and no part of this site, "" if there is none.
func (s *Site) Elsewhere(p Part) string {
	for _, d := range s.Datasources() {
		u, err := url.Parse(d.URL)
		if err != nil || d.Type != string(p) {
			continue
		}
		if _, own := s.HostPart(u.Hostname()); !own {
			return d.Name
		}
	}
	return ""
}

// Off lists what the files switch off, with what it costs, from the clients
// down. Parts that are off by default (keda, metricsCollector) are not in it.
func (s *Site) Off() []Off {
	var out []Off
	add := func(p Part, key, cost string) {
		out = append(out, Off{Part: p, Key: key, Cost: cost, Origin: s.Origin(key)})
	}
	for _, p := range Parts() {
		cost, counted := costs[p]
		other := s.Elsewhere(p)
		switch {
		case !counted || s.On(p):
		case p == PartPrometheus && s.Values.Prometheus.External.Enabled:
			add(p, "prometheus.external.enabled", "The metrics are those of an external Prometheus: it must scrape this site and take remote writes, else rates and the map stay empty.")
		case other != "":
			add(p, string(p)+".enabled", elsewhere[p]+other+".")
		default:
			add(p, string(p)+".enabled", cost)
		}
	}
	s.offBelow(add)
	return out
}

// offBelow lists functions of parts that are on.
func (s *Site) offBelow(add func(Part, string, string)) {
	v := &s.Values
	if gen := v.Tempo.Tempo.MetricsGenerator; s.On(PartTempo) && !gen.Enabled {
		add(PartTempo, "tempo.tempo.metricsGenerator.enabled", "No metrics generator: no series of the service graph and of spans, so the map has no edges.")
	}
	if s.On(PartEnvoy) && v.Envoy.TracingSamplingRate == 0 {
		add(PartEnvoy, "envoy.tracing_sampling_rate", "Nothing is sampled: only requests whose caller asks for it are traced, and the gateway's own spans of failed and slow ones.")
	}
	if s.On(PartTriton) && v.Triton.Replicas == 0 {
		add(PartTriton, "triton.replicas", costs[PartTriton])
	}
}
