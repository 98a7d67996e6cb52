package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"supersonic/internal/freeport"
)

// storeSite is a site's files of which the trace store alone is used.
type storeSite struct {
	t           *testing.T
	values, dir string
	api         string
}

func newStoreSite(t *testing.T) *storeSite {
	t.Helper()
	ports, dir := freeport.For(t, 3), t.TempDir()
	s := &storeSite{t: t, values: filepath.Join(dir, "values.yaml"), dir: filepath.Join(dir, "data"), api: fmt.Sprintf("http://127.0.0.1:%d", ports[0])}
	s.write(s.values, fmt.Sprintf(`tempo: {tempo: {retention: 87600h, server: {http_listen_port: %d}, receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}, http: {endpoint: "127.0.0.1:%d"}}}}}}
local: {traces: {deletion: true}}
`, ports[0], ports[1], ports[2]))
	return s
}

func (s *storeSite) write(name, text string) string {
	s.t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return name
}

// run is a command on the site's store.
func (s *storeSite) run(command string, args ...string) (out string, err error) {
	s.t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"traces", command, "-f", s.values, "--data-dir", s.dir}, args...)
	err = dispatch(s.t.Context(), env{&o, &e}, args)
	return o.String() + e.String(), err
}

// want runs a command that has to say something.
func (s *storeSite) want(said string, command string, args ...string) {
	s.t.Helper()
	out, err := s.run(command, args...)
	if err != nil || !regexp.MustCompile(said).MatchString(out) {
		s.t.Errorf("traces %s %v: %v, %q; want %q", command, args, err, out, said)
	}
}

// start runs the role until stop is called.
func (s *storeSite) start() (stop func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	var log bytes.Buffer
	go func() {
		ended <- dispatch(ctx, env{&log, &log}, []string{"traces", "-f", s.values, "--data-dir", s.dir})
	}()
	stop = func() {
		cancel()
		if err, ok := <-ended; ok && err != nil {
			s.t.Errorf("the store: %v\n%s", err, log.String())
		}
		close(ended)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) { // polls
		if resp, err := http.Get(s.api + "/ready"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return stop
			}
		}
		if time.Now().After(deadline) {
			stop()
			s.t.Fatal("the store is not ready")
		}
	}
}

// names are the names of all stored spans.
func (s *storeSite) names() string {
	s.t.Helper()
	out, err := s.run("dump")
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`"name":"(\w+)"`).FindAllStringSubmatch(out, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func spanJSON(trace int, name, more string) string {
	return fmt.Sprintf(`{"traceId":"%032x","spanId":"%016x","name":"%s","startTimeUnixNano":"%d"%s}`, trace, trace, name, time.Now().UnixNano(), more)
}

func exportJSON(spans ...string) string {
	return `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Join(spans, ",") + `]}]}]}` + "\n"
}

func TestTheCommandsOfARunningStore(t *testing.T) {
	s := newStoreSite(t)
	stop := s.start()
	defer func() { stop() }()
	dir := t.TempDir()
	file := s.write(filepath.Join(dir, "spans.jsonl"),
		exportJSON(spanJSON(1, "one", ""), spanJSON(2, "bad", `,"kind":"OTHER"`))+exportJSON(spanJSON(3, "three", ""))+exportJSON(spanJSON(4, "four", "")))
	s.want(`^3 exports were stored\n1 spans were not; of the first export: 1 with a value that its field cannot have \(the first: .*OTHER`, "import", file)
	if got := s.names(); got != "four one three" {
		t.Errorf("stored: %s", got)
	}
	s.want(`3 spans in the log\neverything is as it was written`, "verify")
	s.want(`has the traces of default`, "backup", filepath.Join(dir, "monday"))
	if out, err := s.run("backup", filepath.Join(dir, "monday")); err == nil || !strings.Contains(err.Error(), "monday") {
		t.Errorf("a second backup in the same place: %v, %q", err, out)
	}
	s.want(`^1 traces were deleted`, "delete", fmt.Sprintf("%032x", 3))
	s.want(`^1 traces were deleted`, "delete", "-q", `{ name = "four" }`)
	if got := s.names(); got != "one" {
		t.Errorf("after deletions: %s", got)
	}
	dump := filepath.Join(dir, "dump.otlp")
	s.want(`^1 spans`, "dump", "-o", dump, "-format", "protobuf")

	restored := newStoreSite(t)
	if err := os.Mkdir(restored.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "monday"), filepath.Join(restored.dir, "traces")); err != nil {
		t.Fatal(err)
	}
	if got := restored.names(); got != "four one three" {
		t.Errorf("of the backup: %s", got)
	}
	moved := newStoreSite(t)
	moved.want(`^1 exports were stored\n$`, "import", dump)
	if got := moved.names(); got != "one" {
		t.Errorf("of the dump: %s", got)
	}
}

func TestVerifyTellsWhatIsDamagedInAStoppedStore(t *testing.T) {
	s := newStoreSite(t)
	file := s.write(filepath.Join(t.TempDir(), "spans.jsonl"), exportJSON(spanJSON(1, "one", "")))
	s.want(`^1 exports were stored\n$`, "import", file)
	s.want(`everything is as it was written`, "verify")
	blocks, err := filepath.Glob(filepath.Join(s.dir, "traces", "default", "blocks", "*", "spans.parquet"))
	if err != nil || len(blocks) != 1 {
		t.Fatalf("%v, blocks %v: a store that stops makes one", err, blocks)
	}
	raw, err := os.ReadFile(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	s.write(blocks[0], string(raw))
	out, err := s.run("verify")
	if err == nil || !strings.Contains(err.Error(), "1 problems") || !strings.Contains(out, "DAMAGED ") || !strings.Contains(out, "spans.parquet") {
		t.Errorf("%v, %q", err, out)
	}
}

func TestCommandsOfTheStoreThatSayTooLittleAreRefused(t *testing.T) {
	s := newStoreSite(t)
	for _, c := range []struct{ said, command string }{
		{"name the files", "import"}, {"one of the two", "delete"}, {"one of the two", "delete -q {} 01"}, {"the directory of the backup", "backup"},
		{"unexpected argument", "verify now"}, {`use json or protobuf`, "dump -format csv"}, {"the commands are verify, dump, import, backup, delete", "compact"},
	} {
		words := strings.Fields(c.command)
		_, err := s.run(words[0], words[1:]...)
		var refused refusal
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.said) {
			t.Errorf("traces %s: %v; want %q", c.command, err, c.said)
		}
	}
}
