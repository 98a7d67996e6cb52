package triton

import (
	"context"
	"time"
)

func (r *run) isStopped() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stopped
}

func (r *run) setGrace(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.grace = max(r.grace, d)
}

// note takes a started process in; it is forgotten when it ends.
func (r *run) note(p *process, server bool) {
	r.mu.Lock()
	if server {
		r.server = p
	}
	r.live[p] = true
	late := r.stopped
	r.mu.Unlock()
	if late {
		p.terminate()
	}
	go func() {
		<-p.ended
		r.mu.Lock()
		delete(r.live, p)
		r.mu.Unlock()
	}()
}

// pid is that of the running server, 0 when there is none.
func (r *run) pid() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.server == nil || !r.live[r.server] {
		return 0
	}
	return r.server.pid
}

// stop asks the server to end (or, when none runs yet, whatever runs), waits for
// the command's end as long as a server may take, then kills every group. A server
// that has unloaded everything gets a moment for its last spans and no more: it
// would wait for idle HTTP connections, a scraper's for example, and serves none.
// cutScript ends a script that runs no process, or goes on without.
func (r *run) stop(ended, unloaded <-chan struct{}, cutScript func()) {
	r.mu.Lock()
	r.stopped = true
	grace := r.grace
	for p := range r.live {
		if r.server == nil || !r.live[r.server] || p == r.server {
			p.terminate()
		}
	}
	idle := len(r.live) == 0
	r.mu.Unlock()
	if idle {
		cutScript()
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for {
		select {
		case <-ended:
			return
		case <-unloaded:
			unloaded = nil
			timer.Reset(lastSpans)
		case <-timer.C:
			cutScript()
			r.killAll()
			<-ended
			return
		}
	}
}

// killAll ends every process group and waits until all are gone.
func (r *run) killAll() {
	r.mu.Lock()
	r.stopped = true
	var all []*process
	for p := range r.live {
		all = append(all, p)
	}
	r.mu.Unlock()
	for _, p := range all {
		select {
		case <-p.ended:
		default:
			p.kill()
		}
	}
	for _, p := range all {
		<-p.ended
	}
}

// watch follows a server's readiness and its models until ctx ends.
func (p *pod) watch(ctx context.Context, r *run) {
	wait := probeStarting
	var indexed, answer time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		pid := r.pid()
		if pid == 0 {
			continue
		}
		ready, answered := p.probe.ready(ctx)
		if ctx.Err() != nil || r.pid() != pid {
			continue
		}
		if answered {
			answer = time.Now()
		} else if p.out.sawCrash() || !answer.IsZero() && time.Since(answer) > hung {
			p.s.log.Error("server hangs and is killed", "pod", p.cfg.Name, "pid", pid, "silent_for", time.Since(answer).Round(time.Second))
			r.killAll()
			continue
		}
		was := p.status
		if answered && (time.Since(indexed) > indexEvery || ready != was.Ready) {
			indexed = time.Now()
			p.look(ctx)
		}
		if ready {
			wait = probeRunning
		}
		p.judge(pid, ready, answered)
		p.tellChange(was)
	}
}

// look reads the models and, once a run, the version.
func (p *pod) look(ctx context.Context) {
	models, err := p.probe.models(ctx)
	if err != nil {
		return // an old server, or one that stops: readiness tells
	}
	p.status.Models = models
	if p.status.Version == "" {
		p.status.Version, _ = p.probe.version(ctx)
	}
}

// judge publishes what a probe found.
func (p *pod) judge(pid int, ready, answered bool) {
	state, reason := Ready, ""
	switch {
	case !ready && !answered && !p.status.Ready && p.status.State != NotReady:
		state, reason = Starting, "loading models"
	case !ready && answered:
		state, reason = NotReady, "not ready: "+unavailable(p.status.Models)
	case !ready:
		state, reason = NotReady, "does not answer /v2/health/ready"
	case p.s.cfg.Tracing != nil && !traces(p.status.Version):
		reason = "version " + p.status.Version + " sends no spans: " + tooOld
	}
	p.set(func(s *Server) { s.State, s.Reason, s.Ready, s.PID = state, reason, ready, pid })
}

func (p *pod) tellChange(was Server) {
	now := p.status
	switch {
	case now.Ready && !was.Ready:
		p.told = ""
		p.s.log.Info("server is ready", "pod", p.cfg.Name, "version", now.Version, "models", len(now.Models), "pid", now.PID)
		if now.Reason != "" {
			p.s.log.Error("server is ready but not traced", "pod", p.cfg.Name, "reason", now.Reason)
		}
	case !now.Ready && was.Ready:
		p.s.log.Warn("server is not ready", "pod", p.cfg.Name, "reason", now.Reason)
	case now.State == NotReady && now.Reason != was.Reason:
		p.s.log.Warn("server is not ready", "pod", p.cfg.Name, "reason", now.Reason)
	}
}

// unavailable names the models that keep a server from being ready.
func unavailable(models []ModelState) string {
	text := ""
	for _, m := range models {
		if m.State == "READY" {
			continue
		}
		if text != "" {
			text += "; "
		}
		text += "model " + m.Name + " is " + m.State
		if m.State == "" {
			text += "not loaded"
		}
		if m.Reason != "" {
			text += " (" + firstWords(m.Reason, 300) + ")"
		}
	}
	if text == "" {
		return "the server says so"
	}
	return text
}
