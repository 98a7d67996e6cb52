package gateway

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/grpc/codes"
)

func TestAModelsNameThatIsNoTextIsServedAndCountedAsUnknown(t *testing.T) {
	w := newWorld(t, 1, nil)
	if r := w.infer("\xff\xfe"); r.status.Code() != codes.OK {
		t.Fatal(r.status)
	}
	w.wantLine("/metrics", `supersonic_gateway_requests_total{code="OK",method="ModelInfer",model="unknown",server="triton-0"} 1`)
}

func TestASilentConnectionDoesNotHoldUpAStop(t *testing.T) {
	w := newWorld(t, 1, func(c *Config, _ *Deps) { c.Drain = time.Minute })
	for range 3 {
		conn, err := net.Dial("tcp", w.g.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	w.wantLine("/metrics", `envoy_http_downstream_cx_active{envoy_http_conn_manager_prefix="ingress_grpc"} 3`)
	begun := time.Now()
	w.stop()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
}

func TestAnAnswerThatIsNoGRPCHasTheStatusThatClientsGiveIt(t *testing.T) {
	for status, want := range map[string]codes.Code{"404": codes.Unimplemented, "401": codes.Unauthenticated, "503": codes.Unavailable, "500": codes.Unknown} {
		w := newWorld(t, 0, nil)
		r := startRefuser(t, 1, func(f *http2.Framer, id uint32) error {
			var block strings.Builder
			hpack.NewEncoder(&block).WriteField(hpack.HeaderField{Name: ":status", Value: status})
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte(block.String()), EndHeaders: true, EndStream: true})
		}, nil)
		w.pool.set(Server{Pod: "web", Addr: r.addr, Ready: true, Models: []string{"m"}})
		w.eventually("ready", w.g.pool.AnyReady)
		a := w.infer("m")
		if a.status.Code() != want {
			t.Errorf("%s: the client got %v, want %v", status, a.status, want)
		}
		if id := a.trailer.Get("x-trace-id"); len(id) != 1 {
			t.Errorf("%s: x-trace-id %q", status, id)
		}
		name := map[codes.Code]string{codes.Unimplemented: "UNIMPLEMENTED", codes.Unauthenticated: "UNAUTHENTICATED", codes.Unavailable: "UNAVAILABLE", codes.Unknown: "UNKNOWN"}[want]
		w.wantLine("/metrics", `supersonic_gateway_requests_total{code="`+name+`",method="ModelInfer",model="m",server="web"} 1`)
	}
}

func TestAServerThatAllowsNoStreamIsPassedOver(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
				f := http2.NewFramer(conn, conn)
				f.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 0})
				for {
					frame, err := f.ReadFrame()
					if err != nil {
						return
					}
					if ping, ok := frame.(*http2.PingFrame); ok && !ping.IsAck() {
						f.WritePing(true, ping.Data)
					}
				}
			}()
		}
	}()
	w := newWorld(t, 0, nil)
	w.pool.set(Server{Pod: "shut", Addr: l.Addr().String(), Ready: true, Models: []string{"m"}})
	w.eventually("ready", w.g.pool.AnyReady)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	in, out := message("m"), []byte(nil)
	err = w.client.Invoke(ctx, "/inference.GRPCInferenceService/ModelInfer", &in, &out)
	if err == nil || !strings.Contains(err.Error(), "cannot connect to any server (shut)") {
		t.Error(err)
	}
}
