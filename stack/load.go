package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// loadEvery is how often the servers' load is asked for: the chart's scrape interval.
const loadEvery = 5 * time.Second

// loadPoller asks a Prometheus for the servers' load, which the gateway's limiter
// compares. It keeps the newest value; how old a value may be is the limiter's rule.
type loadPoller struct {
	ask    string
	client *http.Client
	log    *slog.Logger

	mu    sync.Mutex // guards what follows
	value float64
	ok    bool
}

func newLoadPoller(prometheus, query string, log *slog.Logger) *loadPoller {
	return &loadPoller{
		ask:    prometheus + "/api/v1/query?query=" + url.QueryEscape(query),
		client: &http.Client{Timeout: loadEvery},
		log:    log,
	}
}

// Load is the newest value; ok is false if the last question had no answer.
func (p *loadPoller) Load(context.Context) (float64, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.value, p.ok
}

// Run asks until ctx ends.
func (p *loadPoller) Run(ctx context.Context) error {
	failing := false
	defer p.client.CloseIdleConnections()
	return every(ctx, loadEvery, func() {
		value, ok, err := p.query(ctx)
		p.mu.Lock()
		p.value, p.ok = value, ok
		p.mu.Unlock()
		if err != nil && !failing && ctx.Err() == nil {
			p.log.Warn("the servers' load is not known, nobody is refused for it", "error", err)
		}
		failing = err != nil
	})
}

// query gives the first sample of the answer; ok is false if there is none.
func (p *loadPoller) query(ctx context.Context) (value float64, ok bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.ask, nil)
	if err != nil {
		return 0, false, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return 0, false, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return 0, false, err
	}
	return firstSample(body)
}

// firstSample reads Prometheus's answer to an instant query.
func firstSample(body []byte) (value float64, ok bool, err error) {
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return 0, false, fmt.Errorf("read the answer to the load query: %w", err)
	}
	if answer.Status != "success" {
		return 0, false, fmt.Errorf("load query: %s", answer.Error)
	}
	if len(answer.Data.Result) == 0 {
		return 0, false, nil
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	value, err = strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, false, fmt.Errorf("load query: sample %q is no number", text)
	}
	return value, value == value, nil
}
