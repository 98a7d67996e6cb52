package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// Chosen are the values that a reader chose, by variable; those of the file hold
// where there are none.
type Chosen map[string][]string

// Variables fills env with the variables of a dashboard, in the order in which
// they depend on each other, and tells what there is to choose.
func (r *Runner) Variables(ctx context.Context, env *Env, list []grafana.Variable, chosen Chosen) []payload.Variable {
	out := make([]payload.Variable, len(list))
	known := map[string]bool{}
	for _, v := range list {
		known[v.Name] = true
	}
	late := map[string]bool{}
	done, left := map[string]bool{}, make([]int, 0, len(list))
	for i := range list {
		left = append(left, i)
	}
	for len(left) > 0 {
		ready, wait := splitReady(list, left, known, done)
		if len(ready) == 0 {
			for _, i := range wait {
				out[i] = r.cyclic(env, list[i], chosen)
			}
			return out
		}
		r.fillAll(ctx, env, list, ready, chosen, late, out)
		for _, i := range ready {
			done[list[i].Name], late[list[i].Name] = true, out[i].Late
		}
		left = wait
	}
	return out
}

// splitReady tells which variables depend on none that is not filled yet.
func splitReady(list []grafana.Variable, left []int, known, done map[string]bool) (ready, wait []int) {
	for _, i := range left {
		free := true
		for _, name := range needs(list[i]) {
			if known[name] && !done[name] {
				free = false
			}
		}
		if free {
			ready = append(ready, i)
		} else {
			wait = append(wait, i)
		}
	}
	return ready, wait
}

// needs are the variables that v's values depend on, itself included where it
// names itself.
func needs(v grafana.Variable) []string {
	switch v.Type {
	case "query", "datasource", "custom", "interval", "adhoc", "constant", "textbox":
		return append(append(names(string(v.Query)), names(v.Regex)...), names(v.Source.UID)...)
	}
	return nil
}

func (r *Runner) cyclic(env *Env, v grafana.Variable, chosen Chosen) payload.Variable {
	c := candidate{v: v, problem: fmt.Sprintf("the variable depends on itself by way of %s; its values cannot be had", strings.Join(needs(v), ", "))}
	return c.settle(env, chosen[v.Name])
}

// fillAll asks for the options of those that are ready at the same time and then
// fills them in order.
func (r *Runner) fillAll(ctx context.Context, env *Env, list []grafana.Variable, ready []int, chosen Chosen, late map[string]bool, out []payload.Variable) {
	found := make([]candidate, len(ready))
	var wg sync.WaitGroup
	for n, i := range ready {
		v := list[i]
		if at := slices.IndexFunc(needs(v), func(name string) bool { return late[name] }); at >= 0 {
			found[n] = candidate{v: v, late: true, problem: "it depends on " + needs(v)[at] + ", whose values have not come yet"}
			continue
		}
		wg.Go(func() { found[n] = r.options(ctx, env, v) })
	}
	wg.Wait()
	for n, i := range ready {
		out[i] = found[n].settle(env, chosen[list[i].Name])
	}
}

// candidate is a variable and what there is to choose from.
type candidate struct {
	v       grafana.Variable
	options []payload.VariableOption
	keys    []string // of an adhoc variable
	source  string   // uid of an adhoc variable's data source
	usual   string   // taken if the file names no value
	problem string
	late    bool // its store is still at it
}

func (r *Runner) options(ctx context.Context, env *Env, v grafana.Variable) candidate {
	c := candidate{v: v}
	var err error
	switch v.Type {
	case "query":
		c.options, err = r.queryOptions(ctx, env, v)
	case "custom":
		c.options = customOptions(env.Fill(text(v.Query), ForText), v)
	case "constant":
		c.usual = env.Fill(text(v.Query), ForText)
		c.options = []payload.VariableOption{{Text: c.usual, Value: c.usual}}
	case "textbox":
		c.usual = env.Fill(text(v.Query), ForText)
	case "interval":
		c.options, err = intervalOptions(env, v)
	case "datasource":
		c.options, err = r.sourceOptions(env, v)
	case "adhoc":
		c.source, c.keys, err = r.adHocKeys(ctx, env, v)
	case "switch":
		c.options = fileOptions(v)
	default:
		err = &Absent{fmt.Sprintf("a variable of type %q is not known here", v.Type), "its value is that of the file or of the address"}
	}
	if err != nil {
		var late *Late
		c.late = errors.As(err, &late)
		c.problem = err.Error()
		if h := hint(err); h != "" {
			c.problem += "; " + h
		}
	}
	return c
}

// text is a variable's query if it is a text.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return ""
}

// settle chooses among the options as Grafana does: what the reader chose, else
// what the file has if there is such an option, else the first.
func (c candidate) settle(env *Env, chosen []string) payload.Variable {
	out := payload.Variable{Name: c.v.Name, Label: c.v.Label, Description: c.v.Description, Type: c.v.Type,
		Hide: hidden(c.v.Hide), Multi: c.v.Multi, IncludeAll: c.v.IncludeAll,
		AllowCustom: c.v.AllowCustom, Options: c.options, Keys: c.keys, Problem: c.problem, Late: c.late}
	if c.v.Type == "adhoc" {
		out.Filters = c.filters(chosen)
		env.addFilters(c.v.Name, c.source, out.Filters)
		return out
	}
	out.Current = unique(slices.Clone(c.current(chosen)), func(v string) string { return v })
	v := c.value(env, out.Current)
	env.Set(c.v.Name, v)
	out.Text = v.words()
	return out
}

// hidden says what of a variable is not shown; 3 puts it into a menu of Grafana's,
// which this page has beside the others.
func hidden(of int) string {
	switch of {
	case 1:
		return "label"
	case 2:
		return "variable"
	}
	return ""
}

func (c candidate) current(chosen []string) []string {
	if len(chosen) > 0 {
		list := c.resolve(chosen)
		if !c.v.Multi && len(list) > 1 {
			list = list[:1]
		}
		return list
	}
	switch c.v.Type {
	case "constant":
		return []string{c.usual}
	case "textbox":
		if len(c.v.Current) > 0 && c.v.Current[0] != "" {
			return c.v.Current[:1]
		}
		return []string{c.usual}
	}
	if c.problem != "" && len(c.options) == 0 {
		return c.v.Current
	}
	var kept []string
	for _, value := range c.resolve(c.v.Current) {
		if value == AllValue && c.v.IncludeAll || c.has(value) {
			kept = append(kept, value)
		}
	}
	switch {
	case len(kept) > 0:
		return kept
	case c.v.IncludeAll:
		return []string{AllValue}
	case len(c.options) > 0:
		return []string{c.options[0].Value}
	}
	return nil
}

// resolve turns words of options into their values: addresses and files hold
// either.
func (c candidate) resolve(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s == "All" && c.v.IncludeAll && !c.has(s) {
			s = AllValue
		}
		if s == newAuto && c.v.Type == "interval" {
			s = autoPrefix + "_" + c.v.Name
		}
		if s != AllValue && !c.has(s) {
			for _, o := range c.options {
				if o.Text == s {
					s = o.Value
				}
			}
		}
		if s == AllValue {
			return []string{AllValue}
		}
		out = append(out, s)
	}
	return out
}

func (c candidate) has(value string) bool {
	for _, o := range c.options {
		if o.Value == value {
			return true
		}
	}
	return false
}

// value is what the current choice stands for.
func (c candidate) value(env *Env, current []string) Value {
	v := Value{Single: !c.v.Multi && !c.v.IncludeAll}
	if len(current) == 1 && current[0] == AllValue {
		v.All, v.Custom = true, env.Fill(c.v.AllValue, ForText)
		for _, o := range c.options {
			v.Values, v.Texts = append(v.Values, o.Value), append(v.Texts, o.Text)
		}
		return v
	}
	for _, value := range current {
		words := value
		for _, o := range c.options {
			if o.Value == value {
				words = o.Text
			}
		}
		if c.v.Type == "interval" && strings.HasPrefix(value, autoPrefix) {
			value = autoInterval(env, c.v)
		}
		v.Values, v.Texts = append(v.Values, value), append(v.Texts, words)
	}
	if len(v.Values) == 0 && v.Single {
		v.Values, v.Texts = []string{""}, []string{""}
	}
	return v
}

// Names are the dashboard's variables that a text refers to, for telling what has
// to be asked again after a change.
func Names(text string) []string {
	seen := map[string]bool{}
	var list []string
	for _, n := range names(text) {
		if !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	sort.Strings(list)
	return list
}
