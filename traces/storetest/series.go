package storetest

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// dataEnd is the end of dataRange, in milliseconds: where an instant answer's
// value is put.
const dataEnd = 1795399200_000

// points are series in the canonical form: labels as JSON, then values by time in
// milliseconds, zeros left out.
type points map[string]map[int64]float64

// checkSeries holds kinds M and I against the recorded answer. Quantiles are exact
// here: they lie within a power of two of the recorded estimates, and are these
// with(buckets=true).
func checkSeries(t *testing.T, c *Client, r Recorded) {
	want := recordedPoints(t, r)
	get := func(q string) points {
		t.Helper()
		return c.points(r.Kind, dataRange+"&q="+url.QueryEscape(q))
	}
	switch {
	case strings.Contains(r.Query, "compare("):
		wantCompared(t, get(r.Query), want)
		return
	case strings.Contains(r.Query, "quantile_over_time"):
		wantNear(t, get(r.Query), want)
		r.Query += " with(buckets=true)"
	}
	if diff := cmp.Diff(want, get(r.Query), cmpopts.EquateApprox(1e-9, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%.4000s", diff)
	}
}

// points asks for series: params holds q, start and end. The values of kind I are
// put at dataEnd.
func (c *Client) points(kind, params string) points {
	c.t.Helper()
	path := "/api/metrics/query?"
	if kind == "M" {
		path = "/api/metrics/query_range?step=60s&"
	}
	var got struct {
		Series []struct {
			Labels  []otlpAttr
			Value   float64
			Samples []struct {
				Time  string `json:"timestampMs"`
				Value float64
			}
		}
		Status string
	}
	c.GetJSON(path+params, &got)
	if got.Status != "" {
		c.t.Errorf("the answer is %s, want all of it", got.Status)
	}
	out := points{}
	for _, s := range got.Series {
		byTime := map[int64]float64{}
		for _, p := range s.Samples {
			at, err := strconv.ParseInt(p.Time, 10, 64)
			if err != nil {
				c.t.Fatal(err)
			}
			byTime[at] = p.Value
		}
		if kind == "I" {
			byTime[dataEnd] = s.Value
		}
		out.add(c.t, plain(s.Labels), byTime)
	}
	return out
}

// add keeps what is not zero.
func (p points) add(t testing.TB, labels map[string]any, byTime map[int64]float64) {
	t.Helper()
	key, err := json.Marshal(labels)
	if err != nil {
		t.Fatal(err)
	}
	for at, v := range byTime {
		if v == 0 {
			delete(byTime, at)
		}
	}
	if p[string(key)] != nil {
		t.Errorf("two series have the labels %s", key)
	}
	if len(byTime) > 0 {
		p[string(key)] = byTime
	}
}

func recordedPoints(t *testing.T, r Recorded) points {
	t.Helper()
	raw := map[string]map[int64]float64{}
	instant := map[string]float64{}
	into := any(&raw)
	if r.Kind == "I" {
		into = &instant
	}
	if err := json.Unmarshal(r.Answer, into); err != nil {
		t.Fatal(err)
	}
	for key, v := range instant {
		raw[key] = map[int64]float64{dataEnd: v}
	}
	out := points{}
	for key, byTime := range raw {
		var labels map[string]any
		if err := json.Unmarshal([]byte(key), &labels); err != nil {
			t.Fatal(err)
		}
		out.add(t, labels, byTime)
	}
	return out
}

// wantNear asks that exact quantiles lie within a power of two of estimates.
func wantNear(t *testing.T, got, want points) {
	t.Helper()
	for key, byTime := range want {
		for at, v := range byTime {
			if g := got[key][at]; !(math.Abs(math.Log2(g/v)) <= 1) {
				t.Errorf("%s at %d: %g, estimated as %g", key, at, g, v)
			}
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series, want %d", len(got), len(want))
	}
}

// wantCompared leaves out where Tempo's answer to compare() is beside its
// documentation: nil for attributes that its block format knows and the spans
// lack, `name` counted twice, a string http.status_code counted as nil too; and
// attributes with more values than are told, of which ties are anybody's.
func wantCompared(t *testing.T, got, want points) {
	t.Helper()
	compared := 0
	for key, byTime := range want {
		if strings.Contains(key, `"name"`) || strings.Contains(key, "http.status_code") || !settled(key) {
			continue
		}
		if strings.Contains(key, `:"nil"`) && got[key] == nil {
			continue
		}
		compared++
		if diff := cmp.Diff(byTime, got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%.1000s", key, diff)
		}
	}
	if compared < 100 {
		t.Errorf("only %d series compared", compared)
	}
}

// settled tells whether an attribute has few enough values that all are told.
func settled(key string) bool {
	if strings.Contains(key, "_total") {
		return true
	}
	for _, many := range []string{"x-request-id", "peer.address", "request_size", "response_size", "upstream_address"} {
		if strings.Contains(key, many) {
			return false
		}
	}
	return true
}
