package collector

import (
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write what is refused into testdata/bad/*.want")

// linesOf tells where a key of opentelemetry-collector.config stands in a file, as
// `site` will: "name:line:column".
func linesOf(t testing.TB, name string) func(string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	at := map[string]string{}
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		if n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			child := path + "." + k.Value
			at[child] = fmt.Sprintf("%s:%d:%d", filepath.Base(name), k.Line, k.Column)
			walk(child, n.Content[i+1])
		}
	}
	walk("opentelemetry-collector.config", doc.Content[0])
	return func(path string) string { return at[path] }
}

func TestBadConfigurationsAreRefusedWithTheirLine(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad configurations", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			rel, _ := filepath.Rel("testdata", file)
			cfg := testConfig(chart(t, freePorts(t), readYAML(t, rel)))
			cfg.Origin = linesOf(t, file)
			c, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)})
			if err == nil {
				c.Close()
				t.Fatal("not refused")
			}
			got := err.Error() + "\n"
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %s", err)
			}
			want := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if check := Check(cfg, Deps{Log: slog.New(slog.DiscardHandler)}); check == nil || check.Error()+"\n" != got {
				t.Errorf("Check says %v, New says %s", check, got)
			}
		})
	}
}

func TestABusyPortIsRefusedBeforeAnythingServes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := testConfig(chart(t, freePorts(t), parseYAML(t, `receivers: {otlp: {protocols: {http: {endpoint: "`+l.Addr().String()+`"}}}}`)))
	cfg.Origin = func(key string) string {
		if key == "opentelemetry-collector.config.receivers.otlp.protocols.http.endpoint" {
			return "values.yaml:31:5"
		}
		return ""
	}
	_, err = New(cfg, Deps{Log: slog.New(slog.DiscardHandler)})
	want := "values.yaml:31:5: collector: listen tcp " + l.Addr().String() + ": bind: address already in use (set by " +
		"opentelemetry-collector.config.receivers.otlp.protocols.http.endpoint: another process has this port; stop it or choose another port)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestAPortTakenBetweenNewAndRunIsNamed(t *testing.T) {
	c, err := New(testConfig(chart(t, freePorts(t))), Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	c.ports.release()
	l, err := net.Listen("tcp", c.Addrs()["receivers.otlp.protocols.grpc.endpoint"])
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = c.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "set by opentelemetry-collector.config.receivers.otlp.protocols.grpc.endpoint") {
		t.Errorf("got %v", err)
	}
}

func TestABusyMetricsPortIsRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := testConfig(chart(t, freePorts(t)))
	cfg.MetricsAddr.Addr = l.Addr().String()
	if _, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "set by local.collector.metrics") {
		t.Errorf("got %v", err)
	}
}

func TestCloseAndARefusalGiveThePortsBack(t *testing.T) {
	cfg := testConfig(chart(t, freePorts(t)))
	c, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	addrs := c.Addrs()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	for key, addr := range addrs {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Errorf("%s still has %s: %v", key, addr, err)
			continue
		}
		l.Close()
	}
	if err := c.Run(t.Context()); err == nil {
		t.Error("Run after Close")
	}
}

func TestCheckTakesNoPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := testConfig(chart(t, parseYAML(t, `receivers: {otlp: {protocols: {http: {endpoint: "`+l.Addr().String()+`"}}}}`)))
	if err := Check(cfg, Deps{Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Error(err)
	}
}
