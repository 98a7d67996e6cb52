package source

import (
	"encoding/json"
	"strconv"
	"time"

	"supersonic/traceql"
)

// seriesAnswer is a store's answer to a metrics query, over steps or at once.
type seriesAnswer struct {
	Series []struct {
		Labels    []typedValue
		Value     *real // at once
		Samples   []seriesPoint
		Exemplars []struct {
			Labels []typedValue
			seriesPoint
		}
	}
	Status  string
	Message string
	Metrics inspected
}

type seriesPoint struct {
	TimestampMs number
	Value       *real // protobuf's JSON leaves out a 0
}

func (p seriesPoint) sample() Sample {
	return Sample{time.UnixMilli(int64(p.TimestampMs.float())), p.Value.float()}
}

// real is a number of protobuf's JSON, which writes those that JSON lacks as texts:
// "NaN", "Infinity".
type real float64

func (r *real) UnmarshalJSON(b []byte) error {
	text := string(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	*r = real(f)
	return err
}

func (r *real) float() float64 {
	if r == nil {
		return 0
	}
	return float64(*r)
}

// decodeTraceSeries reads the answer to m.
func decodeTraceSeries(body []byte, m TraceMetrics) (TraceSeries, error) {
	var got seriesAnswer
	if err := json.Unmarshal(body, &got); err != nil {
		return TraceSeries{}, err
	}
	out := TraceSeries{Spent: got.Metrics.value()}
	if got.Status == "PARTIAL" && got.Message == "" {
		got.Message = "the store says that this answer is not whole"
	}
	if got.Message != "" {
		out.Warnings = []string{got.Message}
	}
	quantile := m.isQuantile()
	for _, s := range got.Series {
		var series TypedSeries
		for _, l := range s.Labels {
			series.Labels = append(series.Labels, l.typed())
		}
		if m.Step == 0 {
			series.Samples = []Sample{{m.To, s.Value.float()}}
		}
		for _, p := range s.Samples {
			at := p.sample()
			// A Tempo answers the step before the range as well. It fills steps in which there
			// was no span with zeros, which is true of a rate and of a count, but no quantile.
			if at.Time.After(m.From) && (p.Value != nil || !quantile) {
				series.Samples = append(series.Samples, at)
			}
		}
		for _, e := range s.Exemplars {
			at := e.sample()
			ex := Exemplar{Time: at.Time, Value: at.Value, Labels: map[string]string{}}
			for _, l := range e.Labels {
				v := l.typed()
				ex.Labels[v.Key] = v.Value
			}
			series.Exemplars = append(series.Exemplars, ex)
		}
		out.Series = append(out.Series, series)
	}
	return out, nil
}

func (m TraceMetrics) isQuantile() bool {
	q, err := traceql.Parse(m.Query)
	return err == nil && q.Metrics != nil && q.Metrics.Func == "quantile_over_time"
}
