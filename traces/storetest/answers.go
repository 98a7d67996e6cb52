package storetest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Recorded is a query with a real Tempo's answer, in the canonical form that the
// data set's README gives.
type Recorded struct {
	Query  string          `json:"q"`
	Kind   string          `json:"kind"` // S search, X refused search, T tags; M series, I values
	Status int             `json:"status"`
	Doubt  bool            `json:"doubt"` // Tempo answers against its own documentation
	Answer json.RawMessage `json:"answer"`
}

// dataRange is the hour of the data set.
const dataRange = "start=1795395600&end=1795399200"

// ReadAnswers reads a gzip file of recorded answers, one JSON object a line.
func ReadAnswers(t testing.TB, file string) []Recorded {
	t.Helper()
	var out []Recorded
	dec := json.NewDecoder(bytes.NewReader(unzip(t, file)))
	for {
		var r Recorded
		if err := dec.Decode(&r); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
}

// ReadSpans reads a gzip file of exports: uvarint length and OTLP protobuf each.
func ReadSpans(t testing.TB, file string) []ptrace.Traces {
	t.Helper()
	var out []ptrace.Traces
	in := bufio.NewReader(bytes.NewReader(unzip(t, file)))
	for {
		n, err := binary.ReadUvarint(in)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(in, body); err != nil {
			t.Fatal(err)
		}
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, td)
	}
}

func unzip(t testing.TB, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Differences are the recorded answers that are not ours, with the reason. What
// is right instead is told by the language's own tests.
func Differences() map[string]string {
	const nilLoss = "Tempo loses the first span of each stored trace when an attribute is compared with nil"
	return map[string]string{
		"{ span.triton.batch_size ^ 2 >= 256 && duration > 66ms }": "Tempo computes 2 to the power of the attribute",
		"{ span.triton.batch_size = nil && duration > 160ms }":     nilLoss,
		"{ resource.nosuch = nil && status = error }":              nilLoss,
	}
}

// RunAnswers holds a target that has the data set against recorded answers.
// Doubtful ones are left to the language's own tests, and so are those that
// differs names.
func RunAnswers(t *testing.T, target Target, answers []Recorded, differs map[string]string) {
	c := NewClient(t, target)
	for _, r := range answers {
		if r.Doubt || differs[r.Query] != "" {
			continue
		}
		check := checks[r.Kind]
		if check == nil {
			t.Errorf("%s: no check for answers of kind %q", r.Query, r.Kind)
			continue
		}
		t.Run(r.Kind+" "+r.Query, func(t *testing.T) {
			c := *c
			c.t = t
			check(t, &c, r)
		})
	}
}

var checks = map[string]func(*testing.T, *Client, Recorded){
	"S": checkSearch, "X": checkRefused, "T": checkTags, "M": checkSeries, "I": checkSeries,
}

func searchPath(q string) string {
	return "/api/search?q=" + url.QueryEscape(q) + "&" + dataRange + "&limit=100000&spss=100"
}

func checkRefused(t *testing.T, c *Client, r Recorded) {
	if status, _, body := c.Get(searchPath(r.Query), ""); status != http.StatusBadRequest {
		t.Errorf("%d %.200s, want 400", status, body)
	}
}

type canonicalTrace struct {
	Root  [2]string         `json:"root"`
	Start string            `json:"start"`
	Ms    int64             `json:"ms"`
	Sets  []json.RawMessage `json:"sets"`
}

func checkSearch(t *testing.T, c *Client, r Recorded) {
	var want map[string]canonicalTrace
	if err := json.Unmarshal(r.Answer, &want); err != nil {
		t.Fatal(err)
	}
	var got Answer
	c.GetJSON(searchPath(r.Query), &got)
	if len(got.Traces) != len(want) {
		t.Errorf("%d traces, want %d", len(got.Traces), len(want))
	}
	for i, h := range got.Traces {
		id := fmt.Sprintf("%032s", h.TraceID)
		w, ok := want[id]
		if !ok {
			t.Errorf("trace %s is not wanted", id)
			continue
		}
		if diff := cmp.Diff(w, canonicalTrace{[2]string{h.RootService, h.RootName}, h.Start, h.DurationMs, w.Sets}); diff != "" {
			t.Errorf("trace %s (-want +got):\n%s", id, diff)
		}
		if err := sameSets(w.Sets, h.SpanSets); err != nil {
			t.Errorf("trace %s: %v", id, err)
		}
		if i > 0 && h.Start > got.Traces[i-1].Start {
			t.Errorf("trace %s is newer than the one before it", id)
		}
	}
}

type spanset struct {
	matched int
	attrs   map[string]any
	spans   map[string]map[string]any
}

// sameSets compares spansets, in any order: the attributes of a set must be the
// same, those of a span at least those that are wanted.
func sameSets(want, got []json.RawMessage) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d spansets, want %d", len(got), len(want))
	}
	var have []spanset
	for _, raw := range got {
		s, err := parseSet(raw)
		if err != nil {
			return err
		}
		have = append(have, s)
	}
	for _, raw := range want {
		w, err := parseCanonical(raw)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(have, func(s spanset) bool { return w.within(s) == nil })
		if i < 0 {
			return fmt.Errorf("spanset %s is missing: %w", raw, w.within(have[0]))
		}
		have = slices.Delete(have, i, i+1)
	}
	return nil
}

func (s spanset) within(got spanset) error {
	if s.matched != got.matched || len(s.spans) != len(got.spans) {
		return fmt.Errorf("matched %d, shown %d; want %d and %d", got.matched, len(got.spans), s.matched, len(s.spans))
	}
	if diff := cmp.Diff(s.attrs, got.attrs); diff != "" {
		return fmt.Errorf("attributes of the set (-want +got):\n%s", diff)
	}
	for id, attrs := range s.spans {
		have, ok := got.spans[id]
		if !ok {
			return fmt.Errorf("span %s is missing", id)
		}
		for k, v := range attrs {
			if have[k] != v {
				return fmt.Errorf("span %s: %s = %v, want %v", id, k, have[k], v)
			}
		}
	}
	return nil
}

// parseCanonical reads [matched, attributes, [[span id, attributes], ...]].
func parseCanonical(raw json.RawMessage) (spanset, error) {
	s := spanset{attrs: map[string]any{}, spans: map[string]map[string]any{}}
	var spans [][2]json.RawMessage
	if err := json.Unmarshal(raw, &[]any{&s.matched, &s.attrs, &spans}); err != nil {
		return s, err
	}
	for _, sp := range spans {
		var id string
		attrs := map[string]any{}
		if err := errors.Join(json.Unmarshal(sp[0], &id), json.Unmarshal(sp[1], &attrs)); err != nil {
			return s, err
		}
		s.spans[id] = attrs
	}
	return s, nil
}

type otlpAttr struct {
	Key   string
	Value map[string]any
}

func parseSet(raw json.RawMessage) (spanset, error) {
	s := spanset{spans: map[string]map[string]any{}}
	var v struct {
		Matched    int
		Attributes []otlpAttr
		Spans      []struct {
			SpanID     string
			Attributes []otlpAttr
		}
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return s, err
	}
	s.matched, s.attrs = v.Matched, plain(v.Attributes)
	for _, sp := range v.Spans {
		s.spans[sp.SpanID] = plain(sp.Attributes)
	}
	return s, nil
}

// plain turns OTLP values into what JSON of the canonical form decodes to.
func plain(list []otlpAttr) map[string]any {
	out := map[string]any{}
	for _, a := range list {
		for kind, v := range a.Value {
			if s, ok := v.(string); ok && kind == "intValue" {
				var n float64
				fmt.Sscan(s, &n)
				v = n
			}
			out[a.Key] = v
		}
	}
	return out
}

func checkTags(t *testing.T, c *Client, r Recorded) {
	path := r.Query + "?" + dataRange
	if strings.Contains(r.Query, "?") {
		path = r.Query + "&" + dataRange
	}
	var got struct {
		Scopes []struct {
			Name string
			Tags []string
		}
		TagNames, TagValues []any
	}
	c.GetJSON(path, &got)
	if got.Scopes != nil {
		have := map[string][]string{}
		for _, s := range got.Scopes {
			have[s.Name] = s.Tags
		}
		want := map[string][]string{}
		if err := json.Unmarshal(r.Answer, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return
	}
	var want []string
	if err := json.Unmarshal(r.Answer, &want); err != nil {
		t.Fatal(err)
	}
	have := []string{}
	for _, v := range append(got.TagNames, got.TagValues...) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		have = append(have, strings.ReplaceAll(strings.ReplaceAll(string(b), `","`, `", "`), `":"`, `": "`))
	}
	slices.Sort(have)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
