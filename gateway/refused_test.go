package gateway

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"supersonic/internal/kserve"
)

// refuser is a server that takes no call: it does with each stream what refuse
// says once it has got after bytes of its body.
type refuser struct {
	addr    string
	refused atomic.Int64
}

// startRefuser answers settings and pings on every connection, until over says
// that a connection is to be served by somebody else.
func startRefuser(t *testing.T, after int, refuse func(*http2.Framer, uint32) error, over func(net.Conn) bool) *refuser {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &refuser{addr: l.Addr().String()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if over == nil || !over(conn) {
				go r.serve(conn, after, refuse)
			}
		}
	}()
	return r
}

func (r *refuser) serve(conn net.Conn, after int, refuse func(*http2.Framer, uint32) error) {
	defer conn.Close()
	io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
	f := http2.NewFramer(conn, conn)
	f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 20})
	f.WriteWindowUpdate(0, 1<<20)
	got := map[uint32]int{}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				f.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				f.WritePing(true, frame.Data)
			}
		case *http2.HeadersFrame:
			got[frame.StreamID] = 0
		case *http2.DataFrame:
			got[frame.StreamID] += len(frame.Data())
		}
		id := frame.Header().StreamID
		if n, open := got[id]; open && n >= after {
			delete(got, id)
			r.refused.Add(1)
			if refuse(f, id) != nil {
				return
			}
		}
	}
}

func refuseStream(f *http2.Framer, id uint32) error {
	return f.WriteRSTStream(id, http2.ErrCodeRefusedStream)
}

// handed is a listener of connections that were accepted elsewhere.
type handed struct {
	net.Listener
	conns chan net.Conn
}

func (h *handed) Accept() (net.Conn, error) {
	c, ok := <-h.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

// goesAway is a server that sends GOAWAY to the first call of its first
// connection, having processed nothing, and serves all further connections.
func goesAway(t *testing.T) (s *server, addr string) {
	s = startServer(t, "triton-0")
	h := &handed{conns: make(chan net.Conn, 100)}
	var seen atomic.Int64
	r := startRefuser(t, 1, func(f *http2.Framer, _ uint32) error { return f.WriteGoAway(0, http2.ErrCodeNo, nil) },
		func(c net.Conn) bool {
			if seen.Add(1) == 1 {
				return false
			}
			h.conns <- c
			return true
		})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.Listener = l
	t.Cleanup(func() { close(h.conns) })
	go s.grpc.Serve(h)
	return s, r.addr
}

func TestACallThatAServerRefusesUnreadGoesToAnother(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.Policy = "ROUND_ROBIN" })
	r := startRefuser(t, 1, refuseStream, nil)
	w.pool.set(w.server(0), Server{Pod: "busy", Addr: r.addr, Ready: true, Models: []string{"m"}})
	w.eventually("both are known", func() bool { return strings.Contains(w.page("/clusters"), "busy") })
	for range 20 {
		if a := w.infer("m"); a.status.Code() != codes.OK {
			t.Fatal(a.status)
		}
	}
	if r.refused.Load() == 0 {
		t.Fatal("no call was refused")
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelInfer",model="m",server="triton-0"} 20`)
	if strings.Contains(w.page("/metrics"), `requests_total{code="UNAVAILABLE"`) || strings.Contains(w.page("/metrics"), `in_flight{server="busy"} 1`) {
		t.Error(w.page("/metrics"))
	}
	spans := w.spans()
	if len(spans) != 20 {
		t.Errorf("%d spans of 20 calls", len(spans))
	}
	for _, s := range spans {
		a := s.Attributes().AsRaw()
		if a["peer.service"] != "triton-0" || a["request_size"] != fmt.Sprint(len(message("m"))+5) {
			t.Fatal(a)
		}
		last := s.StartTimestamp()
		for _, e := range s.Events().All() {
			if e.Timestamp() < last {
				t.Fatalf("event %s is out of order", e.Name())
			}
			last = e.Timestamp()
		}
	}
}

func TestACallThatMetAGoawayIsTriedOnANewConnection(t *testing.T) {
	w := newWorld(t, 0, nil)
	s, addr := goesAway(t)
	w.pool.set(Server{Pod: "triton-0", Addr: addr, Ready: true, Models: []string{"m"}})
	w.eventually("ready", w.g.pool.AnyReady)
	for range 3 {
		if a := w.infer("m"); a.status.Code() != codes.OK {
			t.Fatal(a.status)
		}
	}
	if n := len(s.seen()); n != 3 {
		t.Errorf("the server processed %d calls, want 3", n)
	}
}

func TestAStreamWhoseClientWaitsIsTriedAgainToo(t *testing.T) {
	w := newWorld(t, 0, nil)
	_, addr := goesAway(t)
	w.pool.set(Server{Pod: "triton-0", Addr: addr, Ready: true, Models: []string{"m"}})
	w.eventually("ready", w.g.pool.AnyReady)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	s, err := w.client.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, kserve.ModelStreamInfer)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		in, out := fmt.Appendf(message("m"), "%d", i), []byte(nil)
		if err := s.SendMsg(&in); err != nil {
			t.Fatal(err)
		}
		if err := s.RecvMsg(&out); err != nil || string(in) != string(out) {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	s.CloseSend()
	if err := s.RecvMsg(new([]byte)); err != io.EOF {
		t.Fatal(err)
	}
}

func TestACallOfWhichTooMuchWasSentIsNotTriedAgain(t *testing.T) {
	w := newWorld(t, 1, nil)
	r := startRefuser(t, 200<<10, refuseStream, nil)
	busy := Server{Pod: "busy", Addr: r.addr, Ready: true, Models: []string{"m"}}
	w.pool.set(busy)
	w.eventually("the server is known", func() bool {
		return strings.Contains(w.page("/clusters"), "busy") && !strings.Contains(w.page("/clusters"), "triton-0")
	})
	a := w.inferBytes(append(message("m"), make([]byte, 300<<10)...))
	if a.status.Code() != codes.Unavailable || !strings.Contains(a.status.Message(), "busy") || !strings.Contains(a.status.Message(), "try again") {
		t.Fatal(a.status)
	}
	if n := r.refused.Load(); n != 1 {
		t.Errorf("tried %d times", n)
	}
}

func TestAServerThatRefusesForEverIsNotAskedForEver(t *testing.T) {
	w := newWorld(t, 0, nil)
	r := startRefuser(t, 1, refuseStream, nil)
	w.pool.set(Server{Pod: "busy", Addr: r.addr, Ready: true, Models: []string{"m"}})
	w.eventually("ready", w.g.pool.AnyReady)
	a := w.infer("m")
	if a.status.Code() != codes.Unavailable || !strings.Contains(a.status.Message(), "try again") {
		t.Fatal(a.status)
	}
	if n := r.refused.Load(); n < 2 || n > 10 {
		t.Errorf("tried %d times", n)
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="UNAVAILABLE",method="ModelInfer",model="m",server="busy"} 1`)
}

func TestAServerThatStopsInOrderFailsNoCall(t *testing.T) {
	w := newWorld(t, 2, nil)
	var good atomic.Int64
	ended := make(chan struct{})
	failed := make(chan string, 100)
	var load sync.WaitGroup
	for range 16 {
		load.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				if r := w.infer("m"); r.status.Code() != codes.OK {
					failed <- r.status.Message()
					return
				}
				good.Add(1)
			}
		})
	}
	w.eventually("some calls were made", func() bool { return good.Load() > 300 })
	w.servers[0].grpc.GracefulStop()
	after := good.Load()
	w.eventually("calls go on", func() bool { return good.Load() > after+300 || len(failed) > 0 })
	close(ended)
	load.Wait()
	close(failed)
	for message := range failed {
		t.Error(message)
	}
}
