package query

import (
	"errors"
	"fmt"

	"supersonic/ui/expression"
	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// isExpression tells queries that are computed of others from those that are asked.
func isExpression(t grafana.Target, p *grafana.Panel) bool {
	ref := sourceRef(t, p)
	return ref.UID == exprs || ref.Type == exprs || ref.UID == "-100" // as Grafana 7 numbered it
}

// readExpression reads a target, the dashboard's variables filled. A variable of the
// name of a query goes before it, as in Grafana.
func readExpression(q Question, t grafana.Target) (*expression.Expression, error) {
	own := map[string]string{}
	steps, err := asks{panel: q.Env.Fill(q.Panel.Interval, ForText), points: points(q)}.steps(q.Env.To.Sub(q.Env.From))
	if err == nil {
		own = steps.names()
	}
	return expression.Read(t.JSON, func(text string) string { return q.Env.fill(text, ForText, own) })
}

// needed tells which targets are to run: those that are shown and those that an
// expression that runs refers to.
func needed(q Question) []bool {
	targets := q.Panel.Targets
	run := make([]bool, len(targets))
	var need func(i int)
	need = func(i int) {
		if run[i] {
			return
		}
		run[i] = true
		if !isExpression(targets[i], q.Panel) {
			return
		}
		e, err := readExpression(q, targets[i])
		if err != nil {
			return // it is said when it is computed
		}
		for _, name := range e.Inputs() {
			if j := targetNamed(targets, name); j >= 0 {
				need(j)
			}
		}
	}
	for i := range targets {
		if !targets[i].Hide {
			need(i)
		}
	}
	return run
}

func targetNamed(targets []grafana.Target, refID string) int {
	for i := range targets {
		if targets[i].RefID == refID {
			return i
		}
	}
	return -1
}

// computation computes the expressions of a panel, each once.
type computation struct {
	q       Question
	answers []*answer // of all targets that ran; those of expressions are added
	sets    map[string]expression.Set
	busy    map[int]bool
}

func newComputation(q Question, answers []*answer) *computation {
	return &computation{q: q, answers: answers, sets: map[string]expression.Set{}, busy: map[int]bool{}}
}

// compute is the answer of the i-th target, an expression.
func (c *computation) compute(i int) *answer {
	if c.answers[i] != nil {
		return c.answers[i]
	}
	t := c.q.Panel.Targets[i]
	a := &answer{frames: []frame.Frame{}, note: payload.QueryNote{RefID: t.RefID, Source: "expression", Type: exprs}}
	c.busy[i] = true
	if err := c.into(a, t); err != nil {
		a.note.Error, a.note.Hint = fmt.Sprintf("expression %s: %s", t.RefID, err), expressionHint(err)
	}
	delete(c.busy, i)
	c.answers[i] = a
	return a
}

func (c *computation) into(a *answer, t grafana.Target) error {
	e, err := readExpression(c.q, t)
	if err != nil {
		return err
	}
	a.note.Expr = e.Text
	for _, name := range e.Inputs() {
		if err := c.input(name, t.RefID, a); err != nil {
			return err
		}
	}
	set, err := e.Run(c.sets, c.q.Env.From, c.q.Env.To)
	if err != nil {
		return err
	}
	if e.Step > 0 {
		a.step = e.Step
	}
	c.sets[t.RefID] = set
	a.frames, a.note.Series = expression.Frames(t.RefID, set, float64(a.step.Milliseconds())), len(set)
	a.note.StepMs = float64(a.step.Milliseconds())
	return nil
}

// input reads what the query or expression named gave.
func (c *computation) input(name, by string, a *answer) error {
	i := targetNamed(c.q.Panel.Targets, name)
	switch {
	case i < 0:
		return &Absent{fmt.Sprintf("the panel has no query %s", name), "name one of its queries, or add it"}
	case name == by || c.busy[i]:
		return &Absent{fmt.Sprintf("it depends on itself by way of %s", name), "name another query"}
	case isExpression(c.q.Panel.Targets[i], c.q.Panel):
		c.compute(i)
	}
	of := c.answers[i]
	if of == nil {
		return &Absent{fmt.Sprintf("query %s was not asked", name), ""}
	}
	if of.note.Error != "" {
		return &Absent{fmt.Sprintf("query %s failed", name), "mend " + name + " first"}
	}
	a.step = max(a.step, of.step)
	if _, known := c.sets[name]; known {
		return nil
	}
	set, err := expression.Items(of.frames, of.step == 0)
	if err != nil {
		return &Absent{fmt.Sprintf("query %s cannot be computed with: %s", name, err), "choose a query that gives numbers or series"}
	}
	c.sets[name] = set
	return nil
}

// expressionHint is the next step for whoever reads err.
func expressionHint(err error) string {
	var fault *expression.Fault
	var unknown *expression.Unknown
	switch {
	case errors.As(err, &fault):
		return "write it as $A / $B * 100; functions are abs, log, round, ceil, floor, is_nan, is_null, is_inf, is_number"
	case errors.As(err, &unknown):
		return "math, reduce, resample, threshold and classic_conditions are"
	}
	return hint(err)
}
