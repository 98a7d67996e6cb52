package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// LabelNames are the names of labels, of the series that match if a selector is
// given.
func (p Prometheus) LabelNames(ctx context.Context, match string, from, to time.Time) ([]string, error) {
	return p.names(ctx, "/api/v1/labels", match, from, to)
}

// LabelValues are the values of a label, of the series that match if a selector
// is given.
func (p Prometheus) LabelValues(ctx context.Context, label, match string, from, to time.Time) ([]string, error) {
	return p.names(ctx, "/api/v1/label/"+url.PathEscape(label)+"/values", match, from, to)
}

func (p Prometheus) names(ctx context.Context, path, match string, from, to time.Time) ([]string, error) {
	var list []string
	return list, p.data(ctx, path, match, from, to, &list)
}

// SeriesLabels are the label sets of the series that match.
func (p Prometheus) SeriesLabels(ctx context.Context, match string, from, to time.Time) ([]map[string]string, error) {
	var list []map[string]string
	return list, p.data(ctx, "/api/v1/series", match, from, to, &list)
}

func (p Prometheus) data(ctx context.Context, path, match string, from, to time.Time, into any) error {
	params := url.Values{}
	if match != "" {
		params.Set("match[]", match)
	}
	if !from.IsZero() && !to.IsZero() {
		params.Set("start", seconds(from))
		params.Set("end", seconds(to))
	}
	got, err := p.send(ctx, http.MethodGet, path, params, "application/json")
	if err != nil {
		return explainPrometheus(err)
	}
	var envelope struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.Unmarshal(got.body, &envelope); err != nil {
		return fmt.Errorf("read the answer of %s to %s: %w", p.server.Name, path, err)
	}
	if envelope.Status != "success" {
		return fmt.Errorf("ask %s for %s: status %q: %s", p.server.Name, path, envelope.Status, envelope.Error)
	}
	if err := json.Unmarshal(envelope.Data, into); err != nil {
		return fmt.Errorf("read the answer of %s to %s: %w", p.server.Name, path, err)
	}
	return nil
}
