package traceql_test

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"supersonic/traceql"
)

// found is a trace in the canonical form of the recorded answers.
type found struct {
	Root  [2]string  `json:"root"`
	Start string     `json:"start"`
	Ms    int64      `json:"ms"`
	Sets  []foundSet `json:"sets"`
}

type foundSet struct {
	Matched int
	Attrs   map[string]any
	Spans   []foundSpan
}

type foundSpan struct {
	ID    string
	Attrs map[string]any
}

func (s *foundSet) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.Matched, &s.Attrs, &s.Spans})
}

func (s *foundSpan) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.ID, &s.Attrs})
}

// documented are the queries on which Tempo answers against its own
// documentation, with what that documents, as a condition in Go. The recorded
// answers mark the first five as doubtful; the last three we found.
var documented = map[string]struct {
	why  string
	span func(t *traceql.Trace, i int) bool
}{
	`{ span:childCount = 3 }`: {
		"Tempo has no child counts in its default block format; the intrinsic is documented",
		func(t *traceql.Trace, i int) bool { return childrenOf(t, i) == 3 },
	},
	`{ span.triton.model_version > 1.5 && duration > 150ms }`: {
		"int attributes and float literals compare by value",
		func(t *traceql.Trace, i int) bool {
			v := t.Spans()[i].Attribute(traceql.ScopeSpan, "triton.model_version")
			return !v.IsNil() && v.AsInt() >= 2 && took(t, i) > 150*time.Millisecond
		},
	},
	`{ name = "ingress" && duration > 160ms } | select(span.http.status_code)`: {
		"a string http.status_code is shown as it is, not as nil",
		func(t *traceql.Trace, i int) bool { return named(t, i, "ingress") && took(t, i) > 160*time.Millisecond },
	},
	`{ !(duration < 160ms) }`: {
		"the negation of a comparison selects what the comparison does not",
		func(t *traceql.Trace, i int) bool { return took(t, i) >= 160*time.Millisecond },
	},
	`{ !(status = error) && duration > 160ms }`: {
		"the negation of a comparison selects what the comparison does not",
		func(t *traceql.Trace, i int) bool {
			failed := t.Spans()[i].Intrinsic(traceql.IntrinsicStatus).Equal(traceql.StatusOf(traceql.StatusError))
			return !failed && took(t, i) > 160*time.Millisecond
		},
	},
	`{ span.triton.batch_size ^ 2 >= 256 && duration > 66ms }`: {
		"Tempo computes 2 to the power of the attribute: it selects 8, 16 and 32, not 64",
		func(t *traceql.Trace, i int) bool {
			v := t.Spans()[i].Attribute(traceql.ScopeSpan, "triton.batch_size")
			return v.AsInt() >= 16 && took(t, i) > 66*time.Millisecond
		},
	},
	`{ span.triton.batch_size = nil && duration > 160ms }`: {
		"Tempo loses the first span of each stored trace when an attribute is compared with nil",
		func(t *traceql.Trace, i int) bool {
			none := t.Spans()[i].Attribute(traceql.ScopeSpan, "triton.batch_size").IsNil()
			return none && took(t, i) > 160*time.Millisecond
		},
	},
	`{ resource.nosuch = nil && status = error }`: {
		"Tempo loses the first span of each stored trace when an attribute is compared with nil",
		func(t *traceql.Trace, i int) bool {
			return t.Spans()[i].Intrinsic(traceql.IntrinsicStatus).Equal(traceql.StatusOf(traceql.StatusError))
		},
	},
}

func childrenOf(t *traceql.Trace, i int) (n int) {
	for _, s := range t.Spans() {
		if s.Parent() == t.Spans()[i].ID() {
			n++
		}
	}
	return n
}

func took(t *traceql.Trace, i int) time.Duration {
	s := t.Spans()[i]
	return time.Duration(s.End() - s.Start())
}

func named(t *traceql.Trace, i int, name string) bool {
	return t.Spans()[i].Intrinsic(traceql.IntrinsicName).Text() == name
}

func TestSearchesAnswerAsTempo(t *testing.T) {
	all := traces(t)
	for _, r := range answers(t, "S") {
		t.Run(r.Q, func(t *testing.T) {
			got := search(t, all, r.Q)
			if doc, ok := documented[r.Q]; ok {
				wantDocumented(t, all, got, doc.span)
				return
			}
			if r.Doubt {
				t.Fatal("a doubtful answer without an entry in the table of documented ones")
			}
			var want map[string]found
			if err := json.Unmarshal(r.Answer, &want); err != nil {
				t.Fatal(err)
			}
			keepAsked(got, want)
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", clip(diff))
			}
		})
	}
}

func clip(diff string) string { return diff[:min(len(diff), 4000)] }

func search(t *testing.T, all []*traceql.Trace, text string) map[string]found {
	t.Helper()
	q, err := traceql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]found)
	for _, tr := range all {
		if sets := s.Eval(tr); sets != nil {
			id := tr.ID()
			out[hex.EncodeToString(id[:])] = canonical(tr, sets)
		}
	}
	return out
}

func canonical(tr *traceql.Trace, sets []traceql.Spanset) found {
	f := found{Root: [2]string{tr.RootService(), tr.RootName()}, Start: strconv.FormatUint(tr.Start(), 10),
		Ms: tr.Duration().Milliseconds()}
	for _, set := range sets {
		c := foundSet{Matched: set.Matched, Attrs: values(set.Attributes)}
		for _, m := range set.Spans {
			id := m.Span.ID()
			c.Spans = append(c.Spans, foundSpan{hex.EncodeToString(id[:]), values(m.Attributes)})
		}
		slices.SortFunc(c.Spans, func(a, b foundSpan) int { return cmp.Compare(a.ID, b.ID) })
		f.Sets = append(f.Sets, c)
	}
	return f
}

func values(list []traceql.Named) map[string]any {
	out := make(map[string]any)
	for _, n := range list {
		switch v := n.Value; v.Type() {
		case traceql.TypeInt, traceql.TypeFloat:
			out[n.Name], _ = v.AsFloat()
		case traceql.TypeBool:
			out[n.Name] = v.True()
		default:
			out[n.Name] = v.String()
		}
	}
	return out
}

// keepAsked drops span attributes that the recorded answer does not give: it
// gives the least that is due.
func keepAsked(got, want map[string]found) {
	for id, f := range got {
		for i, set := range f.Sets {
			if i >= len(want[id].Sets) {
				return
			}
			for j, s := range set.Spans {
				if j >= len(want[id].Sets[i].Spans) {
					return
				}
				for key := range s.Attrs {
					if _, ok := want[id].Sets[i].Spans[j].Attrs[key]; !ok {
						delete(s.Attrs, key)
					}
				}
			}
		}
	}
}

func wantDocumented(t *testing.T, all []*traceql.Trace, got map[string]found, want func(*traceql.Trace, int) bool) {
	t.Helper()
	total := 0
	for _, tr := range all {
		id := tr.ID()
		var ids []string
		for _, set := range got[hex.EncodeToString(id[:])].Sets {
			for _, s := range set.Spans {
				ids = append(ids, s.ID)
				if code, ok := s.Attrs["http.status_code"]; ok && code != "200" && code != "503" {
					t.Errorf("http.status_code is shown as %v", code)
				}
			}
		}
		for i, s := range tr.Spans() {
			id := s.ID()
			if slices.Contains(ids, hex.EncodeToString(id[:])) != want(tr, i) {
				t.Errorf("span %x of trace %x: want %v", id, tr.ID(), want(tr, i))
			}
		}
		total += len(ids)
	}
	if total == 0 {
		t.Error("nothing selected")
	}
}

func TestQueriesThatTempoRefusesAreRefused(t *testing.T) {
	for _, r := range answers(t, "X") {
		q, err := traceql.Parse(r.Q)
		if err == nil {
			t.Errorf("%s was taken as %s", r.Q, q)
			continue
		}
		t.Log(r.Q, "\n   ", err)
	}
}

func TestAcceptedQueriesPrintCanonically(t *testing.T) {
	for _, kind := range []string{"S", "M", "I"} {
		for _, r := range answers(t, kind) {
			if err := roundTrip(r.Q); err != nil {
				t.Error(err)
			}
		}
	}
}

// roundTrip parses, prints, and parses again.
func roundTrip(text string) error {
	q, err := traceql.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", text, err)
	}
	again, err := traceql.Parse(q.String())
	if err != nil {
		return fmt.Errorf("%s printed as %s: %w", text, q, err)
	}
	if again.String() != q.String() {
		return fmt.Errorf("%s printed as %s, then as %s", text, q, again)
	}
	return nil
}
