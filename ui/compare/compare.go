package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"supersonic/ui/payload"
)

// Of compares b with a: all differences are b's less a's.
func Of(a, b payload.Trace) payload.Comparison {
	c := payload.Comparison{A: side(&a), B: side(&b), Causes: causes(&a, &b)}
	l := &aligner{criticalA: critical(&a), criticalB: critical(&b)}
	l.below(tree(&a), tree(&b), 0)
	c.Rows = l.rows
	c.Notes = notes(&a, &b)
	c.Sentence = sentence(c, silent(&a) == silent(&b))
	return c
}

func side(t *payload.Trace) payload.ComparedTrace {
	out := payload.ComparedTrace{ID: t.ID, Name: t.RootName, Gateway: t.RootPod, Server: t.Server, Model: t.Model, StartMs: t.StartMs,
		Spans: len(t.Spans), Failed: t.Failed}
	for _, s := range t.Critical {
		out.DurationNs += s.Ns
	}
	return out
}

func critical(t *payload.Trace) []float64 {
	own := make([]float64, len(t.Spans))
	for _, s := range t.Critical {
		own[s.Span] += s.Ns
	}
	return own
}

// causes puts the steps of both critical paths together by what they are.
func causes(a, b *payload.Trace) []payload.ComparedStep {
	index := map[string]int{}
	var list []payload.ComparedStep
	take := func(t *payload.Trace, add func(*payload.ComparedStep, float64)) {
		above := parents(t.Spans)
		for _, s := range t.Critical {
			text := words(t.Spans, above, s)
			at, known := index[text]
			if !known {
				at = len(list)
				index[text] = at
				list = append(list, payload.ComparedStep{Name: s.Name, Text: text})
			}
			add(&list[at], s.Ns)
		}
	}
	take(a, func(c *payload.ComparedStep, ns float64) { c.ANs += ns })
	take(b, func(c *payload.ComparedStep, ns float64) { c.BNs += ns })
	for i := range list {
		list[i].DeltaNs = list[i].BNs - list[i].ANs
	}
	slices.SortStableFunc(list, func(x, y payload.ComparedStep) int { return cmp.Compare(math.Abs(y.DeltaNs), math.Abs(x.DeltaNs)) })
	return list
}

func parents(spans []payload.Span) []int {
	above := make([]int, len(spans))
	var way []int
	for i := range spans {
		way = way[:spans[i].Depth]
		above[i] = -1
		if len(way) > 0 {
			above[i] = way[len(way)-1]
		}
		way = append(way, i)
	}
	return above
}

// words name a step of the critical path so that the same step of another trace
// has the same words.
func words(spans []payload.Span, above []int, s payload.CriticalStep) string {
	span := &spans[s.Span]
	switch s.Name {
	case "queue", "server":
		return wordOf[s.Name] + span.Name
	case "input", "infer", "output":
		model := span.Name
		if above[s.Span] >= 0 {
			model = spans[above[s.Span]].Name // of compute: the model that ran
		}
		return wordOf[s.Name] + model
	case "self":
		return "own time of " + span.Name
	}
	if noun, ok := nouns[s.Name]; ok {
		return noun
	}
	return s.Label
}

// nouns are the gateway's steps as things that take time.
var nouns = map[string]string{
	"choose": "choice of a server", "send": "sending of the request", "receive": "receipt of the answer",
	"answer": "sending of the answer", "finish": "gateway's end of the call", "gateway": "gateway's own time",
}

var wordOf = map[string]string{
	"queue": "queue of ", "server": "server around ", "input": "compute input of ", "infer": "compute of ", "output": "compute output of ",
}

// silent tells that a trace has the gateway's times alone.
func silent(t *payload.Trace) bool {
	return slices.ContainsFunc(t.Notes, func(n payload.Note) bool {
		return n.Kind == "server_kept_none" || n.Kind == "server_not_asked"
	})
}

func notes(a, b *payload.Trace) []payload.Note {
	var list []payload.Note
	var which []string
	for i, t := range []*payload.Trace{a, b} {
		name := string("AB"[i])
		if silent(t) {
			which = append(which, name)
		}
		for _, n := range t.Notes {
			if n.Kind != "server_kept_none" && n.Kind != "server_not_asked" {
				list = append(list, payload.Note{Kind: n.Kind, Text: name + ": " + n.Text})
			}
		}
	}
	if len(which) > 0 {
		list = append(list, payload.Note{Kind: "server_kept_none", Text: "The server kept no spans of " + strings.Join(which, " and of ") +
			": only the gateway's own times can be compared."})
	}
	if a.Model != b.Model && a.Model != "" && b.Model != "" {
		list = append(list, payload.Note{Kind: "other_model", Text: "They asked for different models: A for " + a.Model + ", B for " + b.Model + "."})
	}
	return list
}
