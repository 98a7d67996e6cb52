package listen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestABusyPortNamesTheKeyThatSetIt(t *testing.T) {
	l, err := TCP(Address{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = TCP(Address{Addr: l.Addr().String(), Key: "prometheus.server.service.servicePort"})
	if err == nil {
		t.Fatal("the port was taken twice")
	}
	for _, want := range []string{l.Addr().String(), "prometheus.server.service.servicePort", "choose another port"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
}

func TestServeHTTPLetsOpenRequestsFinish(t *testing.T) {
	l, err := TCP(Address{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	s := HTTPServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
	}))
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- ServeHTTP(ctx, l, s, 10*time.Second) }()
	answered := make(chan error, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String())
		if err == nil {
			res.Body.Close()
		}
		answered <- err
	}()
	<-entered
	cancel()
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("the open request failed: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("the stop was not clean: %v", err)
	}
}

func splitOf(t *testing.T, n int) []net.Listener {
	l, err := TCP(Address{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	return Split(l.(*net.TCPListener), n)
}

// accepted runs a part's accept loop and reports each connection by the part's number.
func accepted(parts []net.Listener) (<-chan int, <-chan error) {
	conns, ends := make(chan int), make(chan error, len(parts))
	for i, p := range parts {
		go func() {
			for {
				c, err := p.Accept()
				if err != nil {
					ends <- err
					return
				}
				c.Close()
				conns <- i
			}
		}()
	}
	return conns, ends
}

func TestSplitSharesConnectionsEvenly(t *testing.T) {
	parts := splitOf(t, 3)
	conns, ends := accepted(parts)
	count := map[int]int{}
	for range 30 {
		c, err := net.Dial("tcp", parts[0].Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		count[<-conns]++
		c.Close()
	}
	if count[0] != 10 || count[1] != 10 || count[2] != 10 {
		t.Errorf("connections by part: %v, want 10 each", count)
	}
	for _, p := range parts {
		p.Close()
	}
	for range parts {
		<-ends
	}
}

func TestAClosedPartLeavesItsTurnToTheOthers(t *testing.T) {
	parts := splitOf(t, 2)
	conns, ends := accepted(parts)
	parts[0].Close()
	<-ends
	for range 5 {
		c, err := net.Dial("tcp", parts[1].Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if got := <-conns; got != 1 {
			t.Fatalf("part %d took a connection after it was closed", got)
		}
		c.Close()
	}
	parts[1].Close()
	<-ends
	if _, err := net.Dial("tcp", parts[1].Addr().String()); err == nil {
		t.Error("the address still answers after the last part closed")
	}
}

func TestAPartThatIsClosedBeforeItAcceptsEnds(t *testing.T) {
	for range 200 { // select chooses at random
		parts := splitOf(t, 2)
		parts[0].Close()
		_, ends := accepted(parts[:1])
		select {
		case <-ends:
		case <-time.After(10 * time.Second):
			t.Fatal("a closed part waits for a connection")
		}
		parts[1].Close()
	}
}

func TestAPartThatClosesAlwaysEndsItsAcceptAndLosesNoConnection(t *testing.T) {
	for range 300 {
		parts := splitOf(t, 2)
		ended := make(chan struct{}, 2)
		for _, p := range parts {
			go func() {
				for {
					c, err := p.Accept()
					if err != nil {
						ended <- struct{}{}
						return
					}
					c.Close()
				}
			}()
		}
		var dialed []net.Conn
		for range 4 {
			if c, err := net.Dial("tcp", parts[0].Addr().String()); err == nil {
				dialed = append(dialed, c)
			}
		}
		parts[0].Close()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			t.Fatal("Accept of a closed part does not end")
		}
		parts[1].Close()
		<-ended
		for _, c := range dialed {
			c.SetReadDeadline(time.Now().Add(10 * time.Second))
			if _, err := c.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("a connection was neither served nor closed")
			}
			c.Close()
		}
	}
}
