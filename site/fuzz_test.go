package site

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// seeds adds the files of real sites and the bad ones to a fuzz target.
func seeds(f *testing.F) {
	for _, pattern := range []string{"testdata/reference/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

// Any bytes are a site or an error with a place, never a panic; and a site that
// loads can be asked everything.
func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Origin{File: "values.yaml", User: true}
		n, err := parseYAML(data, o)
		if err != nil {
			for _, e := range err.(Errors) {
				if e.Msg == "" || e.Line == 0 {
					t.Errorf("an error without message or line: %+v", e)
				}
			}
			return
		}
		s := &Site{Values: Default(), user: newMap(Origin{}).merge(n)}
		s.defaults()
		d := &decoder{text: strings.ToLower}
		d.value(s.user, reflect.ValueOf(&s.Values).Elem(), "", mode{})
		s.Instance, s.names = s.Release, s.serviceNames()
		s.check(d)
		for _, e := range d.errs {
			if e.Msg == "" || e.Path == "" {
				t.Errorf("an error without message or path: %+v", e)
			}
		}
		if len(d.errs) > 0 {
			return
		}
		s.CollectorConfig(here)
		s.foreign()
		s.Off()
		s.TempoOTLPGRPC()
		s.GrafanaHTTP()
		s.PrometheusHTTP()
	})
}

// A --set is laid over the tree or refused; what is set can be found again where
// its key says.
func FuzzSet(f *testing.F) {
	for _, s := range []string{
		"a=b", "a.b=c,d=1", `a\.b=x\,y`, "a[0].b=c", "a[2]=null", "a={x,y,true,7}", "a={}", "a=", "a[x].y=1", "triton.args[1]=x",
		`grafana.datasources.datasources\.yaml.datasources[tempo].url=http://b:2`, "a[0]x=1", "a={b", "a..b=1", "=", "[", `\`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		root, err := parseYAML([]byte("triton: { args: [a, b] }\nenvoy: { replicas: 2 }\n"), Origin{File: "values.yaml", User: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := applySet(root, arg, 1); err != nil {
			if !strings.HasPrefix(err.Error(), "--set") {
				t.Errorf("the error does not say where: %v", err)
			}
			return
		}
		p := &setParser{in: arg}
		if steps, stop, err := p.path(); err == nil && stop == '=' && strings.Count(arg, "=") == 1 {
			n := root
			for _, st := range steps {
				n = n.step(st)
			}
			if n == nil || !n.origin.User {
				t.Errorf("%q set nothing at %v", arg, steps)
			}
		}
	})
}

// Rewriting changes nothing but the host and port, whatever the text is.
func FuzzRewrite(f *testing.F) {
	for _, s := range []string{
		"http://supersonic-tempo:4317", "supersonic-opentelemetry-collector:4318/v1/traces", "dns:///supersonic-tempo:1", "https://u:p@supersonic-grafana/x?y#z", "other:1", "::1",
	} {
		f.Add(s)
	}
	s, err := Load(Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\x00") {
			return // it marks the address below
		}
		out, _, known := s.Rewrite(text, func(Part, string) (string, bool) { return "\x00", true })
		if !known {
			if out != text {
				t.Errorf("%q became %q and is not known", text, out)
			}
			return
		}
		before, after, one := strings.Cut(out, "\x00")
		if !one || !strings.HasPrefix(text, before) || !strings.HasSuffix(text, after) {
			t.Errorf("%q became %q", text, out)
		}
	})
}
