package admit

import (
	"net"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Limit is a token bucket on new connections.
type Limit struct {
	MaxTokens     int
	TokensPerFill int
	FillInterval  time.Duration
}

type bucket struct {
	Limit
	mu     sync.Mutex
	tokens int
	filled time.Time
	now    func() time.Time
}

func newBucket(l Limit, now func() time.Time) *bucket {
	return &bucket{Limit: l, tokens: l.MaxTokens, filled: now(), now: now}
}

// take takes a token if there is one.
func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if fills := int64(b.now().Sub(b.filled) / b.FillInterval); fills > 0 {
		b.filled = b.filled.Add(time.Duration(fills) * b.FillInterval)
		missing := int64(b.MaxTokens - b.tokens)
		if fills >= missing { // also keeps the product below from overflowing
			b.tokens = b.MaxTokens
		} else {
			b.tokens = min(b.MaxTokens, b.tokens+int(fills)*b.TokensPerFill)
		}
	}
	if b.tokens == 0 {
		return false
	}
	b.tokens--
	return true
}

// limited is a listener behind a bucket.
type limited struct {
	net.Listener
	bucket  *bucket
	limited prometheus.Counter
}

// Listener returns l behind the token bucket of limit, which must have all fields
// above zero. Refused connections count in
// envoy_listener_local_ratelimit_local_rate_limiter_rate_limited.
func Listener(l net.Listener, limit Limit, now func() time.Time, reg prometheus.Registerer) net.Listener {
	refused := prometheus.NewCounter(prometheus.CounterOpts{
		Name: "envoy_listener_local_ratelimit_local_rate_limiter_rate_limited",
		Help: "New connections closed at once because the listener's token bucket was empty.",
	})
	reg.MustRegister(refused)
	return &limited{Listener: l, bucket: newBucket(limit, now), limited: refused}
}

// Accept returns the next connection that got a token.
func (l *limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || l.bucket.take() {
			return conn, err
		}
		l.limited.Inc()
		conn.Close()
	}
}
