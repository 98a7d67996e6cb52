package triton

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	probeStarting = 100 * time.Millisecond // pause between readiness probes until the first success
	probeRunning  = time.Second            // and afterwards
	indexEvery    = 5 * time.Second        // pause between looks at the repository index
	hung          = 30 * time.Second       // a server that was up and is silent for so long is killed
	lastSpans     = 2 * time.Second        // for a stopping server without models: its spans leave every 0.5 s
	readPipe      = 2 * time.Second        // for the last output after every process is gone
)

// errHelp marks what no restart heals: somebody must change a file. It is tried
// again at the longest pause all the same, for a file system may be mounted late.
var errHelp = errors.New("")

// pod is one server's life. Its loop runs in one goroutine; the snapshot in the
// supervisor is how others see it.
type pod struct {
	s      *Supervisor
	cfg    Pod
	out    *output
	probe  *probe
	holds  []net.Listener // chosen ports, held from New to the first start
	argv   []string
	status Server // the pod's own copy; published by set
	told   string // the last reason in the log, so that a repeated one is said once
	edited bool   // the log says how the command was changed
}

// loop keeps the server running until ctx ends.
func (p *pod) loop(ctx context.Context) {
	defer p.probe.close()
	pause := p.s.backoff.First
	for {
		begun := time.Now()
		err := p.once(ctx)
		if ctx.Err() != nil {
			p.set(func(s *Server) { *s = p.idle(Stopped, "stopped") })
			p.s.log.Info("server stopped", "pod", p.cfg.Name)
			return
		}
		if time.Since(begun) >= p.s.backoff.Reset {
			pause = p.s.backoff.First
		}
		state, wait := BackingOff, pause
		if errors.Is(err, errHelp) {
			state, wait = Failed, p.s.backoff.Max
		}
		p.explain(state, err, wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		pause = min(2*pause, p.s.backoff.Max)
		p.set(func(s *Server) { s.Restarts++ })
	}
}

// explain publishes and logs why the server is down; the same reason again is
// logged at Debug only.
func (p *pod) explain(state State, err error, wait time.Duration) {
	reason := err.Error()
	p.set(func(s *Server) { *s = p.idle(state, reason) })
	if reason == p.told {
		p.s.log.Debug("server is down again", "pod", p.cfg.Name, "reason", reason, "restart_in", wait)
		return
	}
	p.told = reason
	_, tail := p.out.findings()
	p.s.log.Error("server is down", "pod", p.cfg.Name, "reason", reason, "restart_in", wait, "log", p.out.path, "last_lines", strings.Join(tail, "\n"))
}

// idle is the snapshot of a pod without a process.
func (p *pod) idle(state State, reason string) Server {
	s := p.status
	s.State, s.Reason, s.Ready, s.PID, s.Models = state, reason, false, 0, nil
	return s
}

func (p *pod) set(change func(*Server)) {
	change(&p.status)
	p.s.publish(p.status)
}

// run is what is going on between a start of the command and its end.
type run struct {
	mu      sync.Mutex // guards what follows
	live    map[*process]bool
	server  *process // the tritonserver, also after it ended
	grace   time.Duration
	stopped bool
}

// once runs the command until it ends by itself or ctx ends, and leaves no process.
func (p *pod) once(ctx context.Context) error {
	p.out.begin()
	p.set(func(s *Server) { *s = p.idle(Starting, "starting") })
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	copied := make(chan struct{})
	go func() { defer close(copied); p.out.read(reader) }()

	r := &run{live: map[*process]bool{}, grace: p.s.cfg.ExitTimeout}
	x := &execution{
		pod: p.cfg.Name, output: writer, stopping: r.isStopped, started: r.note,
		env:    append(append([]string{}, p.s.cfg.Env...), "HOSTNAME="+p.cfg.Name),
		server: func(argv []string) (string, []string, []string, error) { return p.prepare(r, argv) },
	}
	type result struct {
		code int
		err  error
	}
	ended := make(chan result, 1)
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	go func() { code, err := x.run(inner, p.argv); ended <- result{code, err} }()

	var res result
	watching, stopWatching := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { defer close(watched); p.watch(watching, r) }()
	select {
	case res = <-ended:
	case <-ctx.Done():
		res.err = ctx.Err()
		r.stop(endOf(ended), p.out.isUnloaded(), cancel)
	}
	cancel()
	stopWatching()
	<-watched
	r.killAll()
	writer.Close()
	_ = reader.SetReadDeadline(time.Now().Add(readPipe))
	<-copied
	reader.Close()
	return p.reason(r, res.code, res.err)
}

// endOf adapts the end of the command to a plain signal for run.stop.
func endOf[T any](ch <-chan T) <-chan struct{} {
	done := make(chan struct{})
	go func() { <-ch; close(done) }()
	return done
}

// prepare finds the server that argv[0] names and edits its arguments; it refuses
// what the server could not start with.
func (p *pod) prepare(r *run, argv []string) (path string, args, env []string, err error) {
	c := &p.s.cfg
	in, err := c.find(argv[0])
	if err != nil {
		return "", nil, nil, fmt.Errorf("%w%w", err, errHelp)
	}
	a := edit(argv[1:], edits{
		pod: p.cfg, repositories: c.ModelRepositories, backends: in.backends, caches: in.caches,
		dirExists: dirExists, tracing: c.Tracing,
	})
	if gone := missing(a.repositories); len(gone) > 0 {
		return "", nil, nil, fmt.Errorf("model repository %s is missing: correct triton.args, mount it, or set local.triton.modelRepository%w", strings.Join(gone, ", "), errHelp)
	}
	if n, err := strconv.Atoi(a.exitTimeout); err == nil {
		r.setGrace(time.Duration(n)*time.Second + 5*time.Second)
	}
	for _, l := range p.holds {
		l.Close()
	}
	p.holds = nil
	if err := portsFree(p.cfg); err != nil {
		return "", nil, nil, err
	}
	if !p.edited {
		p.edited = true
		p.tell(in, a)
	}
	return in.path, a.args, in.env, nil
}

// tell logs how the command was changed, once.
func (p *pod) tell(in installation, a arguments) {
	for _, n := range a.notes {
		args := append([]any{"pod", p.cfg.Name, "what", n.message}, n.args...)
		if n.warn {
			p.s.log.Warn("the command asks for what is not done", args...)
		} else {
			p.s.log.Info("the command was changed", args...)
		}
	}
	p.s.log.Info("server starts", "pod", p.cfg.Name, "binary", in.path, "grpc", p.cfg.GRPC, "http", p.cfg.HTTP, "metrics", p.cfg.Metrics, "log", p.out.path)
}

// reason says why the command ended: what it could not be started with, or what the
// server's own words explain, or how it died.
func (p *pod) reason(r *run, code int, err error) error {
	found, tail := p.out.findings()
	if err != nil {
		return fmt.Errorf("pod %s: %w", p.cfg.Name, err)
	}
	how := fmt.Sprintf("the command ended with status %d", code)
	cause := "command"
	if r.server != nil {
		how, cause = "tritonserver ended: "+r.server.ending(), r.server.cause()
	}
	p.s.metrics.ended(p.cfg.Name, cause)
	switch {
	case len(found) > 0:
		how += ": " + strings.Join(found, "; ")
	case len(tail) > 0 && r.server == nil:
		how += ": " + tail[len(tail)-1]
	}
	return fmt.Errorf("pod %s: %s", p.cfg.Name, how)
}
