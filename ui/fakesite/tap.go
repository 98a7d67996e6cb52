package fakesite

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"supersonic/internal/freeport"
)

// Tap is a store that stops and comes back at the same address, and may be ill meanwhile.
type Tap struct {
	handler http.Handler
	mu      sync.Mutex
	addr    string
	server  *http.Server // nil: stopped
	ill     string       // "", or a key of illnesses
}

// illnesses are ways in which a store that listens does not answer as it should.
var illnesses = map[string]http.HandlerFunc{
	"slow": func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm() // the body is read: only then a server sees the other side leave
		<-r.Context().Done()
	},
	"late": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(time.Second):
		}
	},
	"500": func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the write-ahead log is corrupt", http.StatusInternalServerError)
	},
	"cut": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4096")
		fmt.Fprint(w, `{"status":"success","data":{"resu`)
	},
	"html": LoginPage,
}

// NewTap opens a store before a handler, until the test ends, at a port that nobody else takes while the store is stopped.
func NewTap(t testing.TB, handler http.Handler) *Tap {
	s := &Tap{handler: handler, addr: fmt.Sprintf("127.0.0.1:%d", freeport.For(t, 1)[0])}
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.shut)
	return s
}

// URL is where it is.
func (s *Tap) URL() string { return "http://" + s.addr }

func (s *Tap) open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return err
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer)}
	go s.server.Serve(l)
	return nil
}

func (s *Tap) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		s.server.Close()
	}
	s.server = nil
}

func (s *Tap) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	name := s.ill
	s.mu.Unlock()
	if ill := illnesses[name]; ill != nil {
		ill(w, r)
		if name != "late" {
			return
		}
	}
	s.handler.ServeHTTP(w, r)
}

// Put makes the store "well", "stopped" or ill.
func (s *Tap) Put(state string) error {
	if state == "stopped" {
		s.shut()
		return nil
	}
	s.mu.Lock()
	s.ill = state
	s.mu.Unlock()
	return s.open()
}

// Control puts stores as the path says: /{store}/{state}.
func Control(stores map[string]*Tap) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := stores[r.PathValue("store")].Put(r.PathValue("state")); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

// LoginPage answers everything as a proxy does that wants people to sign in first.
func LoginPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprint(w, "<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>")
}
