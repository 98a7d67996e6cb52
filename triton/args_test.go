package triton

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func testEdits() edits {
	return edits{
		pod:       Pod{Name: "supersonic-triton-0", HTTP: "127.0.0.1:1000", GRPC: "127.0.0.1:1001", Metrics: "127.0.0.1:1002"},
		backends:  "/venv/backends",
		caches:    "/venv/caches",
		dirExists: func(d string) bool { return d == "/here" },
		tracing: &Tracing{URL: "127.0.0.1:4318/v1/traces", Rewrite: func(u string) (string, bool) {
			if rest, ok := strings.CutPrefix(u, "supersonic-opentelemetry-collector"); ok {
				return "127.0.0.1" + rest, true
			}
			return u, false
		}},
	}
}

const listenTail = "--http-address=127.0.0.1 --http-port=1000 --grpc-address=127.0.0.1 --grpc-port=1001 --metrics-port=1002"
const dirs = "--backend-directory=/venv/backends --cache-directory=/venv/caches"
const batch = "--trace-config=opentelemetry,bsp_schedule_delay=500 --trace-config=opentelemetry,bsp_max_queue_size=8192 --trace-config=opentelemetry,bsp_max_export_batch_size=512"

func TestEditedArguments(t *testing.T) {
	whole := "--trace-config=mode=opentelemetry --trace-config=level=TIMESTAMPS --trace-config=rate=0 --trace-config=count=-1 " +
		"--trace-config=opentelemetry,resource=pod_name=supersonic-triton-0 --trace-config=opentelemetry,url=127.0.0.1:4318/v1/traces " + batch
	cases := map[string]struct {
		in, want string
		notes    int
		change   func(*edits)
	}{
		"nothing of tracing gets the whole set": {
			in: "--model-repository=/m", want: "--model-repository=/m " + dirs + " " + whole + " " + listenTail,
		},
		"ports in both spellings are replaced": {
			in:   "--http-port 8000 --grpc-port=8001 --metrics-port 8002 --http-address=0.0.0.0 --id x",
			want: "--id x " + dirs + " " + whole + " " + listenTail,
		},
		"a metrics address of its own is written": {
			in: "--metrics-address=0.0.0.0", want: dirs + " " + whole + " --http-address=127.0.0.1 --http-port=1000 --grpc-address=127.0.0.1 --grpc-port=1001 --metrics-address=127.0.0.2 --metrics-port=1002",
			change: func(e *edits) { e.pod.Metrics = "127.0.0.2:1002" },
		},
		"disabled endpoints are enabled": {
			in: "--allow-http=false --allow-grpc 0 --allow-metrics=false", want: "--allow-metrics=false " + dirs + " " + whole + " " + listenTail, notes: 2,
		},
		"repositories of this machine replace the command's where they stood": {
			in:     "--model-repository=/cvmfs/a --id x --model-store /cvmfs/b",
			want:   "--model-repository=/m1 --model-repository=/m2 --id x " + dirs + " " + whole + " " + listenTail,
			change: func(e *edits) { e.repositories = []string{"/m1", "/m2"} },
		},
		"repositories of this machine are added where the command has none": {
			in: "--id x", want: "--id x --model-repository=/m1 " + dirs + " " + whole + " " + listenTail,
			change: func(e *edits) { e.repositories = []string{"/m1"} },
		},
		"a backend directory that exists here is kept": {
			in: "--backend-directory /here --cache-directory=/gone", want: "--backend-directory=/here --cache-directory=/venv/caches " + whole + " " + listenTail, notes: 1,
		},
		"tracing off takes the arguments out": {
			in: "--trace-config mode=opentelemetry --trace-config=rate=1 --id x --trace-rate 5", want: "--id x " + dirs + " " + listenTail, notes: 1,
			change: func(e *edits) { e.tracing = nil },
		},
		"own trace files are left alone": {
			in: "--trace-config triton,file=/tmp/t --trace-config rate=100", want: dirs + " --trace-config triton,file=/tmp/t --trace-config rate=100 " + listenTail, notes: 1,
		},
		"settings of the file win": {
			in: "--trace-config=mode=opentelemetry --trace-config=rate=0 --trace-config=level=TENSORS --trace-config=opentelemetry,url=other.host:4318/v1/traces --trace-config opentelemetry,bsp_schedule_delay=5000",
			want: dirs + " --trace-config=mode=opentelemetry --trace-config=rate=0 --trace-config=level=TENSORS --trace-config=opentelemetry,url=other.host:4318/v1/traces " +
				"--trace-config=opentelemetry,bsp_schedule_delay=5000 --trace-config=opentelemetry,resource=pod_name=supersonic-triton-0 " +
				"--trace-config=opentelemetry,bsp_max_queue_size=8192 --trace-config=opentelemetry,bsp_max_export_batch_size=512 " + listenTail,
		},
		"what follows -- stays behind ours": {
			in: "--id x -- --http-port 7", want: "--id x " + dirs + " " + whole + " " + listenTail + " -- --http-port 7",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			e := testEdits()
			if c.change != nil {
				c.change(&e)
			}
			got := edit(strings.Fields(c.in), e)
			if d := cmp.Diff(strings.Fields(c.want), got.args); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
			if len(got.notes) != c.notes {
				t.Errorf("got notes %v, want %d", got.notes, c.notes)
			}
		})
	}
}

func TestDocumentedCommandIsRewritten(t *testing.T) {
	text, err := os.ReadFile("testdata/seed-triton-command.sh")
	if err != nil {
		t.Fatal(err)
	}
	script := strings.ReplaceAll(strings.ReplaceAll(string(text), "\\\n", " "), "$(hostname)", "supersonic-triton-0")
	e := testEdits()
	e.repositories = []string{"/m1", "/m2", "/m3"}
	got := edit(strings.Fields(script)[1:], e)
	want := strings.Fields("--model-repository=/m1 --model-repository=/m2 --model-repository=/m3 " +
		"--allow-gpu-metrics=true --log-verbose=0 --strict-model-config=false --exit-timeout-secs=60 " + dirs +
		" --trace-config=mode=opentelemetry --trace-config=opentelemetry,resource=pod_name=supersonic-triton-0" +
		" --trace-config=opentelemetry,url=127.0.0.1:4318/v1/traces --trace-config=rate=0 --trace-config=level=TIMESTAMPS --trace-config=count=-1 " +
		batch + " " + listenTail)
	if d := cmp.Diff(want, got.args); d != "" {
		t.Errorf("arguments (-want +got):\n%s", d)
	}
	said := func(n note) bool { return n.message == rateMessage && slices.Contains(n.args, any("100")) }
	if !slices.ContainsFunc(got.notes, said) {
		t.Errorf("no note says why the rate changed: %v", got.notes)
	}
	if got.exitTimeout != "60" {
		t.Errorf("exit timeout is %q, want 60", got.exitTimeout)
	}
}

func FuzzEdit(f *testing.F) {
	text, err := os.ReadFile("testdata/seed-triton-command.sh")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.ReplaceAll(string(text), "\\\n", " "))
	f.Add("--trace-config")
	f.Add("-- --http-port=1 --")
	f.Add("--exit-timeout-secs")
	f.Add("--trace-config mode=0 --trace-config")
	f.Add("--trace-config=,= --trace-config ,,, --grpc-port")
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		once := edit(words, testEdits()).args
		again := edit(once, testEdits())
		if d := cmp.Diff(once, again.args); d != "" {
			t.Errorf("editing the result changes it again (-once +twice):\n%s", d)
		}
		if n := strings.Count(" "+strings.Join(once, " ")+" ", " --grpc-port=1001 "); n < 1 {
			t.Errorf("the port is not there: %q", once)
		}
	})
}
