package triton

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNewRefusesWhatNoServerCouldRunWith(t *testing.T) {
	models := modelDir(t)
	cases := map[string]struct {
		change func(*Config)
		want   []string
	}{
		"no binary": {func(c *Config) { c.SearchDirs = []string{"/nowhere/.venv"} },
			[]string{"/opt/tritonserver/bin/tritonserver", "make triton", "local.triton.server", "/nowhere/.venv"}},
		"no binary where the file says": {func(c *Config) { c.Server = "/nowhere/tritonserver" },
			[]string{"local.triton.server", "/nowhere/tritonserver"}},
		"no repository of the command": {func(c *Config) { c.Args = []string{"/opt/tritonserver/bin/tritonserver --model-repository=/nowhere/m"} },
			[]string{"/nowhere/m", "local.triton.modelRepository"}},
		"no repository at all":          {func(c *Config) { c.Args = []string{"tritonserver --id x"} }, []string{"model repository", "--model-repository"}},
		"no repository of this machine": {func(c *Config) { c.ModelRepositories = []string{"/nowhere/a"} }, []string{"/nowhere/a", "local.triton.modelRepository"}},
		"a script that is none":         {func(c *Config) { c.Args = []string{"tritonserver --id 'x\n"} }, []string{"triton.args:1:"}},
		"no pods":                       {func(c *Config) { c.Pods = nil }, []string{"triton.replicas"}},
		"two pods of one name":          {func(c *Config) { c.Pods = append(c.Pods, c.Pods[0]) }, []string{"supersonic-triton-0"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c := config(t, 1, "/opt/tritonserver/bin/tritonserver --model-repository="+models)
			tc.change(&c)
			s, err := New(c, Deps{})
			if err == nil {
				s.Close()
				t.Fatal("New accepted it")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not have %q", err, want)
				}
			}
		})
	}
}

func TestMissingRepositoryOfOnePodIsToldAndTheServerIsNotStarted(t *testing.T) {
	models := modelDir(t)
	w := start(t, config(t, 1, "R=/nowhere/models\n/opt/tritonserver/bin/tritonserver --model-repository=$R --model-repository="+models))
	s := w.until("failed pod", func(s []Server) bool { return s[0].State == Failed })[0]
	for _, want := range []string{"supersonic-triton-0", "/nowhere/models", "local.triton.modelRepository"} {
		if !strings.Contains(s.Reason, want) {
			t.Errorf("reason %q does not have %q", s.Reason, want)
		}
	}
}

func TestTakenPortIsTold(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := config(t, 1, "tritonserver --model-repository="+modelDir(t))
	c.Pods[0].GRPC = l.Addr().String()
	w := start(t, c)
	s := w.until("port that is taken", func(s []Server) bool { return s[0].State == BackingOff })[0]
	if !strings.Contains(s.Reason, l.Addr().String()) || !strings.Contains(s.Reason, "port taken") {
		t.Errorf("reason %q does not tell the port", s.Reason)
	}
}

// fake is a server for what a real one does rarely: a script of the tests' own.
func fake(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tritonserver")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServerThatKnowsNoTracingIsTold(t *testing.T) {
	server := fake(t, `echo "tritonserver: unrecognized option '--trace-config'" >&2; echo "Usage: tritonserver [options]" >&2; exit 1`)
	w := start(t, config(t, 1, server+" --model-repository="+modelDir(t)))
	s := w.until("old server", func(s []Server) bool { return s[0].State == BackingOff })[0]
	if !strings.Contains(s.Reason, "too old for OpenTelemetry tracing") || !strings.Contains(s.Reason, "supersonic-triton-0") {
		t.Errorf("reason %q", s.Reason)
	}
}

func TestPausesBetweenRestartsGrow(t *testing.T) {
	server := fake(t, "date +%s%N >> "+filepath.Join(t.TempDir(), "starts")+"; exit 3")
	w := start(t, config(t, 1, server+" --model-repository="+modelDir(t)))
	begun := time.Now()
	s := w.until("fourth start", func(s []Server) bool { return s[0].Restarts >= 4 })[0]
	if took := time.Since(begun); took < 750*time.Millisecond {
		t.Errorf("four restarts after %v; pauses of 50, 100, 200 and 400 ms are 750 ms", took)
	}
	w.wantMetric(`supersonic_triton_restarts_total{pod="` + s.Pod + `",reason="exit 3"}`)
	if n := strings.Count(w.log.String(), "server is down"); n != 1 {
		t.Errorf("the same reason is logged %d times", n)
	}
}

func TestServerThatDoesNotStopIsKilledWithItsGroup(t *testing.T) {
	server := fake(t, "trap '' TERM; sleep 1000 & while :; do sleep 1000; done")
	c := config(t, 1, server+" --model-repository="+modelDir(t))
	c.ExitTimeout = 200 * time.Millisecond
	w := start(t, c)
	group := 0
	deadline := time.Now().Add(20 * time.Second)
	for group == 0 {
		if time.Now().After(deadline) {
			t.Fatal("the fake server never ran")
		}
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range files {
			if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), server) {
				group = atoi(filepath.Base(filepath.Dir(f)))
			}
		}
	}
	w.stop()
	if left := processesIn(t, group); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func atoi(s string) int {
	n := 0
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

// capture runs a script as a pod's command and returns what it printed.
func capture(t *testing.T, script string) (string, int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := &execution{
		pod: "pod-7", output: w, env: []string{"HOSTNAME=pod-7"},
		server: func(argv []string) (string, []string, []string, error) {
			return "/bin/echo", append([]string{"server"}, argv[1:]...), []string{"MORE=1"}, nil
		},
		started: func(*process, bool) {}, stopping: func() bool { return false },
	}
	done := make(chan string)
	go func() { b, _ := io.ReadAll(r); done <- string(b) }()
	code, err := x.run(context.Background(), []string{"/bin/sh", "-c", script})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return <-done, code
}

func TestScriptsRunAsAShellWouldRunThem(t *testing.T) {
	cases := map[string]struct {
		script, want string
		code         int
	}{
		"continued lines and a host name": {"/opt/x/tritonserver \\\n --id=$(hostname) \\\n -a $HOSTNAME # why\n", "server --id=pod-7 -a pod-7\n", 0},
		"the server behind an exec":       {"echo first && exec tritonserver a; echo never", "first\nserver a\n", 0},
		"the server in a variable":        {`S=/opt/tritonserver; $S "a b" c`, "server a b c\n", 0},
		"the server behind a wrapper":     {"env A=1 nice tritonserver x", "server x\n", 0},
		"a shell in a shell":              {`bash -c 'tritonserver "$1"' me two`, "server two\n", 0},
		"other commands as they are":      {"uname -n; ls -d /; exit 5", "pod-7\n/\n", 5},
		"in the background":               {"tritonserver a & wait", "server a\n", 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, code := capture(t, c.script)
			if got != c.want || code != c.code {
				t.Errorf("printed %q with status %d, want %q with %d", got, code, c.want, c.code)
			}
		})
	}
}

func TestErrorLinesReachTheLogWithoutFlooding(t *testing.T) {
	text := &logText{}
	o, err := openOutput(t.TempDir(), "pod-7", slog.New(slog.NewTextHandler(text, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var lines strings.Builder
	for range 500 {
		lines.WriteString("E1123 12:20:08.629438 1 model.cc:1] \"it broke\"\nI1123 12:20:08.629438 1 model.cc:1] \"all is well\"\n")
	}
	o.read(strings.NewReader(lines.String()))
	if n := strings.Count(text.String(), "it broke"); n < 1 || n > warnBurst+1 {
		t.Errorf("%d of 500 error lines are in the log, want at most %d", n, warnBurst)
	}
	if strings.Contains(text.String(), "all is well") {
		t.Error("lines that are no errors are in the log")
	}
	body, err := os.ReadFile(o.path)
	if err != nil || strings.Count(string(body), "\n") != 1000 {
		t.Errorf("the file does not have all lines (%v)", err)
	}
}

func FuzzDiagnose(f *testing.F) {
	f.Add(`E1123 12:24:03.599613 23110 model_lifecycle.cc:642] "failed to load 'broken' version 1: Internal: ModuleNotFoundError"`)
	f.Add("tritonserver: unrecognized option '--trace-config'")
	f.Add("Signal (11) received.")
	f.Add("tritonserver: unrecognized option '--" + strings.Repeat("x", 2000))
	f.Add("failed to stat file " + strings.Repeat("x", 2000))
	f.Add("Signal (" + strings.Repeat("1", 2000) + ") received.")
	f.Add("2026-11-23T12:20:08Z 123 E file.cc:1] x")
	f.Fuzz(func(t *testing.T, line string) {
		if why := diagnose(line); len(why) > 1000 {
			t.Errorf("a diagnosis of %d bytes", len(why))
		}
		isError(line)
	})
}

func TestAScriptThatWaitsInALoopIsStopped(t *testing.T) {
	f := func(script string) {
		t.Helper()
		c := config(t, 1, script+"; exec tritonserver --model-repository="+modelDir(t))
		c.ExitTimeout = time.Second
		w := start(t, c)
		w.until("the script", func(s []Server) bool { return s[0].Reason == "starting" })
		stopped := make(chan struct{})
		go func() { w.stop(); close(stopped) }()
		select {
		case <-stopped:
		case <-time.After(10 * time.Second):
			t.Errorf("%s: not stopped", script)
		}
	}
	f("until [ -f /nowhere/ready ]; do sleep 1; done")
	f("while true; do :; done")
}
