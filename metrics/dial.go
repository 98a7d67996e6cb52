package metrics

import (
	"context"
	"net"
	"sync"
)

// dialer makes the connections of the scrape manager and closes them at the end:
// the library's client hides its transport from CloseIdleConnections, so that idle
// connections would outlive the server by minutes.
type dialer struct {
	net.Dialer
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		c.Close() // nobody has it: the error says so
		return nil, net.ErrClosed
	}
	d.open[c] = struct{}{}
	return &dialed{Conn: c, dialer: d}, nil
}

func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for c := range d.open {
		c.Close() // the scrapes are over: what is cut is idle
	}
	clear(d.open)
}

// dialed is a connection that leaves the dialer's list when it is closed.
type dialed struct {
	net.Conn
	dialer *dialer
}

func (c *dialed) Close() error {
	c.dialer.mu.Lock()
	delete(c.dialer.open, c.Conn)
	c.dialer.mu.Unlock()
	return c.Conn.Close()
}
