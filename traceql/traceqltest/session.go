package traceqltest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"supersonic/traceql"
)

// Session runs scripts against the traces that they declare.
type Session struct {
	traces []*traceql.Trace
	names  map[*traceql.Trace]string
}

// NewSession has no traces.
func NewSession() *Session { return &Session{names: make(map[*traceql.Trace]string)} }

// Run executes the lines of a case and returns what they print. Commands are
// `trace NAME SPANS`, `search QUERY`, `series QUERY`, `instant QUERY`, `parse QUERY`
// and `needs QUERY`, which prints the conditions that a storage gets.
func (s *Session) Run(input string) string {
	var out strings.Builder
	for line := range strings.Lines(input) {
		command, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := s.command(&out, command, strings.TrimSpace(rest)); err != nil {
			fmt.Fprintln(&out, err)
		}
	}
	return out.String()
}

func (s *Session) command(out *strings.Builder, command, rest string) error {
	switch command {
	case "trace":
		return s.declare(rest)
	case "search":
		return s.search(out, rest)
	case "series":
		return s.series(out, rest, seriesStep)
	case "instant":
		return s.series(out, rest, 0)
	case "parse":
		q, err := traceql.Parse(rest)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, q)
		return nil
	case "needs":
		return needs(out, rest)
	}
	return fmt.Errorf("unknown command %q", command)
}

func (s *Session) declare(rest string) error {
	name, spec, _ := strings.Cut(rest, " ")
	t, err := ParseTrace(name, spec)
	if err != nil {
		return err
	}
	s.traces = append(s.traces, t)
	s.names[t] = name
	slices.SortStableFunc(s.traces, func(a, b *traceql.Trace) int { return cmp.Compare(s.names[a], s.names[b]) })
	return nil
}

func (s *Session) search(out *strings.Builder, text string) error {
	q, err := traceql.Parse(text)
	if err != nil {
		return err
	}
	search, err := traceql.NewSearch(q)
	if err != nil {
		return err
	}
	found := 0
	for _, t := range s.traces {
		for _, set := range search.Eval(t) {
			found++
			writeSet(out, s.names[t], set)
		}
	}
	if found == 0 {
		fmt.Fprintln(out, "nothing")
	}
	return nil
}

// seriesStep and seriesLength are of the series of a script, from the start of the
// traces on.
const (
	seriesStep   = 5 * time.Millisecond
	seriesLength = 20 * time.Millisecond
)

// series prints each series with its points, timed since the start of the traces.
func (s *Session) series(out *strings.Builder, text string, step time.Duration) error {
	q, err := traceql.Parse(text)
	if err != nil {
		return err
	}
	a, err := traceql.NewAggregator(q, traceql.Range{Start: epoch, End: epoch + uint64(seriesLength), Step: step})
	if err != nil {
		return err
	}
	for _, t := range s.traces {
		a.Add(t)
	}
	list := a.Series()
	for _, one := range list {
		var labels []traceql.Named
		for _, l := range one.Labels {
			labels = append(labels, traceql.Named{Name: l.Name, Value: l.Value})
		}
		fmt.Fprintf(out, "%s:", strings.TrimSpace(namedText(labels)))
		for _, p := range one.Points {
			fmt.Fprintf(out, " %s=%.6g", time.Duration(p.Time-epoch), p.Value)
		}
		fmt.Fprintln(out)
	}
	if len(list) == 0 {
		fmt.Fprintln(out, "nothing")
	}
	return nil
}

func writeSet(out *strings.Builder, name string, set traceql.Spanset) {
	if len(set.Attributes) > 0 {
		fmt.Fprintf(out, "%s%s:\n", name, namedText(set.Attributes))
	}
	for _, m := range set.Spans {
		fmt.Fprintf(out, "%s  %s %s%s\n", name, m.Span.Intrinsic(traceql.IntrinsicName),
			m.Span.Intrinsic(traceql.IntrinsicDuration), namedText(m.Attributes))
	}
}

func namedText(list []traceql.Named) string {
	var b strings.Builder
	for _, n := range list {
		b.WriteString(" " + n.Name + "=" + n.Value.String())
	}
	return b.String()
}

func needs(out *strings.Builder, text string) error {
	q, err := traceql.Parse(text)
	if err != nil {
		return err
	}
	c := q.Conditions()
	for i, alternative := range c.Any {
		if i > 0 {
			fmt.Fprintln(out, "or")
		}
		for _, n := range alternative {
			fmt.Fprintln(out, n.Attr, n.Op, n.Value)
		}
	}
	if len(c.Any) == 0 {
		fmt.Fprintln(out, "anything")
	}
	if c.AllConditions {
		fmt.Fprintln(out, "and that is all")
	}
	fmt.Fprintln(out, "reads", c.Reads)
	return nil
}
