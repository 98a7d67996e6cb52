package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"

	"google.golang.org/grpc"

	"supersonic/gateway"
	"supersonic/internal/kserve"
	"supersonic/internal/listen"
)

// backend is an inference server that answers what it got, and a sink of spans
// that answers nothing.
type backend struct {
	addr string
	s    *grpc.Server
}

func newBackend() (*backend, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := grpc.NewServer(grpc.ForceServerCodecV2(kserve.Encoded{}), grpc.MaxRecvMsgSize(64<<20), grpc.UnknownServiceHandler(answer))
	go s.Serve(l)
	return &backend{l.Addr().String(), s}, nil
}

func answer(_ any, stream grpc.ServerStream) error {
	var b []byte
	if err := stream.RecvMsg(&b); err != nil {
		return err
	}
	if method, _ := grpc.MethodFromServerStream(stream); strings.HasPrefix(method, "/opentelemetry.") {
		b = nil
	}
	return stream.SendMsg(&b)
}

func (b *backend) stop() { b.s.Stop() }

// proxy is a gateway in a process of its own.
type proxy struct {
	addr string
	cmd  *exec.Cmd
	in   io.Closer // ours ends with its input
	dir  string    // of Envoy's configuration
}

func (p *proxy) stop() {
	if p.in != nil {
		p.in.Close()
	} else {
		p.cmd.Process.Signal(os.Interrupt)
	}
	p.cmd.Wait()
	os.RemoveAll(p.dir)
}

// cost is the CPU time in seconds that the proxy used for these calls.
func (p *proxy) cost(ctx context.Context, conns, streams, calls, size int) (float64, error) {
	before, err := p.cpu()
	if err != nil {
		return 0, err
	}
	if err := closed(ctx, p.addr, conns, streams, calls, size); err != nil {
		return 0, err
	}
	after, err := p.cpu()
	return after - before, err
}

// cpu is the user and system time of the process, which the kernel counts in
// hundredths of a second.
func (p *proxy) cpu() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	user, err1 := strconv.ParseFloat(fields[11], 64)
	system, err2 := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100, errors.Join(err1, err2)
}

func startOurs(b *backend, percent float64) (*proxy, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &proxy{cmd: exec.Command(self, "gateway", b.addr, fmt.Sprint(percent/100))}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	p.addr = strings.TrimSpace(line)
	return p, err
}

// one is the resolver of one server that is always ready.
type one struct{ addr string }

func (o one) Servers() []gateway.Server {
	return []gateway.Server{{Pod: "triton-0", Addr: o.addr, Ready: true, Models: []string{"bench"}}}
}

func (one) Changed() <-chan struct{} { return nil }

// serveGateway is the child: our gateway until standard input ends.
func serveGateway(args []string) error {
	sampling, err := strconv.ParseFloat(args[1], 64)
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Config{
		Pod: "envoy-0", Namespace: "default", Release: "bench",
		Listener: listen.Address{Addr: "127.0.0.1:0"}, Admin: listen.Address{Addr: "127.0.0.1:0"},
		Sampling: sampling, KeepFailed: true, KeepSlowerThan: 5 * time.Second, Collector: args[0],
	}, gateway.Deps{Servers: one{args[0]}, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	fmt.Println(g.Addr())
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return g.Run(ctx)
}

//go:embed envoy.yaml
var envoyConfig string

func startEnvoy(binary string, b *backend, percent float64) (*proxy, error) {
	dir, err := os.MkdirTemp("", "bench-envoy")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	file, err := os.Create(filepath.Join(dir, "envoy.yaml"))
	if err != nil {
		return nil, err
	}
	port := func(addr string) string { _, p, _ := net.SplitHostPort(addr); return p }
	err = template.Must(template.New("").Parse(envoyConfig)).Execute(file, map[string]any{"Listen": port(addr), "Server": port(b.addr), "Percent": percent})
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	p := &proxy{addr: addr, dir: dir, cmd: exec.Command(binary, "-c", file.Name(), "--log-level", "error", "--disable-hot-restart")}
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start Envoy: %w (make triton installs it)", err)
	}
	for limit := time.Now().Add(20 * time.Second); ; <-time.After(50 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return p, c.Close()
		}
		if time.Now().After(limit) {
			p.stop()
			return nil, fmt.Errorf("wait for Envoy to listen: %w", err)
		}
	}
}
