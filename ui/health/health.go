package health

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"supersonic/ui/payload"
)

// patience is how long one role may take to answer. A role that hangs is shown
// as such and holds up nobody.
const patience = 2 * time.Second

// fresh is how long a look at the roles is good for, so that many open pages do
// not ask each role many times.
const fresh = time.Second

// maxMetrics bounds what is read of one role's metrics; a collector with span
// metrics of many models has a few MiB.
const maxMetrics = 32 << 20

// States of a role.
const (
	Healthy     = "healthy"
	Unhealthy   = "unhealthy"   // it answered, and said no
	Unreachable = "unreachable" // no answer
	NotAsked    = "not asked"   // no address to ask was given
)

// Role is one to look after.
type Role struct {
	Name, Pod  string
	Addresses  []payload.Address
	MetricsURL string
	HealthURL  string
}

// Store is a data source. Ask asks it something small and fills in its state; nil is
// not asked.
type Store struct {
	payload.StoreStatus
	Ask func(context.Context) payload.StoreStatus
}

// Pod is what a supervisor knows of one.
type Pod struct{ Name, State, Reason string }

// Watch looks at roles and data sources when it is asked. It is safe for concurrent use; one look
// at a time is under way and others wait for it.
type Watch struct {
	roles  []Role
	stores []Store
	pods   func() []Pod // may be nil
	http   *http.Client

	mu   sync.Mutex // guards last; held while looking
	last payload.Status
	at   time.Time
}

// New makes a Watch of roles and data sources; pods may be nil.
func New(roles []Role, stores []Store, pods func() []Pod) *Watch {
	return &Watch{roles: roles, stores: stores, pods: pods, http: &http.Client{
		Timeout: patience,
		// No connection stays open: a Triton that stops waits for idle ones, up to
		// its --exit-timeout-secs.
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: patience}).DialContext, DisableKeepAlives: true},
	}}
}

// Close drops idle connections.
func (w *Watch) Close() { w.http.CloseIdleConnections() }

type seen struct {
	status  payload.RoleStatus
	metrics families
}

// Look asks every role and data source, all at once, or gives the last look if it is fresh.
func (w *Watch) Look(ctx context.Context) payload.Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.at) < fresh {
		return w.last
	}
	looks := make([]seen, len(w.roles))
	stores := make([]payload.StoreStatus, len(w.stores))
	var all sync.WaitGroup
	for i, r := range w.roles {
		all.Go(func() { looks[i] = w.look(ctx, r) })
	}
	for i, s := range w.stores {
		all.Go(func() { stores[i] = s.look(ctx) })
	}
	all.Wait()
	out := payload.Status{AtMs: float64(time.Now().UnixMilli()), Stores: stores}
	shares := map[string]*payload.MissingShare{}
	pods := w.supervised()
	for _, l := range looks {
		tell(&l.status, pods)
		out.Roles = append(out.Roles, l.status)
		if l.metrics.missing(shares) {
			out.MissingKnown = true
		}
	}
	for _, s := range shares {
		if s.Sampled != nil && *s.Sampled > 0 {
			share := s.Missing / *s.Sampled
			s.Share = &share
		}
		out.Missing = append(out.Missing, *s)
	}
	sort.Slice(out.Missing, func(i, j int) bool { return out.Missing[i].Server < out.Missing[j].Server })
	if ctx.Err() == nil { // a reader who left half-way leaves no half look behind
		w.last, w.at = out, time.Now()
	}
	return out
}

func (w *Watch) supervised() map[string]Pod {
	if w.pods == nil {
		return nil
	}
	by := map[string]Pod{}
	for _, p := range w.pods() {
		by[p.Name] = p
	}
	return by
}

// tell lets the supervisor's reason speak for a server that is not well: it knows
// more than a refused connection.
func tell(s *payload.RoleStatus, pods map[string]Pod) {
	p, known := pods[s.Pod]
	if !known || s.State == Healthy || p.State == "" || p.State == "ready" {
		return
	}
	s.Reason = p.State
	if p.Reason != "" {
		s.Reason += ": " + p.Reason
	}
}

func (w *Watch) look(ctx context.Context, r Role) seen {
	out := seen{status: payload.RoleStatus{Role: r.Name, Pod: r.Pod, Addresses: r.Addresses, State: NotAsked}}
	var wait sync.WaitGroup
	var metricsErr error
	if r.MetricsURL != "" {
		wait.Go(func() { out.metrics, metricsErr = w.metrics(ctx, r.MetricsURL) })
	}
	if r.HealthURL != "" {
		out.status.State, out.status.Reason = w.health(ctx, r.HealthURL)
	}
	wait.Wait()
	switch {
	case metricsErr != nil && out.status.State == Healthy:
		out.status.Reason = "its figures are not known: " + metricsErr.Error()
	case metricsErr != nil && r.HealthURL == "":
		out.status.State, out.status.Reason = Unreachable, metricsErr.Error()
	case r.HealthURL == "" && r.MetricsURL != "":
		out.status.State = Healthy
	}
	out.status.Spans, out.status.Facts = out.metrics.spans(), out.metrics.facts()
	return out
}

// look asks a data source, for as long as patience lasts.
func (s Store) look(ctx context.Context) payload.StoreStatus {
	if s.Ask == nil {
		s.State = NotAsked
		return s.StoreStatus
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := s.Ask(ctx)
	out.Name, out.Type, out.UID, out.URL = s.Name, s.Type, s.UID, s.URL
	if out.State == Unreachable && ctx.Err() == context.DeadlineExceeded {
		out.Reason = fmt.Sprintf("no answer within %s", patience)
	}
	return out
}

func (w *Watch) health(ctx context.Context, address string) (state, reason string) {
	resp, err := w.get(ctx, address)
	if err != nil {
		return Unreachable, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if resp.StatusCode/100 == 2 {
		return Healthy, ""
	}
	reason = resp.Status
	if line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n"); err == nil && line != "" {
		reason += ": " + line
	}
	return Unhealthy, reason
}

func (w *Watch) metrics(ctx context.Context, address string) (families, error) {
	resp, err := w.get(ctx, address)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s answered %s", address, resp.Status)
	}
	return parse(io.LimitReader(resp.Body, maxMetrics))
}

// parse reads the text format. The library's parser panics on some lines that
// are not of it ("{}"), found by FuzzParse: what a role sends must not end us.
func parse(r io.Reader) (got families, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			got, err = nil, fmt.Errorf("read the metrics: not in the text format (%v)", fault)
		}
	}()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	got, err = parser.TextToMetricFamilies(r)
	if err != nil {
		return nil, fmt.Errorf("read the metrics: %w", err)
	}
	return got, nil
}

func (w *Watch) get(ctx context.Context, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/plain")
	resp, err := w.http.Do(req)
	var u *url.Error
	if errors.As(err, &u) {
		if u.Timeout() {
			return nil, fmt.Errorf("no answer from %s within %s", req.URL.Host, patience)
		}
		return nil, u.Err
	}
	return resp, err
}
