package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"supersonic/internal/attr"
	"supersonic/internal/kserve"
	"supersonic/ui/payload"
)

// write puts a file into a directory of the test and gives its path.
func write(t *testing.T, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// repositories splits the reference models over three model repositories, as the
// documentation's command has three.
func repositories(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, names := range [][]string{{"add_sub", "chain"}, {"tau_id"}, {"flaky"}} {
		dir := t.TempDir()
		for _, name := range names {
			if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(repository(t), "triton", "testdata", "models", name))); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, dir)
	}
	return list
}

func modelRepository(t *testing.T) string {
	t.Helper()
	list, err := json.Marshal(repositories(t))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("local: {triton: {modelRepository: %s}}\n", list)
}

// seed gives the documentation's files and command, the release's name in them
// changed as a user would who installs under another name.
func seed(t *testing.T, release string) (files []string, command string) {
	t.Helper()
	read := func(name string) string {
		body, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(body), "supersonic-", release+"-")
	}
	for _, name := range []string{"seed-tracing.yaml", "seed-grafana.yaml"} {
		files = append(files, write(t, name, []byte(read(name))))
	}
	return files, read("seed-triton-command.sh")
}

// asArgs is triton.args with the text of a command.
func asArgs(command string) string {
	return "triton:\n  args:\n    - |\n      " + strings.ReplaceAll(strings.TrimSpace(command), "\n", "\n      ") + "\n"
}

func TestTheDocumentationsExampleRunsAsItIs(t *testing.T) {
	t.Parallel()
	files, command := seed(t, "supersonic")
	for _, f := range files {
		original, err := os.ReadFile(filepath.Join("testdata", filepath.Base(f)))
		if err != nil {
			t.Fatal(err)
		}
		if copied, err := os.ReadFile(f); err != nil || string(copied) != string(original) {
			t.Fatalf("%s was edited: %v", f, err)
		}
	}
	runSeed(t, "supersonic", options{files: files, values: []string{asArgs(command), modelRepository(t)}})
}

func TestTheDocumentationsExampleRunsUnderAnotherName(t *testing.T) {
	t.Parallel()
	files, command := seed(t, "sonic-server")
	runSeed(t, "sonic-server", options{files: files, values: []string{asArgs(command), modelRepository(t)}, args: []string{"--name", "sonic-server"}})
}

func TestAFileThatOnlySaysWhereTheModelsAreIsEnough(t *testing.T) {
	t.Parallel()
	files, _ := seed(t, "supersonic")
	runSeed(t, "supersonic", options{files: files, values: []string{modelRepository(t)}})
}

// runSeed runs a site of the documentation's files with everything sampled and
// looks at what an operator who follows the documentation looks at.
func runSeed(t *testing.T, release string, o options) {
	t.Helper()
	o.args = append(o.args, "--set", "envoy.tracing_sampling_rate=1")
	s := start(t, o)
	s.wantTraceRate("0")
	s.awaitScraped()
	conn := connect(t, s.target())
	const calls = 12 // Triton loses some contexts; of twelve most are there
	for i := range calls {
		r := []*kserve.InferRequest{addSub(), chain(), flaky(4)}[i%3] // from all three repositories
		if a := infer(t.Context(), conn, r); a.code != codes.OK {
			t.Fatalf("%s: %v %s", r.Model, a.code, a.message)
		}
	}
	ids := s.ingressIDs(calls)
	eventually(t, "traces from the gateway to the model's compute", func() error {
		return s.wantDeep(ids, release)
	})
	s.wantEdge(release+"-envoy-0", release+"-triton-0", calls)
	s.wantPage(calls)
	s.wantDataSources(release)

	// A Triton that stops waits for HTTP connections that are open and idle: the
	// page, which has just asked for its health, must have left none.
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("the stop took %s", took)
	}
}

// wantTraceRate asks each server for the rate that it has in the end.
func (s *site) wantTraceRate(rate string) {
	s.t.Helper()
	for pod, addr := range s.servers("HTTP") {
		body, err := get("http://" + addr + "/v2/trace/setting")
		if err != nil {
			s.t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			s.t.Fatal(err)
		}
		if got["trace_rate"] != rate {
			s.t.Errorf("%s: its trace rate is %v, want %s", pod, got["trace_rate"], rate)
		}
	}
}

// wantDeep checks that at least half of the traces go down to a compute span, the
// servers' spans under their pods' names.
func (s *site) wantDeep(ids []string, release string) error {
	deep := 0
	for _, id := range ids {
		spans, err := s.trace(id)
		if err != nil {
			return err
		}
		for i := range spans {
			sp := &spans[i]
			want := release + "-triton-0"
			if sp.Name == attr.Ingress {
				want = release + "-envoy-0"
			}
			if got := sp.Resource.ServiceName(); got != want {
				return fmt.Errorf("span %s of %s is of service %q, want %q", sp.Name, id, got, want)
			}
			if sp.Name == attr.Compute && strings.HasPrefix(path(spans, sp), "ingress > InferRequest > ") {
				deep++
				break
			}
		}
	}
	if deep < len(ids)/2 {
		return fmt.Errorf("%d of %d traces go down to a compute span", deep, len(ids))
	}
	return nil
}

// wantEdge checks the generator's count of an edge, which has come to the metrics
// store by remote write.
func (s *site) wantEdge(client, server string, n int) {
	s.t.Helper()
	eventually(s.t, "the service graph", func() error {
		got, err := s.prom(fmt.Sprintf(`traces_service_graph_request_total{client=%q,server=%q}`, client, server))
		if err == nil && got != float64(n) {
			err = fmt.Errorf("%v requests from %s to %s, want %d", got, client, server, n)
		}
		return err
	})
}

// wantDataSources checks that the page reads this process's stores by the names
// that the file gave them.
func (s *site) wantDataSources(release string) {
	s.t.Helper()
	var about payload.Site
	if err := s.page("/api/site", &about); err != nil {
		s.t.Fatal(err)
	}
	if about.Release != release {
		s.t.Errorf("the page's release is %q, want %q", about.Release, release)
	}
	got := map[string]string{}
	for _, d := range about.DataSources {
		got[d.Name] = d.URL
	}
	want := map[string]string{"prometheus": s.url(s.ports.prometheus, ""), "tempo": s.url(s.ports.tempo, "")}
	if !maps.Equal(got, want) {
		s.t.Errorf("the page reads %v, want %v", got, want)
	}
	for _, r := range s.all() {
		if r.State != "healthy" {
			s.t.Errorf("%s %s is %s: %s", r.Role, r.Pod, r.State, r.Reason)
		}
	}
	eventually(s.t, "charts, which are of two scrapes at least", func() error {
		var charts payload.Charts
		if err := s.page("/api/charts", &charts); err != nil || len(charts.Charts) > 0 {
			return err
		}
		return errors.New("no charts yet")
	})
	var tags payload.Tags
	if err := s.page("/api/tags", &tags); err != nil || !slices.ContainsFunc(tags.Scopes, func(c payload.TagScope) bool { return slices.Contains(c.Tags, "service.name") }) {
		s.t.Errorf("the page's tags are %+v, %v", tags, err)
	}
}
