package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Tempo asks anything that speaks Tempo's HTTP API.
type Tempo struct{ *Client }

// ErrNoTrace says that the store has no trace of that id.
var ErrNoTrace = errors.New("the trace store has no trace of this id")

// Search is a question for traces; zero times leave the range to the store.
type Search struct {
	Query         string // TraceQL
	From, To      time.Time
	Limit         int
	SpansPerTrace int
}

// Found is the answer to a Search.
type Found struct {
	Traces    []FoundTrace
	Inspected float64 // spans that the store says it looked at
	Spent     Inspected
	Limited   bool     // the store says that Limit cut its answer
	Warnings  []string // what else it lacks
}

// FoundTrace is one trace of an answer. Its id has all 32 digits.
type FoundTrace struct {
	ID              string
	RootServiceName string
	RootTraceName   string
	StartNano       uint64
	DurationMs      float64
	Matched         int
	Services        map[string]FoundService // nil if the store does not count them
	Spans           []FoundSpan             // those that match, as many as were asked for
}

// FoundService is the count of one service's spans in a found trace.
type FoundService struct {
	SpanCount  int `json:"spanCount"`
	ErrorCount int `json:"errorCount"`
}

// Answers asks for the names of intrinsics, which cost a store nothing and which it
// tells only to who may ask it.
func (t Tempo) Answers(ctx context.Context) error {
	got, err := t.get(ctx, "/api/search/tags", url.Values{"scope": {"intrinsic"}}, "application/json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(got.body, &struct{ TagNames []string }{}); err != nil {
		return fmt.Errorf("read the tags of %s: %w", t.server.Name, err)
	}
	return nil
}

// Search asks for traces, the newest that match.
func (t Tempo) Search(ctx context.Context, s Search) (Found, error) {
	params := url.Values{"q": {asTempo(s)}, "limit": {strconv.Itoa(s.Limit)}}
	addRange(params, s.From, s.To)
	if s.SpansPerTrace > 0 {
		params.Set("spss", strconv.Itoa(s.SpansPerTrace))
	}
	got, err := retold(params, s.Query, func(params url.Values) (answer, error) {
		return t.get(ctx, "/api/search", params, "application/json")
	})
	if err != nil {
		return Found{}, err
	}
	found, err := decodeSearch(got.body)
	if err != nil {
		return Found{}, fmt.Errorf("read the answer of %s to a search: %w", t.server.Name, err)
	}
	found.Warnings = got.warnings
	found.Limited = got.limited
	return found, nil
}

// addRange widens to whole seconds, which is what the API takes: none of the
// asked time is left out.
func addRange(params url.Values, from, to time.Time) {
	if from.IsZero() || to.IsZero() {
		return
	}
	params.Set("start", strconv.FormatInt(from.Unix(), 10))
	params.Set("end", strconv.FormatInt(to.Add(time.Second-1).Unix(), 10))
}

// number is an integer that JSON may hold as text, as protobuf's JSON form does.
type number string

func (n *number) UnmarshalJSON(b []byte) error {
	*n = number(strings.Trim(string(b), `"`))
	return nil
}

func (n number) float() float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0
	}
	return f
}

// whole is a number of protobuf's JSON, which leaves out what is 0.
func (n number) whole() (uint64, error) {
	if n == "" {
		return 0, nil
	}
	return strconv.ParseUint(string(n), 10, 64)
}

func decodeSearch(body []byte) (Found, error) {
	var got struct {
		Traces []struct {
			TraceID           string
			RootServiceName   string
			RootTraceName     string
			StartTimeUnixNano number
			DurationMs        float64
			SpanSet           *spanSet
			SpanSets          []spanSet
			ServiceStats      map[string]FoundService
		}
		Metrics inspected
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return Found{}, err
	}
	found := Found{Inspected: got.Metrics.InspectedSpans.float(), Spent: got.Metrics.value()}
	for _, r := range got.Traces {
		start, err := r.StartTimeUnixNano.whole()
		if err != nil {
			return Found{}, fmt.Errorf("trace %s: startTimeUnixNano: %w", r.TraceID, err)
		}
		f := FoundTrace{ID: FullID(r.TraceID), RootServiceName: r.RootServiceName, RootTraceName: r.RootTraceName,
			StartNano: start, DurationMs: r.DurationMs, Services: r.ServiceStats}
		if len(r.SpanSets) == 0 && r.SpanSet != nil {
			r.SpanSets = []spanSet{*r.SpanSet}
		}
		for _, set := range r.SpanSets {
			f.Matched += set.Matched
			for i := range set.Spans {
				span, err := set.found(i)
				if err != nil {
					return Found{}, fmt.Errorf("trace %s: %w", r.TraceID, err)
				}
				f.Spans = append(f.Spans, span)
			}
		}
		found.Traces = append(found.Traces, f)
	}
	return found, nil
}

// FullID gives an id back its leading zeros, which Tempo's answers leave out.
func FullID(id string) string {
	if len(id) >= 32 {
		return strings.ToLower(id)
	}
	return strings.Repeat("0", 32-len(id)) + strings.ToLower(id)
}

// Trace is one trace with all its spans. partial says that the store gave less
// than the whole. ErrNoTrace if there is none.
func (t Tempo) Trace(ctx context.Context, id string) (td ptrace.Traces, partial string, err error) {
	got, err := t.get(ctx, "/api/v2/traces/"+id, nil, "application/protobuf")
	var no *Refused
	if errors.As(err, &no) && no.Status == http.StatusNotFound {
		// Absent, or a store that is older than this path.
		got, err = t.get(ctx, "/api/traces/"+id, nil, "application/protobuf")
		if errors.As(err, &no) && no.Status == http.StatusNotFound {
			return td, "", ErrNoTrace
		}
	}
	if err != nil {
		return td, "", err
	}
	td, partial, err = decodeTrace(got.kind, got.body)
	if err != nil {
		return td, "", fmt.Errorf("read trace %s from %s: %w", id, t.server.Name, err)
	}
	if td.SpanCount() == 0 {
		return td, "", ErrNoTrace
	}
	return td, partial, nil
}

// TagScope is a scope of attributes and their names.
type TagScope struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

// Tags are the attribute names that the store knows.
func (t Tempo) Tags(ctx context.Context, from, to time.Time) ([]TagScope, error) {
	params := url.Values{}
	addRange(params, from, to)
	got, err := t.get(ctx, "/api/v2/search/tags", params, "application/json")
	if err != nil {
		return nil, err
	}
	var decoded struct{ Scopes []TagScope }
	if err := json.Unmarshal(got.body, &decoded); err != nil {
		return nil, fmt.Errorf("read the tags of %s: %w", t.server.Name, err)
	}
	return decoded.Scopes, nil
}

// TagValue is a value with its TraceQL type.
type TagValue struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// TagValues are the values of a scoped attribute ("resource.service.name", "name").
func (t Tempo) TagValues(ctx context.Context, tag, query string, from, to time.Time) ([]TagValue, error) {
	params := url.Values{}
	if query != "" {
		params.Set("q", query)
	}
	addRange(params, from, to)
	got, err := t.get(ctx, "/api/v2/search/tag/"+url.PathEscape(tag)+"/values", params, "application/json")
	if err != nil {
		return nil, err
	}
	var decoded struct{ TagValues []TagValue }
	if err := json.Unmarshal(got.body, &decoded); err != nil {
		return nil, fmt.Errorf("read the values of %s from %s: %w", tag, t.server.Name, err)
	}
	return decoded.TagValues, nil
}
