package relay

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"golang.org/x/net/http2"
)

// connPool holds the connections to servers, by address. Where net/http's own pool
// puts up to 100 calls on a connection before it knows the server's
// MAX_CONCURRENT_STREAMS, and then lets those beyond it wait in silence, this one
// gives a call a connection only after its settings came, and opens a further one
// when all are full.
type connPool struct {
	transport *http2.Transport
	dial      func(ctx context.Context, addr string) (net.Conn, error)

	mu      sync.Mutex // guards what follows
	closed  bool
	conns   map[string][]*http2.ClientConn
	dialing map[string]*dialing
}

// dialing is a connection on its way; calls that need one wait for it.
type dialing struct {
	done chan struct{}
	err  error
}

// GetClientConn returns a connection to addr with one of its streams reserved.
func (p *connPool) GetClientConn(req *http.Request, addr string) (*http2.ClientConn, error) {
	for {
		p.mu.Lock()
		for _, c := range p.conns[addr] {
			if c.ReserveNewRequest() {
				p.mu.Unlock()
				return c, nil
			}
		}
		d, others := p.dialing[addr]
		if !others {
			d = &dialing{done: make(chan struct{})}
			p.dialing[addr] = d
		}
		p.mu.Unlock()
		if !others {
			p.open(req.Context(), addr, d)
		}
		select {
		case <-d.done:
			if d.err != nil {
				return nil, d.err
			}
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
}

var errNoStreams = errors.New("the server allows no streams")

// open makes the connection d. It does not end with the call that began it: others
// may wait for it too.
func (p *connPool) open(ctx context.Context, addr string, d *dialing) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	c, err := p.connect(ctx, addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil && p.closed {
		err = net.ErrClosed
		defer c.Close()
	}
	if err != nil {
		d.err = &dialError{err}
	} else {
		p.conns[addr] = append(p.conns[addr], c)
	}
	delete(p.dialing, addr)
	close(d.done)
}

func (p *connPool) connect(ctx context.Context, addr string) (*http2.ClientConn, error) {
	conn, err := p.dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	c, err := p.transport.NewClientConn(conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	// A server's settings are the first that it sends: with the answer to a ping
	// they are known. One ping a connection is below what gRPC servers punish.
	if err := c.Ping(ctx); err != nil {
		c.Close()
		return nil, err
	}
	if c.State().MaxConcurrentStreams == 0 {
		c.Close()
		return nil, errNoStreams
	}
	return c, nil
}

// MarkDead forgets a connection that ended.
func (p *connPool) MarkDead(dead *http2.ClientConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for addr, conns := range p.conns {
		for i, c := range conns {
			if c != dead {
				continue
			}
			if len(conns) == 1 {
				delete(p.conns, addr)
			} else {
				p.conns[addr] = append(conns[:i:i], conns[i+1:]...)
			}
			return
		}
	}
}

// close ends every connection. There are no calls any more.
func (p *connPool) close() {
	p.mu.Lock()
	p.closed = true
	var all []*http2.ClientConn
	for _, conns := range p.conns {
		all = append(all, conns...)
	}
	p.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}
