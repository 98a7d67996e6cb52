package source

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"
)

// SeriesExemplars are the exemplars of one series.
type SeriesExemplars struct {
	Labels    map[string]string
	Exemplars []Exemplar
}

// Exemplars are those that Prometheus keeps of the series that a query reads.
func (p Prometheus) Exemplars(ctx context.Context, query string, from, to time.Time) ([]SeriesExemplars, error) {
	params := url.Values{"query": {query}, "start": {seconds(from)}, "end": {seconds(to)}}
	got, err := p.send(ctx, http.MethodPost, "/api/v1/query_exemplars", params, "application/json")
	if err != nil {
		return nil, explainPrometheus(err)
	}
	var decoded struct {
		Data []struct {
			SeriesLabels map[string]string
			Exemplars    []struct {
				Labels    map[string]string
				Value     number
				Timestamp float64
			}
		}
	}
	if err := json.Unmarshal(got.body, &decoded); err != nil {
		return nil, fmt.Errorf("read the exemplars of %s: %w", p.server.Name, err)
	}
	var list []SeriesExemplars
	for _, s := range decoded.Data {
		one := SeriesExemplars{Labels: s.SeriesLabels}
		for _, e := range s.Exemplars {
			one.Exemplars = append(one.Exemplars, Exemplar{time.UnixMilli(int64(math.Round(e.Timestamp * 1e3))), e.Value.float(), e.Labels})
		}
		list = append(list, one)
	}
	return list, nil
}
