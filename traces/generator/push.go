package generator

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/klauspost/compress/snappy"
)

const (
	pushTimeout   = 10 * time.Second // of one request
	seriesPerPush = 2000             // of one request, about
	firstBackoff  = time.Second
	maxBackoff    = 30 * time.Second
)

// pusher writes series to Prometheus. There is one push at a time; what changes
// meanwhile goes with the next. Nothing is buffered for a receiver that is down:
// counters are cumulative, so its next push says it all.
type pusher struct {
	cfg     Config
	m       *counts
	log     *slog.Logger
	client  *http.Client
	results chan []*request // of the push under way

	busy     bool
	last     int64     // time stamp of the newest samples sent, ms
	earliest time.Time // no push before it: the receiver is down
	backoff  time.Duration
	failing  bool // the last push failed; it has been logged
	refused  bool // a refusal has been logged
}

// request is one remote-write request and the groups it carries.
type request struct {
	body    []byte
	groups  []*group
	samples int
	outcome outcome
	err     error
}

// outcome is what became of a request.
type outcome int

const (
	unsent  outcome = iota // not tried, because one before it failed
	taken                  // 2xx
	again                  // 5xx, 429 or no answer: to be tried again
	refused                // any other status: trying again is no use
)

func newPusher(cfg Config, m *counts, log *slog.Logger, client *http.Client) *pusher {
	if client == nil {
		// Of its own, so that closing its connections touches nobody else's.
		client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	return &pusher{cfg: cfg, m: m, log: log, client: client, results: make(chan []*request, 1)}
}

// start pushes what is due, in the background; settle must be given the result. It
// does nothing while a push is under way or the receiver is given a rest.
func (p *pusher) start(ctx context.Context, r *registry, now time.Time) {
	at := now.Truncate(p.cfg.FlushInterval).UnixMilli()
	if p.busy || now.Before(p.earliest) || at <= p.last {
		return
	}
	requests := r.collect(at, now)
	if len(requests) == 0 {
		return
	}
	p.last, p.busy = at, true
	go func() {
		p.send(ctx, requests)
		p.results <- requests
	}()
}

// await waits for the push under way, if there is one.
func (p *pusher) await(r *registry) {
	if p.busy {
		p.settle(<-p.results, r)
	}
	p.client.CloseIdleConnections()
	p.earliest = time.Time{}
}

// send tries each request once. After one that is to be tried again the rest waits
// with it; after a refusal it goes on, as the others may be fine.
func (p *pusher) send(ctx context.Context, requests []*request) {
	for _, q := range requests {
		if q.outcome, q.err = p.post(ctx, q.body); q.outcome == again {
			return
		}
	}
}

func (p *pusher) post(ctx context.Context, body []byte) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.RemoteWriteURL, bytes.NewReader(snappy.Encode(nil, body)))
	if err != nil {
		return refused, err
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", "supersonic")
	for name, value := range p.cfg.Headers {
		req.Header.Set(name, value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return again, err
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 512)) // for the log only
	switch {
	case resp.StatusCode/100 == 2:
		return taken, nil
	case resp.StatusCode/100 == 5, resp.StatusCode == http.StatusTooManyRequests:
		return again, fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(said))
	}
	return refused, fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(said))
}

// settle takes note of what a push achieved.
func (p *pusher) settle(requests []*request, r *registry) {
	p.busy = false
	var ended []*group
	var failure error
	for _, q := range requests {
		switch q.outcome {
		case taken:
			p.m.pushes.WithLabelValues("ok").Inc()
			p.m.samples.Add(float64(q.samples))
			ended = append(ended, delivered(q.groups)...)
		case refused:
			p.m.pushes.WithLabelValues("dropped").Inc()
			ended = append(ended, given(q.groups)...)
			p.refuse(q.err)
		case again:
			p.m.pushes.WithLabelValues("retried").Inc()
			failure = q.err
		}
	}
	r.drop(ended)
	p.rest(failure)
}

// refuse logs the first refusal: they come in rows, and are counted.
func (p *pusher) refuse(err error) {
	if !p.refused {
		p.log.Error("remote write was refused, the samples are lost", "url", p.target(), "error", err)
	}
	p.refused = true
}

// rest gives a receiver that is down time to come back: 1 s, 2 s, up to 30 s, each
// up to a fifth longer or shorter so that several writers do not come at once.
func (p *pusher) rest(failure error) {
	if failure == nil {
		if p.failing {
			p.log.Info("remote write works again", "url", p.target())
		}
		p.failing, p.backoff, p.earliest = false, 0, time.Time{}
		return
	}
	if !p.failing {
		p.log.Warn("remote write failed, trying again", "url", p.target(), "error", failure)
	}
	p.failing = true
	p.backoff = min(max(2*p.backoff, firstBackoff), maxBackoff)
	p.earliest = time.Now().Add(time.Duration(float64(p.backoff) * (0.8 + 0.4*rand.Float64())))
}

// target is the URL as a log may show it.
func (p *pusher) target() string {
	u, err := url.Parse(p.cfg.RemoteWriteURL)
	if err != nil {
		return ""
	}
	return u.Redacted()
}
