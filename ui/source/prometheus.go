package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Prometheus asks anything that speaks Prometheus's query API.
type Prometheus struct{ *Client }

// Sample is a value at a point of time.
type Sample struct {
	Time  time.Time
	Value float64
}

// Series is a label set with its samples, in the order of time. An instant
// query gives one sample a series.
type Series struct {
	Labels  map[string]string
	Samples []Sample
}

// Last is the latest value, NaN if there is none.
func (s Series) Last() float64 {
	if len(s.Samples) == 0 {
		return math.NaN()
	}
	return s.Samples[len(s.Samples)-1].Value
}

// Answers asks for the number 1.
func (p Prometheus) Answers(ctx context.Context) error {
	_, err := p.Instant(ctx, "1", time.Now())
	return err
}

// Instant evaluates query at a point of time. An expression that selects a range
// ("x[1m]") gives its raw samples.
func (p Prometheus) Instant(ctx context.Context, query string, at time.Time) ([]Series, error) {
	return p.query(ctx, "/api/v1/query", url.Values{"query": {query}, "time": {seconds(at)}})
}

// Range evaluates query at every step from from to to.
func (p Prometheus) Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]Series, error) {
	return p.query(ctx, "/api/v1/query_range", url.Values{
		"query": {query}, "start": {seconds(from)}, "end": {seconds(to)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	})
}

func seconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1e3, 'f', 3, 64)
}

func (p Prometheus) query(ctx context.Context, path string, params url.Values) ([]Series, error) {
	got, err := p.send(ctx, http.MethodPost, path, params, "application/json")
	if err != nil {
		return nil, explainPrometheus(err)
	}
	series, err := decodePrometheus(got.body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s to %s: %w", p.server.Name, params.Get("query"), err)
	}
	return series, nil
}

// explainPrometheus puts the message of Prometheus's own error envelope in place
// of its JSON.
func explainPrometheus(err error) error {
	var no *Refused
	if !errors.As(err, &no) {
		return err
	}
	var envelope struct{ Error string }
	if json.Unmarshal([]byte(no.Message), &envelope) == nil && envelope.Error != "" {
		no.Message = envelope.Error
	}
	return no
}

// DecodePrometheus reads an answer of Prometheus's query API.
func DecodePrometheus(body []byte) ([]Series, error) { return decodePrometheus(body) }

func decodePrometheus(body []byte) ([]Series, error) {
	var envelope struct {
		Status string
		Error  string
		Data   struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	if envelope.Status != "success" {
		return nil, fmt.Errorf("status %q: %s", envelope.Status, envelope.Error)
	}
	switch kind := envelope.Data.ResultType; kind {
	case "scalar":
		var one point
		if err := json.Unmarshal(envelope.Data.Result, &one); err != nil {
			return nil, err
		}
		return []Series{{Labels: map[string]string{}, Samples: []Sample{one.sample()}}}, nil
	case "vector", "matrix":
	default:
		return nil, fmt.Errorf("a result of type %q, not vector, matrix or scalar", kind)
	}
	var result []struct {
		Metric map[string]string
		Value  point
		Values []point
	}
	if err := json.Unmarshal(envelope.Data.Result, &result); err != nil {
		return nil, err
	}
	series := make([]Series, 0, len(result))
	for _, r := range result {
		s := Series{Labels: r.Metric}
		if envelope.Data.ResultType == "vector" {
			s.Samples = []Sample{r.Value.sample()}
		}
		for _, v := range r.Values {
			s.Samples = append(s.Samples, v.sample())
		}
		series = append(series, s)
	}
	return series, nil
}

// point is Prometheus's [seconds, "value"].
type point struct {
	seconds float64
	value   float64
}

func (p point) sample() Sample {
	return Sample{time.UnixMilli(int64(math.Round(p.seconds * 1e3))), p.value}
}

func (p *point) UnmarshalJSON(b []byte) error {
	var pair [2]json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if err := json.Unmarshal(pair[0], &p.seconds); err != nil {
		return err
	}
	var text string
	if err := json.Unmarshal(pair[1], &text); err != nil {
		return err
	}
	var err error
	p.value, err = strconv.ParseFloat(text, 64)
	return err
}
