package metrics_test

import (
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"

	"supersonic/metrics"
)

func TestWhatIsWrittenIsFoundAtOnceWithItsExemplars(t *testing.T) {
	w := start(t, config(t.TempDir()))
	now := time.Now()
	s := series("traces_spanmetrics_calls_total", at(now.Add(-time.Second), 0), at(now, 41.5))
	s.Exemplars = []prompb.Exemplar{{
		Labels: []prompb.Label{{Name: "trace_id", Value: "5d13fc0a5e5fe536e9b008053dd1dac9"}}, Value: 0.25, Timestamp: now.UnixMilli(),
	}}
	if code, said := w.write(s); code/100 != 2 {
		t.Fatalf("write: %d %s", code, said)
	}
	if got := w.query("sum(traces_spanmetrics_calls_total)"); got != "{} 41.5" {
		t.Errorf("found %s", got)
	}
	_, a := w.api("/query_exemplars", "query", "traces_spanmetrics_calls_total",
		"start", strconv.FormatInt(now.Unix()-10, 10), "end", strconv.FormatInt(now.Unix()+10, 10))
	if !strings.Contains(string(a.Data), `"trace_id":"5d13fc0a5e5fe536e9b008053dd1dac9"`) {
		t.Errorf("exemplars: %s", a.Data)
	}
}

func TestProtocolTwoIsTakenToo(t *testing.T) {
	w := start(t, config(t.TempDir()))
	request := writev2.Request{
		Symbols:    []string{"", "__name__", "b"},
		Timeseries: []writev2.TimeSeries{{LabelsRefs: []uint32{1, 2}, Samples: []writev2.Sample{{Timestamp: time.Now().UnixMilli(), Value: 5}}}},
	}
	body, err := request.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	code, said := w.post(snappy.Encode(nil, body), "application/x-protobuf;proto=io.prometheus.write.v2.Request", "2.0.0")
	if code/100 != 2 {
		t.Fatalf("write: %d %s", code, said)
	}
	if got := w.query("sum(b)"); got != "{} 5" {
		t.Errorf("found %s", got)
	}
}

func TestASampleThatIsLateByLessThanTheWindowIsKept(t *testing.T) {
	w := start(t, config(t.TempDir()))
	now := time.Now()
	w.write(series("late", at(now, 3)))
	if code, said := w.write(series("late", at(now.Add(-metrics.OutOfOrderWindow+5*time.Second), 1))); code/100 != 2 {
		t.Errorf("within the window: %d %s", code, said)
	}
	if got := w.query("sum(count_over_time(late[2m]))"); got != "{} 2" {
		t.Errorf("samples kept: %s", got)
	}
	if code, said := w.write(series("late", at(now.Add(-2*metrics.OutOfOrderWindow), 1))); code != http.StatusBadRequest {
		t.Errorf("beyond the window: %d %s, want 400, which tells the sender not to try again", code, said)
	}
}

func TestBadWritesAreRefused(t *testing.T) {
	w := start(t, config(t.TempDir()))
	if code, _ := w.post([]byte("not snappy"), "application/x-protobuf", "0.1.0"); code != http.StatusBadRequest {
		t.Errorf("garbage: %d", code)
	}
	if code, _ := w.post(snappy.Encode(nil, []byte("not protobuf")), "application/x-protobuf", "0.1.0"); code != http.StatusBadRequest {
		t.Errorf("garbage inside snappy: %d", code)
	}
	if code, _ := w.post(nil, "text/plain", "0.1.0"); code/100 != 4 {
		t.Errorf("text: %d", code)
	}
	bomb := binary.AppendUvarint(nil, 3<<30) // claims three gigabytes
	if code, said := w.post(append(bomb, 0), "application/x-protobuf", "0.1.0"); code != http.StatusRequestEntityTooLarge || !strings.Contains(said, "128 MiB") {
		t.Errorf("bomb: %d %s", code, said)
	}
	if code, said := w.write(prompb.TimeSeries{Labels: []prompb.Label{{Name: "x", Value: "y"}}, Samples: []prompb.Sample{at(time.Now(), 1)}}); code/100 != 2 {
		t.Errorf("a series without a name: %d %s; Prometheus skips and counts it", code, said)
	}
	if got := w.query(`{x="y"}`); got != "" {
		t.Errorf("a series without a name is found: %s", got)
	}
}

func TestTheReceiverCanBeOff(t *testing.T) {
	cfg := config(t.TempDir())
	cfg.RemoteWriteReceiver = false
	w := start(t, cfg)
	if code, said := w.write(series("a", at(time.Now(), 1))); code != http.StatusNotFound {
		t.Errorf("write: %d %s", code, said)
	}
}
