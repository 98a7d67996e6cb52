package api

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"supersonic/traceql"
	"supersonic/traces/query"
)

// dense has a series of many points.
type dense struct {
	query.Engine
	points int
}

func (d dense) Metrics(context.Context, query.MetricsRequest) (query.MetricsResult, error) {
	s := traceql.Series{Points: make([]traceql.Point, d.points)}
	for i := range s.Points {
		s.Points[i] = traceql.Point{Time: uint64(i) * 1e9, Value: 1.5}
	}
	return query.MetricsResult{Series: []traceql.Series{s}}, nil
}

const rangeOfSums = "/api/metrics/query_range?q=%7B%7D%7Csum_over_time(duration)"

// begin asks a question and reads nothing of the answer.
func begin(t *testing.T, server *httptest.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", rangeOfSums); err != nil {
		t.Fatal(err)
	}
	return conn
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) { // poll
		if time.Now().After(end) {
			t.Fatal("never came: " + what)
		}
	}
}

func TestWhoDoesNotReadItsAnswerIsCutOff(t *testing.T) {
	h := New(dense{points: 500_000}, Options{})
	h.writeTime = 50 * time.Millisecond
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	conn := begin(t, server)
	until(t, "an answer", func() bool { return h.held.Load() > 0 })
	until(t, "its end", func() bool { return h.held.Load() == 0 })
	if n, err := io.Copy(io.Discard, conn); err == nil && n > 19_000_000 {
		t.Error("the answer is whole: it was kept for who did not read it")
	}
}

func TestAReaderThatTakesItsTimeGetsAll(t *testing.T) {
	h := New(dense{points: 200_000}, Options{})
	h.writeTime = time.Minute
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	for range 2 { // on one connection
		resp, err := server.Client().Get(server.URL + rangeOfSums)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if err != nil || n < 7_500_000 {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
}

func TestLargeAnswersThatWaitForTheirReadersAreBounded(t *testing.T) {
	h := New(dense{points: 500_000}, Options{})
	h.maxHeld = 30 << 20
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	first := begin(t, server)
	until(t, "an answer", func() bool { return h.held.Load() > 0 })
	resp, err := server.Client().Get(server.URL + rangeOfSums)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a second large answer: %s", resp.Status)
	}
	if resp, err = server.Client().Get(server.URL + "/api/echo"); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("a small answer: %v %v", resp, err)
	}
	resp.Body.Close()
	first.Close()
	until(t, "its end", func() bool { return h.held.Load() == 0 })
}

func TestAnAnswerOfTooManyPointsIsRefused(t *testing.T) {
	h := New(dense{points: MaxPoints + 1}, Options{})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, rangeOfSums, nil))
	if text := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(text, "3000001 points in 1 series") || !strings.Contains(text, "larger step") {
		t.Errorf("%d %s", w.Code, text)
	}
}
