package api

import (
	"net/http"
	"time"
)

const (
	// pieceTime is how long a reader may take for piece bytes: one that reads next to
	// nothing holds its answer in memory.
	pieceTime = 30 * time.Second
	piece     = 64 << 10
)

// paced writes in pieces, each of which gets the same time.
type paced struct {
	http.ResponseWriter
	control *http.ResponseController
	time    time.Duration
}

func newPaced(w http.ResponseWriter, each time.Duration) *paced {
	p := &paced{w, http.NewResponseController(w), each}
	p.control.SetWriteDeadline(time.Time{}) // that of the request before, on this connection; an error: a server without deadlines
	return p
}

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

func (p *paced) Write(b []byte) (n int, err error) {
	for {
		p.control.SetWriteDeadline(time.Now().Add(p.time)) // an error: as above
		end := min(n+piece, len(b))
		wrote, err := p.ResponseWriter.Write(b[n:end])
		if n += wrote; err != nil || n == len(b) {
			return n, err
		}
	}
}

// Flush implements http.Flusher, which gRPC asks for.
func (p *paced) Flush() {
	p.control.SetWriteDeadline(time.Now().Add(p.time)) // an error: as above
	p.control.Flush()                                  // an error: the connection is gone, as the next Write tells
}
