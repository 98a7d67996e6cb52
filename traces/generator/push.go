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
	"strconv"
	"sync/atomic"
	"time"
)

const (
	pushTimeout  = 10 * time.Second // of one request
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
	maxRest      = 5 * time.Minute // that a receiver may ask for by Retry-After
	behindAfter  = 3               // pushes that wait
)

// sender writes what the backlog holds to Prometheus, in order, one request at a
// time.
type sender struct {
	cfg     Config
	m       *counts
	log     *slog.Logger
	client  *http.Client
	backlog *backlog
	refusal func(*request) // called for each request that was refused for good

	failing atomic.Bool // the last request failed; it has been logged
	backoff time.Duration
	refused bool // a refusal has been logged
}

func newSender(cfg Config, m *counts, log *slog.Logger, client *http.Client, b *backlog) *sender {
	if client == nil {
		// Of its own, so that closing its connections touches nobody else's.
		client = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	return &sender{cfg: cfg, m: m, log: log, client: client, backlog: b}
}

// behind tells whether the receiver is down, or does not keep up.
func (s *sender) behind() bool { return s.failing.Load() || s.backlog.waiting() > behindAfter }

// run sends until stop is closed; then once more all that waits, as long as the
// receiver takes it and ctx lasts.
func (s *sender) run(ctx context.Context, stop <-chan struct{}) {
	defer s.client.CloseIdleConnections()
	for {
		p := s.backlog.first()
		if p == nil {
			select {
			case <-s.backlog.wake:
				continue
			case <-stop:
				if s.backlog.waiting() == 0 {
					return
				}
				continue
			}
		}
		if s.send(ctx, p, stop) {
			s.backlog.done(p)
			continue
		}
		select {
		case <-stop:
			return
		default: // it was given up for newer ones
		}
	}
}

// send tries the requests of a push until each is taken or refused. It returns
// false if that is not so at the end, or the push was given up.
func (s *sender) send(ctx context.Context, p *push, stop <-chan struct{}) bool {
	stopping := false
	for _, q := range p.requests {
		for {
			rest, ok := s.try(ctx, q)
			if ok {
				break
			}
			if stopping || ctx.Err() != nil {
				return false
			}
			s.backlog.sync() // it will be here for a while
			timer := time.NewTimer(rest)
			select {
			case <-timer.C:
			case <-stop:
				stopping = true // one more time at once
			case <-ctx.Done():
			}
			timer.Stop()
			if s.backlog.isGone(p) {
				return false
			}
		}
	}
	return true
}

// outcome is what became of a request.
type outcome int

const (
	taken outcome = iota // 2xx
	again                // 5xx, 429 or no answer: to be tried again
	unfit                // any other status: trying again is no use
)

// try sends a request once. It returns false if it has to be tried again, after a
// rest.
func (s *sender) try(ctx context.Context, q *request) (rest time.Duration, ok bool) {
	got, after, err := s.post(ctx, q.body)
	switch got {
	case taken:
		s.m.pushed.Inc()
		s.m.samples.Add(float64(q.samples))
		if s.failing.Swap(false) {
			s.log.Info("remote write works again", "url", s.target())
		}
		s.backoff = 0
		return 0, true
	case unfit:
		s.m.dropped.Inc()
		s.m.refusedSamples.Add(float64(q.samples))
		s.refuse(err)
		s.refusal(q)
		return 0, true
	}
	s.m.retried.Inc()
	if !s.failing.Swap(true) {
		s.log.Warn("remote write failed, trying again", "url", s.target(), "error", err)
	}
	// 1 s, 2 s, up to 30 s, each up to a fifth longer or shorter so that several
	// writers do not come at once.
	s.backoff = min(max(2*s.backoff, firstBackoff), maxBackoff)
	return max(time.Duration(float64(s.backoff)*(0.8+0.4*rand.Float64())), after), false
}

// refuse logs the first refusal: they come in rows, and are counted.
func (s *sender) refuse(err error) {
	if !s.refused {
		s.log.Error("remote write was refused, the samples are lost", "url", s.target(), "error", err)
	}
	s.refused = true
}

func (s *sender) post(ctx context.Context, body []byte) (got outcome, after time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, pushTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.cfg.RemoteWriteURL, bytes.NewReader(body))
	if err != nil {
		return unfit, 0, err
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	req.Header.Set("Content-Encoding", "snappy")
	req.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	req.Header.Set("User-Agent", "supersonic")
	for name, value := range s.cfg.Headers {
		req.Header.Set(name, value)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return again, 0, err
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 512)) // for the log only
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)        // so that the connection is used again
	switch {
	case resp.StatusCode/100 == 2:
		return taken, 0, nil
	case resp.StatusCode/100 == 5, resp.StatusCode == http.StatusTooManyRequests:
		return again, retryAfter(resp.Header.Get("Retry-After"), time.Now()), fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(said))
	}
	return unfit, 0, fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(said))
}

// retryAfter is the rest that a receiver asks for: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(header, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, maxRest)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(0, at.Sub(now)), maxRest)
	}
	return 0
}

// target is the URL as a log may show it.
func (s *sender) target() string {
	u, err := url.Parse(s.cfg.RemoteWriteURL)
	if err != nil {
		return ""
	}
	return u.Redacted()
}
