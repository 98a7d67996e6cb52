package source

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestASearchTellsTheSpansAndTheirAttributes(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"traces":[{"traceID":"1f","rootServiceName":"g","rootTraceName":"ingress","startTimeUnixNano":"1000","durationMs":16,
		"spanSets":[{"spans":[{"spanID":"2a","name":"compute","startTimeUnixNano":"1100","durationNanos":"15792032",
		"attributes":[{"key":"service.name","value":{"stringValue":"pod"}},{"key":"n","value":{"intValue":"3"}},{"key":"f","value":{"doubleValue":0.5}},
		{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"9007199254740993"},{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]}}]}}}]},
		{"spanID":"2b","startTimeUnixNano":"1100"}],"matched":4}]}],"metrics":{"inspectedTraces":10,"inspectedSpans":"52","inspectedBytes":"99"}}`}
	got, err := Tempo{client(t, s)}.Search(context.Background(), Search{Query: "{}", Limit: 5, SpansPerTrace: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := FoundSpan{ID: "000000000000002a", Name: "compute", StartNano: 1100, DurationNanos: 15792032, Attrs: []TypedValue{
		{"service.name", "pod", "string"}, {"n", "3", "int"}, {"f", "0.5", "double"}, {"list", `["a",9007199254740993,{"k":true}]`, "array"}}}
	short := FoundSpan{ID: "000000000000002b", StartNano: 1100} // protobuf's JSON leaves out what is 0
	if diff := cmp.Diff([]FoundSpan{want, short}, got.Traces[0].Spans); diff != "" {
		t.Error(diff)
	}
	if got.Traces[0].Matched != 4 || got.Spent != (Inspected{52, 10, 99}) || s.form.Get("spss") != "2" {
		t.Errorf("%+v %v", got, s.form)
	}
}

func TestSeriesOfSpansComeWithTheirExemplars(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"series":[{"labels":[{"key":"name","value":{"stringValue":"compute"}},{"key":"p","value":{"doubleValue":0.9}}],
		"samples":[{"timestampMs":"1795395660000","value":0.05}],
		"exemplars":[{"labels":[{"key":"trace:id","value":{"stringValue":"abc"}},{"key":"span:id","value":{"stringValue":"d"}}],"value":0.04,"timestampMs":"1795395612345"}]}],
		"status":"PARTIAL","message":"too many"}`}
	got, err := Tempo{client(t, s)}.Metrics(context.Background(), TraceMetrics{Query: "{} | rate()", From: time.Unix(10, 0), To: time.Unix(70, 0), Step: 1500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	one := got.Series[0]
	if one.Labels[1] != (TypedValue{"p", "0.9", "double"}) || one.Samples[0] != (Sample{time.UnixMilli(1795395660000), .05}) {
		t.Errorf("%+v", one)
	}
	if e := one.Exemplars[0]; e.TraceID() != "abc" || e.SpanID() != "d" || e.Value != .04 {
		t.Errorf("%+v", e)
	}
	if len(got.Warnings) != 1 || s.form.Get("step") != "1.5s" || s.form.Get("start") != "10" {
		t.Errorf("%v %v", got.Warnings, s.form)
	}
}

func TestExemplarsOfAPrometheusNameTheirTraces(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"status":"success","data":[{"seriesLabels":{"le":"0.008"},"exemplars":[{"labels":{"trace_id":"1ff"},"value":"0.004","timestamp":1795958238.378}]}]}`}
	got, err := Prometheus{client(t, s)}.Exemplars(context.Background(), "x_bucket", time.Unix(10, 0), time.Unix(70, 0))
	if err != nil {
		t.Fatal(err)
	}
	if e := got[0].Exemplars[0]; e.TraceID() != "1ff" || e.Value != .004 || !e.Time.Equal(time.UnixMilli(1795958238378)) {
		t.Errorf("%+v", e)
	}
}
