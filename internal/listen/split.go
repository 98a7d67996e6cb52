package listen

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// backlog is how many accepted connections may wait for one part of a split
// listener; past it the connection stays with the part that accepted it.
const backlog = 128

// Split shares one TCP listener between n servers, as a Kubernetes Service shares
// one address between pods: connections go round robin to the parts that are
// open. It starts no goroutine: whoever waits in Accept accepts for all. The
// shared listener closes with the last part.
func Split(l *net.TCPListener, n int) []net.Listener {
	s := &split{l: l, turn: make(chan struct{}, 1), open: n}
	parts := make([]net.Listener, n)
	for i := range parts {
		p := &part{s: s, waiting: make(chan net.Conn, backlog), closed: make(chan struct{})}
		s.parts = append(s.parts, p)
		parts[i] = p
	}
	return parts
}

type split struct {
	l    *net.TCPListener
	turn chan struct{} // held by the part that accepts for all

	mu    sync.Mutex // guards what follows
	parts []*part
	next  int
	open  int
}

type part struct {
	s       *split
	waiting chan net.Conn
	closed  chan struct{}
}

func (p *part) Addr() net.Addr { return p.s.l.Addr() }

// Accept returns the next connection that is this part's by turn.
func (p *part) Accept() (net.Conn, error) {
	for {
		select {
		case <-p.closed:
			return nil, p.ended()
		case c := <-p.waiting:
			return c, nil
		case p.s.turn <- struct{}{}:
			var c net.Conn
			err := p.ended()
			// With both to choose from, select may take the turn of a closed part,
			// which the close has woken already and would not wake again.
			if !p.isClosed() {
				c, err = p.s.accept(p)
			}
			<-p.s.turn
			if c != nil || err != nil {
				return c, err
			}
		}
	}
}

func (p *part) ended() error {
	return &net.OpError{Op: "accept", Net: "tcp", Addr: p.Addr(), Err: net.ErrClosed}
}

// accept takes one connection and gives it to the part whose turn it is; both
// results are nil if that is not p, or if p was woken because a part closed.
func (s *split) accept(p *part) (net.Conn, error) {
	c, err := s.l.Accept()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, s.l.SetDeadline(time.Time{})
	}
	if err != nil {
		return nil, err
	}
	return s.deal(c, p)
}

// deal gives a connection to the part whose turn it is, which does not close
// meanwhile, and returns it if that is p or the part has no room.
func (s *split) deal(c net.Conn, p *part) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.pick()
	if to == nil {
		c.Close()
		return nil, net.ErrClosed
	}
	if to == p {
		return c, nil
	}
	select {
	case to.waiting <- c:
		return nil, nil
	default:
		return c, nil
	}
}

// pick is the next open part, nil if there is none. The caller holds mu.
func (s *split) pick() *part {
	for range s.parts {
		p := s.parts[s.next%len(s.parts)]
		s.next++
		if !p.isClosed() {
			return p
		}
	}
	return nil
}

func (p *part) isClosed() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

// Close ends this part; connections that wait for it are closed.
func (p *part) Close() error {
	s := p.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.isClosed() {
		return net.ErrClosed
	}
	close(p.closed)
	for len(p.waiting) > 0 {
		(<-p.waiting).Close()
	}
	s.open--
	if s.open == 0 {
		return s.l.Close()
	}
	return s.l.SetDeadline(time.Now()) // wake whoever accepts: it may be this part
}
