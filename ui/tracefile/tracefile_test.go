package tracefile

import (
	"errors"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

const capture = "../waterfall/testdata/envoy-triton-traces.otlp.jsonl"

func read(t *testing.T, text string) []Trace {
	t.Helper()
	all, err := Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFileOfManyExportsGivesEachOfItsTracesWhole(t *testing.T) {
	text, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	all := read(t, string(text))
	spans := map[string]int{}
	for _, td := range all {
		spans[td.ID] = td.Spans.SpanCount()
	}
	if len(all) < 10 || spans["5d13fc0a5e5fe536e9b008053dd1dac9"] != 4 {
		t.Errorf("%d traces: %v", len(all), spans)
	}
	for i := 1; i < len(all); i++ {
		if all[i].start > all[i-1].start {
			t.Error("not the newest first")
		}
	}
}

const (
	hexSpan  = `{"traceId":"5d13fc0a5e5fe536e9b008053dd1dac9","spanId":"6503247cc19fc701","parentSpanId":"","name":"ingress","kind":2,"startTimeUnixNano":"1795402153404275001","endTimeUnixNano":"1795402153484365000"}`
	baseSpan = `{"traceId":"XRP8Cl5f5TbpsAgFPdHayQ==","spanId":"ZQMkfMGfxwE=","name":"ingress","kind":"SPAN_KIND_SERVER","startTimeUnixNano":1795402153404275001,"endTimeUnixNano":"1795402153484365000","status":{"code":"STATUS_CODE_ERROR"}}`
)

func TestEveryFormOfTheSameTraceIsTheSameTrace(t *testing.T) {
	for name, text := range map[string]string{
		"OTLP":                 `{"resourceSpans":[{"scopeSpans":[{"spans":[` + hexSpan + `]}]}]}`,
		"Tempo":                `{"batches":[{"resource":{},"scopeSpans":[{"spans":[` + baseSpan + `]}]}]}`,
		"Grafana of old":       `{"batches":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"x"},"spans":[` + hexSpan + `]}]}]}`,
		"Tempo's second API":   `{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":[` + baseSpan + `]}]}]},"metrics":{}}`,
		"Tempo's older second": `{"trace":{"batches":[{"scopeSpans":[{"spans":[` + baseSpan + `]}]}]}}`,
		"indented":             "{\n \"resourceSpans\": [{\"scopeSpans\": [{\"spans\": [\n" + hexSpan + "\n]}]}]\n}\n",
	} {
		all := read(t, text)
		if len(all) != 1 || all[0].ID != "5d13fc0a5e5fe536e9b008053dd1dac9" {
			t.Errorf("%s: %+v", name, all)
			continue
		}
		s := all[0].Spans.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		if s.StartTimestamp() != 1795402153404275001 || s.Kind() != ptrace.SpanKindServer || s.SpanID().String() != "6503247cc19fc701" {
			t.Errorf("%s: %s from %d", name, s.Kind(), s.StartTimestamp())
		}
	}
}

func TestIdsWithoutTheirLeadingZerosAreReadAndLinksKeepTheirs(t *testing.T) {
	all := read(t, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"13fc0a","spanId":"1","name":"x","links":[{"traceId":"XRP8Cl5f5TbpsAgFPdHayQ==","spanId":"ab"}]}]}]}]}`)
	l := all[0].Spans.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Links().At(0)
	if all[0].ID != "0000000000000000000000000013fc0a" || l.TraceID().String() != "5d13fc0a5e5fe536e9b008053dd1dac9" || l.SpanID().String() != "00000000000000ab" {
		t.Errorf("%s, %s %s", all[0].ID, l.TraceID(), l.SpanID())
	}
}

func TestWhatIsNoTraceIsRefusedWithItsPlace(t *testing.T) {
	f := func(text, says string) {
		t.Helper()
		if _, err := Read([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.60q: %v, want %q", text, err, says)
		}
	}
	good := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + hexSpan + `]}]}]}`
	f(good+"\n"+good[:len(good)-9], "document 2, line 2")
	f("<html>", "document 1, line 1")
	f(strings.ReplaceAll(good, "5d13fc0a5e5fe536e9b008053dd1dac9", "tau"), "traceId")
	f(`{"trace":{"trace":{"trace":{}}}}`, "not OTLP")
	f(`[1,2]`, "document 1")
	for _, text := range []string{"", "  \n", "{}", `{"resourceSpans":[]}`, `{"data":[{"traceID":"1"}]}`} {
		if _, err := Read([]byte(text)); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[` + hexSpan + `]}]}]}`))
	f.Add([]byte(`{"batches":[{"instrumentationLibrarySpans":[{"spans":[` + baseSpan + `]}]}]}{"trace":{}}`))
	f.Add([]byte(`{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":[{"links":[{"traceId":"","spanId":null}],"events":[{"timeUnixNano":1}],"status":{}}]}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := Read(text)
		if err == nil && len(all) == 0 {
			t.Error("neither a trace nor an error")
		}
		for _, td := range all {
			if td.Spans.SpanCount() == 0 || len(td.ID) != 32 {
				t.Errorf("trace %q of %d spans", td.ID, td.Spans.SpanCount())
			}
		}
	})
}
