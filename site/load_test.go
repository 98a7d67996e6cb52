package site

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
)

// load is Load for a file written on the spot; the file is called values.yaml.
func load(t *testing.T, text string, o Options) *Site {
	t.Helper()
	s, err := tryLoad(t, text, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryLoad(t *testing.T, text string, o Options) (*Site, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "values.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Files = append([]string{name}, o.Files...)
	return Load(o)
}

func TestNothingIsNeededToRunEverything(t *testing.T) {
	s, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Part{PartEnvoy, PartTriton, PartCollector, PartTempo, PartPrometheus, PartGrafana} {
		if !s.On(p) {
			t.Errorf("%s is off", p)
		}
	}
	if s.On(PartMetricsCollector) {
		t.Error("metricsCollector is on")
	}
	if s.Release != "supersonic" || s.Namespace != "default" || s.DataDir != "supersonic-data" || s.Instance != "supersonic" {
		t.Errorf("release %q, namespace %q, data %q, instance %q", s.Release, s.Namespace, s.DataDir, s.Instance)
	}
	if len(s.Notes) > 0 || len(s.Off()) > 0 {
		t.Errorf("notes %v, off %v", s.Notes, s.Off())
	}
}

// The chart's own file over ours must change nothing: that is what makes our
// defaults the chart's. Only the parts that it leaves off differ, and what only
// Kubernetes reads, which we do not repeat.
func TestDefaultsAreTheCharts(t *testing.T) {
	s, err := Load(Options{Files: []string{"testdata/reference/chart-defaults.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	got, want := s.Values, Default()
	for _, on := range []*bool{&got.Prometheus.Enabled, &got.Grafana.Enabled, &got.Tempo.Enabled, &got.Collector.Enabled} {
		if *on {
			t.Error("the chart has a part on that it should leave off")
		}
		*on = true
	}
	ignored := cmp.FilterPath(func(p cmp.Path) bool {
		last := p.Last()
		sf, ok := last.(cmp.StructField)
		return ok && (sf.Name() == "Rest" || last.Type() == reflect.TypeFor[Kept]())
	}, cmp.Ignore())
	if diff := cmp.Diff(want, got, ignored); diff != "" {
		t.Errorf("ours (-) and the chart's (+) differ:\n%s", diff)
	}
}

// The collector's default is its sub-chart's with the chart's over it.
func TestCollectorDefaultIsThatOfBothCharts(t *testing.T) {
	section := func(file string, keys ...string) any {
		data, err := os.ReadFile(filepath.Join("testdata", "reference", file))
		if err != nil {
			t.Fatal(err)
		}
		n, err := parseYAML(data, Origin{File: file})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			n = n.fields[k]
		}
		return n.plain(func(s string) string { return s })
	}
	under := section("subchart-defaults/opentelemetry-collector-0.115.0.yaml", "config")
	over := section("chart-defaults.yaml", "opentelemetry-collector", "config")
	if diff := cmp.Diff(overlayPlain(under, over), any(Default().Collector.Config)); diff != "" {
		t.Errorf("the charts' (-) and ours (+) differ:\n%s", diff)
	}
}

func overlayPlain(under, over any) any {
	u, ok1 := under.(map[string]any)
	o, ok2 := over.(map[string]any)
	if !ok1 || !ok2 {
		return over
	}
	out := maps.Clone(u)
	for k, v := range o {
		out[k] = overlayPlain(u[k], v)
	}
	return out
}

func TestSubchartDefaultsThatTheChartLeavesAreOurs(t *testing.T) {
	data, err := os.ReadFile("testdata/reference/subchart-defaults/tempo-1.18.2.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tempo struct {
		Tempo struct {
			Retention string
			Server    struct {
				Port int `yaml:"http_listen_port"`
			}
		}
	}
	if err := yaml.Unmarshal(data, &tempo); err != nil {
		t.Fatal(err)
	}
	d := Default().Tempo.Tempo
	if d.Retention.String() != "24h0m0s" || tempo.Tempo.Retention != "24h" || d.Server.HTTPListenPort != tempo.Tempo.Server.Port {
		t.Errorf("tempo: ours %v and %d, the sub-chart's %s and %d", d.Retention, d.Server.HTTPListenPort, tempo.Tempo.Retention, tempo.Tempo.Server.Port)
	}
}

func TestFilesOfRealSitesLoadUnchanged(t *testing.T) {
	files, err := filepath.Glob("testdata/reference/*.yaml")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if _, err := Load(Options{Files: []string{f}}); err != nil {
			t.Errorf("%s does not load:\n%v", f, err)
		}
	}
	s, err := Load(Options{Files: files, Release: "sonic-server"})
	if err != nil {
		t.Fatalf("all together: %v", err)
	}
	if s.Values.Triton.Replicas != 5 {
		t.Errorf("replicas %d, want those of the last file that says", s.Values.Triton.Replicas)
	}
}

func TestEachBadFileIsRefusedWithItsPlace(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files, %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			s, err := Load(Options{Files: []string{f}})
			if err == nil {
				t.Fatalf("loaded: %+v", s.Notes)
			}
			got := strings.ReplaceAll(err.Error(), filepath.Dir(f)+string(filepath.Separator), "") + "\n"
			golden(t, strings.TrimSuffix(f, ".yaml")+".want", got)
		})
	}
}

func TestUnreadableFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "large.yaml")
	if err := os.WriteFile(large, []byte("# "+strings.Repeat("x", maxFileBytes)), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "open: no such file or directory",
		dir:                             "is a directory",
		large:                           "is larger than 4 MiB",
		"https://example.org/v.yaml":    "download it first",
	} {
		_, err := Load(Options{Files: []string{file}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), file) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}

func TestErrorsOfAllFilesComeTogetherAndInOrder(t *testing.T) {
	_, err := Load(Options{Files: []string{"testdata/bad/tab.yaml", "nowhere.yaml", "testdata/bad/colon.yaml"}, Sets: []string{"a"}})
	errs, ok := err.(Errors)
	if !ok || len(errs) != 4 {
		t.Fatalf("got %v", err)
	}
	for i, want := range []string{"testdata/bad/tab.yaml:2:1", "nowhere.yaml", "testdata/bad/colon.yaml:2", "--set a"} {
		if got := errs[i].Origin.String(); got != want {
			t.Errorf("error %d is at %s, want %s", i, got, want)
		}
	}
}

func TestBadSetsAreRefused(t *testing.T) {
	for arg, want := range map[string]string{
		"a":                                     `--set a: key "a" has no value`,
		"=1":                                    "empty key",
		"a..b=1":                                "empty key",
		"triton.args[x=1":                       "[ without ]",
		"triton.args[-1]=1":                     "is not between",
		"triton.args[100000]=1":                 "is not between",
		"triton.args={a":                        "{ without }",
		"triton.args={a}b":                      `unexpected 'b' after }`,
		"triton.args[0]x=1":                     `unexpected 'x' after ]`,
		"triton.replicas=1,triton.replicas.x=2": `key "x" is below a whole number`,
		"triton.args=a,triton.args[0]=1":        "index [0] is below a string",
		"triton.replica=3":                      "--set triton.replica: triton.replica: unknown key\n    did you mean \"replicas\"?",
		"triton.replicas=x":                     "triton.replicas: wants a whole number, is a string",
		strings.Repeat("a.", 40) + "b=1":        "deeper than 30",
		strings.Repeat("a", maxSetBytes) + "=1": "longer than 64 KiB",
	} {
		_, err := Load(Options{Sets: []string{arg}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--set %.40s: got %v, want %q", arg, err, want)
		}
	}
}

func TestNamesThatKubernetesRefusesAreRefused(t *testing.T) {
	for _, o := range []Options{{Release: "Sonic"}, {Release: "a b"}, {Release: "-a"}, {Release: strings.Repeat("a", 54)}, {Namespace: "a.b"}, {Namespace: strings.Repeat("a", 64)}} {
		if _, err := Load(o); err == nil {
			t.Errorf("release %q, namespace %q: taken", o.Release, o.Namespace)
		}
	}
}

func TestFilesMergeAsHelmMergesThem(t *testing.T) {
	files, err := filepath.Glob("testdata/merge/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files, %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) { mergeCase(t, f) })
	}
}

// mergeCase loads the files of an archive and compares what differs from the
// defaults, with where it was written.
func mergeCase(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	o := Options{Release: "rel", Namespace: "ns"}
	for _, f := range a.Files {
		switch f.Name {
		case "want":
		case "set":
			o.Sets = strings.Split(strings.TrimSpace(string(f.Data)), "\n")
		default:
			name := filepath.Join(dir, f.Name)
			if err := os.WriteFile(name, f.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			o.Files = append(o.Files, name)
		}
	}
	s, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	want := &a.Files[len(a.Files)-1]
	want.Data = []byte(strings.ReplaceAll(changed(s), dir+string(filepath.Separator), ""))
	golden(t, file, string(txtar.Format(a)))
}

// changed prints every value that is not the default's.
func changed(s *Site) string {
	before, after := map[string]string{}, map[string]string{}
	flatten(reflect.ValueOf(Default()), "", before)
	flatten(reflect.ValueOf(s.Values), "", after)
	var b strings.Builder
	paths := maps.Clone(before)
	maps.Copy(paths, after)
	gone := "\x00"
	for _, p := range slices.Sorted(maps.Keys(paths)) {
		v, has := after[p]
		switch {
		case strings.HasPrefix(p, gone):
		case !has:
			gone = topGone(p, after)
			fmt.Fprintf(&b, "%s is gone\n", gone)
		case v != before[p]:
			fmt.Fprintf(&b, "%s = %s (%s)\n", p, v, s.Origin(p))
		}
	}
	return b.String()
}

// topGone shortens a path that is gone to the first part of it of which nothing
// is left.
func topGone(path string, after map[string]string) string {
	for i, c := range path {
		if c != '.' && c != '[' || i > 0 && path[i-1] == '\\' {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(after)), func(p string) bool { return strings.HasPrefix(p, path[:i]) }) {
			return path[:i]
		}
	}
	return path
}

func flatten(v reflect.Value, path string, out map[string]string) {
	if d, ok := v.Interface().(time.Duration); ok {
		out[path] = d.String()
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			key := v.Type().Field(i).Tag.Get("yaml")
			if key == ",rest" {
				flatten(v.Field(i), path, out)
				continue
			}
			flatten(v.Field(i), join(path, key), out)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			flatten(it.Value(), join(path, it.Key().String()), out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			flatten(v.Index(i), item(path, i), out)
		}
	case reflect.Interface:
		if v.IsNil() {
			out[path] = "null"
			return
		}
		flatten(v.Elem(), path, out)
	case reflect.String:
		out[path] = fmt.Sprintf("%q", v.String())
	default:
		out[path] = fmt.Sprint(v.Interface())
	}
}
