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

// Columns is one series as columns, in the order of time. Who gets one does not
// change it.
type Columns struct {
	Labels  map[string]string
	TimesMs []float64
	Values  []float64
}

// Answer is what a query gave, at most as many series and points as were asked
// for.
type Answer struct {
	Series   []Columns
	Kind     string // "matrix", "vector", "scalar", "string"
	Cut      int    // series that were left out because there are too many
	Warnings []string
}

// Bytes is about how much memory the answer takes.
func (a Answer) Bytes() int {
	n := 256
	for _, s := range a.Series {
		n += 128 + 64*len(s.Labels) + 16*len(s.Values)
	}
	return n
}

// Most bounds an answer.
type Most struct{ Series, Points int }

// RangeColumns evaluates query at every step from from to to.
func (p Prometheus) RangeColumns(ctx context.Context, query string, from, to time.Time, step time.Duration, most Most) (Answer, error) {
	return p.columns(ctx, "/api/v1/query_range", url.Values{
		"query": {query}, "start": {seconds(from)}, "end": {seconds(to)},
		"step": {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	}, most)
}

// InstantColumns evaluates query at a point of time.
func (p Prometheus) InstantColumns(ctx context.Context, query string, at time.Time, most Most) (Answer, error) {
	return p.columns(ctx, "/api/v1/query", url.Values{"query": {query}, "time": {seconds(at)}}, most)
}

func (p Prometheus) columns(ctx context.Context, path string, params url.Values, most Most) (Answer, error) {
	got, err := p.send(ctx, http.MethodPost, path, params, "application/json")
	if err != nil {
		return Answer{}, explainPrometheus(err)
	}
	a, err := decodeColumns(got.body, most)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s to %s: %w", p.server.Name, params.Get("query"), err)
	}
	return a, nil
}

func decodeColumns(body []byte, most Most) (Answer, error) {
	var envelope struct {
		Status, Error string
		Warnings      []string
		Data          struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return Answer{}, err
	}
	if envelope.Status != "success" {
		return Answer{}, fmt.Errorf("status %q: %s", envelope.Status, envelope.Error)
	}
	a := Answer{Kind: envelope.Data.ResultType, Warnings: envelope.Warnings}
	switch a.Kind {
	case "scalar":
		s := Columns{Labels: map[string]string{}}
		err := s.add(envelope.Data.Result)
		a.Series = []Columns{s}
		return a, err
	case "vector", "matrix":
		return a, a.decode(envelope.Data.Result, most)
	}
	return a, fmt.Errorf("a result of type %q, not vector, matrix or scalar", a.Kind)
}

func (a *Answer) decode(result []byte, most Most) error {
	var rows []struct {
		Metric     map[string]string
		Value      json.RawMessage
		Values     json.RawMessage
		Histogram  json.RawMessage
		Histograms json.RawMessage
	}
	if err := json.Unmarshal(result, &rows); err != nil {
		return err
	}
	points := 0
	for i, r := range rows {
		if i >= most.Series || points >= most.Points {
			a.Cut = len(rows) - i
			break
		}
		if len(r.Histogram)+len(r.Histograms) > 0 && len(r.Value)+len(r.Values) == 0 {
			a.Warnings = append(a.Warnings, "a native histogram is not drawn: take histogram_quantile() or histogram_count() of it")
			continue
		}
		s := Columns{Labels: r.Metric}
		if s.Labels == nil {
			s.Labels = map[string]string{}
		}
		if len(r.Value) > 0 {
			if err := s.add(r.Value); err != nil {
				return err
			}
		}
		if len(r.Values) > 0 {
			if err := s.addAll(r.Values); err != nil {
				return err
			}
		}
		points += len(s.Values)
		a.Series = append(a.Series, s)
	}
	return nil
}

var errPoint = errors.New(`a sample is not [seconds, "value"]`)

// add reads one [seconds, "value"].
func (s *Columns) add(raw []byte) error {
	rest, err := s.sample(raw)
	if err == nil && len(skipSpace(rest)) > 0 {
		return errPoint
	}
	return err
}

// addAll reads [[seconds, "value"], ...]. A site's dashboard has some 200,000 of
// them, which is why they are read by hand.
func (s *Columns) addAll(raw []byte) error {
	rest := skipSpace(raw)
	if len(rest) == 0 || rest[0] != '[' {
		return errPoint
	}
	n := len(raw)/28 + 1
	s.TimesMs, s.Values = make([]float64, 0, n), make([]float64, 0, n)
	for rest = skipSpace(rest[1:]); len(rest) > 0 && rest[0] == '['; {
		var err error
		if rest, err = s.sample(rest); err != nil {
			return err
		}
		if rest = skipSpace(rest); len(rest) > 0 && rest[0] == ',' {
			rest = skipSpace(rest[1:])
		}
	}
	if len(rest) != 1 || rest[0] != ']' {
		return errPoint
	}
	return nil
}

func (s *Columns) sample(raw []byte) ([]byte, error) {
	rest := skipSpace(raw)
	if len(rest) == 0 || rest[0] != '[' {
		return nil, errPoint
	}
	at, rest, ok := scanNumber(rest[1:])
	rest = skipSpace(rest)
	if !ok || len(rest) == 0 || rest[0] != ',' {
		return nil, errPoint
	}
	rest = skipSpace(rest[1:])
	if len(rest) == 0 || rest[0] != '"' {
		return nil, errPoint
	}
	end := 1
	for end < len(rest) && rest[end] != '"' {
		end++
	}
	if end == len(rest) {
		return nil, errPoint
	}
	v, err := strconv.ParseFloat(string(rest[1:end]), 64)
	if err != nil && !math.IsInf(v, 0) {
		return nil, errPoint
	}
	rest = skipSpace(rest[end+1:])
	if len(rest) == 0 || rest[0] != ']' {
		return nil, errPoint
	}
	s.TimesMs = append(s.TimesMs, math.Round(at*1e3))
	s.Values = append(s.Values, v)
	return rest[1:], nil
}

func scanNumber(b []byte) (float64, []byte, bool) {
	b = skipSpace(b)
	end := 0
	for end < len(b) && b[end] != ',' && b[end] != ']' && b[end] != ' ' {
		end++
	}
	v, err := strconv.ParseFloat(string(b[:end]), 64)
	return v, b[end:], err == nil
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}
