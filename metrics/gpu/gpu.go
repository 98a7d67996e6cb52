// Package gpu takes the place of the chart's metrics collector: it shows the GPU
// metrics of a whole site in the form in which one Triton server shows its own,
// for clients such as perf_analyzer that read "the server's" metrics. The values
// are the newest that a Prometheus has; it is asked at each request, nothing is
// kept. A Page is made by stack and runs as a role of its own.
package gpu

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"

	"supersonic/internal/listen"
)

// Config says where the page listens and whom it asks.
type Config struct {
	HTTP       listen.Address
	Prometheus string // URL of its API without /api/v1
	Release    string // label `release` of the servers
}

// Page serves /metrics.
type Page struct {
	cfg      Config
	log      *slog.Logger
	listener net.Listener
	client   *http.Client
}

// askTimeout bounds one question: a scrape's usual limit.
const askTimeout = 5 * time.Second

// largestAnswer bounds what Prometheus may say: 200 pods of 8 GPUs are under 2 MiB.
const largestAnswer = 16 << 20

// New takes the port. It starts nothing.
func New(cfg Config, log *slog.Logger) (*Page, error) {
	l, err := listen.TCP(cfg.HTTP)
	if err != nil {
		return nil, fmt.Errorf("metrics collector: %w", err)
	}
	return &Page{cfg: cfg, log: log, listener: l, client: &http.Client{Timeout: askTimeout}}, nil
}

// Addr is where the page listens, also after port 0.
func (p *Page) Addr() net.Addr { return p.listener.Addr() }

// Run serves until ctx ends.
func (p *Page) Run(ctx context.Context) error {
	defer p.client.CloseIdleConnections()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", p.metrics)
	return listen.ServeHTTP(ctx, p.listener, listen.HTTPServer(mux), askTimeout)
}

func (p *Page) metrics(w http.ResponseWriter, r *http.Request) {
	samples, err := p.newest(r.Context())
	if err != nil {
		p.log.Debug("no GPU metrics", "error", err)
		http.Error(w, fmt.Sprintf("the metrics store does not answer: %v", err), http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, text(samples))
}

// sample is a value of Prometheus's answer.
type sample struct {
	Metric map[string]string
	Value  [2]any // time, text
}

func (p *Page) newest(ctx context.Context) ([]sample, error) {
	query := fmt.Sprintf(`{__name__=~"nv_gpu_.+|nv_energy_consumption",release=%q}`, p.cfg.Release)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.cfg.Prometheus+"/api/v1/query?query="+url.QueryEscape(query), nil)
	if err != nil {
		return nil, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []sample }
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, largestAnswer)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s: %w", res.Status, err)
	}
	if answer.Status != "success" {
		return nil, fmt.Errorf("%s: %s", res.Status, answer.Error)
	}
	return answer.Data.Result, nil
}

// text writes samples as Triton does: a family after the other, the GPU's uuid as
// the only label. A GPU that two pods share is written once.
func text(samples []sample) string {
	lines := map[string]map[string]string{}
	for _, s := range samples {
		name, gpu := s.Metric["__name__"], s.Metric["gpu_uuid"]
		value, ok := s.Value[1].(string)
		if name == "" || gpu == "" || !ok {
			continue
		}
		if lines[name] == nil {
			lines[name] = map[string]string{}
		}
		lines[name][gpu] = value
	}
	var b strings.Builder
	for _, name := range keys(lines) {
		kind := "gauge"
		if name == "nv_energy_consumption" {
			kind = "counter"
		}
		fmt.Fprintf(&b, "# HELP %s %s of every GPU of the site\n# TYPE %s %s\n", name, strings.ReplaceAll(strings.TrimPrefix(name, "nv_"), "_", " "), name, kind)
		for _, gpu := range keys(lines[name]) {
			fmt.Fprintf(&b, "%s{gpu_uuid=%q} %s\n", name, gpu, lines[name][gpu])
		}
	}
	return b.String()
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
