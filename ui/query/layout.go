package query

import (
	"fmt"
	"slices"
	"strings"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// gridWidth is how many columns a dashboard has.
const gridWidth = 24

// mostPanels bounds what repeats make of a dashboard.
const mostPanels = 500

// Layout gives each panel its place, with repeats laid out as Grafana does: a
// panel beside or below itself for each value of a variable, a row with all its
// panels below itself. Places are those with every row open; who folds a row moves
// up what is below it.
func Layout(d *grafana.Dashboard, env *Env, sources Sources) (panels []payload.Panel, problems []string) {
	l := &layout{env: env, sources: sources}
	for _, b := range blocks(d.Panels) {
		l.block(b)
	}
	if l.left > 0 {
		problems = append(problems, fmt.Sprintf("repeats would make more than %d panels; %d are left out", mostPanels, l.left))
	}
	return l.out, problems
}

// block is a row with its panels, or the panels before the first row.
type block struct {
	row    *grafana.Panel
	panels []grafana.Panel
}

// blocks splits a dashboard at its rows, in the order of their places.
func blocks(list []grafana.Panel) []block {
	out := []block{{}}
	byRow := map[int]int{0: 0}
	for i := range list {
		if list[i].Type == "row" {
			byRow[list[i].ID] = len(out)
			out = append(out, block{row: &list[i]})
		}
	}
	for _, p := range list {
		if p.Type == "row" {
			continue
		}
		at, known := byRow[p.Row]
		if !known {
			at = 0
		}
		if p.Row == 0 {
			at = above(out, p)
		}
		out[at].panels = append(out[at].panels, p)
	}
	for i := range out {
		slices.SortStableFunc(out[i].panels, func(a, b grafana.Panel) int {
			if a.Y != b.Y {
				return a.Y - b.Y
			}
			return a.X - b.X
		})
	}
	return out
}

// above is the block in whose stretch a panel without a row lies: below a closed
// row a panel belongs to no row, but has its place there.
func above(list []block, p grafana.Panel) int {
	at := 0
	for i, b := range list {
		if b.row != nil && b.row.Y <= p.Y && b.row.Collapsed {
			at = i
		}
	}
	return at
}

type layout struct {
	env     *Env
	sources Sources
	out     []payload.Panel
	y       int // where the next block begins
	left    int
}

func (l *layout) add(p payload.Panel) {
	if len(l.out) >= mostPanels {
		l.left++
		return
	}
	l.out = append(l.out, p)
}

// values are what a repeat goes through: nil if it does not repeat.
func (l *layout) values(name string) []string {
	name = strings.TrimPrefix(name, "$")
	if name == "" {
		return nil
	}
	v, known := l.env.lookup(name)
	if !known || len(v.Values) == 0 {
		return nil
	}
	return v.Values
}

func (l *layout) block(b block) {
	if b.row == nil {
		l.y += l.panels(b.panels, minY(b.panels), l.env, nil, "", 0)
		return
	}
	values := l.values(b.row.Repeat)
	if values == nil {
		l.row(b, nil, 0)
		return
	}
	for i, v := range values {
		l.row(b, map[string]string{strings.TrimPrefix(b.row.Repeat, "$"): v}, i)
	}
}

func minY(list []grafana.Panel) int {
	y := 0
	for i, p := range list {
		if i == 0 || p.Y < y {
			y = p.Y
		}
	}
	return y
}

// row lays out a row and what is in it, and what lies below it without belonging
// to it.
func (l *layout) row(b block, fixed map[string]string, nth int) {
	env := l.env.Scope(fixed)
	r := l.panel(*b.row, env, fixed, nth)
	r.X, r.Y, r.W, r.H = 0, l.y, gridWidth, 1
	r.Collapsed = b.row.Collapsed
	l.add(r)
	l.y++
	var inside, below []grafana.Panel
	for _, p := range b.panels {
		if p.Row == b.row.ID {
			inside = append(inside, p)
		} else {
			below = append(below, p)
		}
	}
	l.y += l.panels(inside, minY(inside), env, fixed, r.Key, nth)
	if nth == 0 {
		l.y += l.panels(below, minY(below), l.env, nil, "", 0)
	}
}

// panels lays out panels whose places count from top, and tells how high they are.
func (l *layout) panels(list []grafana.Panel, top int, env *Env, fixed map[string]string, row string, nth int) int {
	begin := l.y - top
	height := 0
	var added []push
	for _, p := range list {
		y := p.Y
		for _, a := range added {
			if p.Y >= a.below {
				y += a.by
			}
		}
		more := l.repeated(p, begin+y, env, fixed, row, nth, &height)
		if more > 0 {
			added = append(added, push{p.Y + p.H, more})
		}
	}
	return height
}

// push moves what begins at or after a place down.
type push struct{ below, by int }

// repeated adds a panel, once for each of its values, and tells by how much it is
// higher than the file has it.
func (l *layout) repeated(p grafana.Panel, y int, env *Env, fixed map[string]string, row string, nth int, height *int) (more int) {
	place := func(x, y, w int, scope map[string]string, n int) {
		one := l.panel(p, env.Scope(scope), scope, n)
		one.X, one.Y, one.W, one.H, one.Row = x, y, w, p.H, row
		l.add(one)
		*height = max(*height, y+p.H-l.y)
	}
	values := l.values(p.Repeat)
	if _, outer := fixed[strings.TrimPrefix(p.Repeat, "$")]; values == nil || outer {
		place(p.X, y, p.W, fixed, nth)
		return 0
	}
	perRow := p.MaxPerRow
	if perRow <= 0 {
		perRow = 4
	}
	width := max(gridWidth/len(values), gridWidth/perRow, 1)
	x, at := 0, y
	for i, v := range values {
		scope := map[string]string{strings.TrimPrefix(p.Repeat, "$"): v}
		for k, outer := range fixed {
			scope[k] = outer
		}
		if p.RepeatDirection == "v" {
			place(p.X, y+i*p.H, p.W, scope, nth*1000+i)
			at = y + i*p.H
			continue
		}
		if x+width > gridWidth {
			x, at = 0, at+p.H
		}
		place(x, at, width, scope, nth*1000+i)
		x += width
	}
	return at - y
}

// panel is what a panel is but its place.
func (l *layout) panel(p grafana.Panel, env *Env, fixed map[string]string, nth int) payload.Panel {
	out := payload.Panel{Key: fmt.Sprint(p.ID), ID: p.ID, Type: p.Type, Title: env.Fill(p.Title, ForTitle), Description: env.Fill(p.Description, ForTitle),
		Transparent: p.Transparent, Scoped: fixed, Asks: asksAgain(p), Sources: l.asked(p, env), Problems: p.Unknown, Links: Links(p.Links, env)}
	if by := strings.TrimPrefix(p.Repeat, "$"); by != "" && fixed[by] == "" {
		if v, known := l.env.lookup(by); !known {
			out.Problems = append(slices.Clone(out.Problems), fmt.Sprintf("it repeats by %q, which is no variable of this dashboard: it is shown once", by))
		} else if len(v.Values) == 0 {
			out.Problems = append(slices.Clone(out.Problems), fmt.Sprintf("it repeats by %q, which has no values now: it is shown once", by))
		}
	}
	if nth > 0 {
		out.Key = fmt.Sprintf("%d-%d", p.ID, nth)
	}
	return out
}

// asksAgain tells whether a panel has something to ask.
func asksAgain(p grafana.Panel) bool {
	for _, t := range p.Targets {
		if !t.Hide {
			return true
		}
	}
	return false
}

// asked are the names of the data sources that a panel's queries ask.
func (l *layout) asked(p grafana.Panel, env *Env) []string {
	list := []string{}
	for _, t := range p.Targets {
		if d, err := l.sources.Find(sourceRef(t, &p), env); err == nil && !t.Hide && !isExpression(t, &p) && !slices.Contains(list, d.Name) {
			list = append(list, d.Name)
		}
	}
	return list
}

// Links fills links: their variables, and the range and the variables of the
// dashboard where they ask for it.
func Links(list []grafana.Link, env *Env) []payload.PanelLink {
	var out []payload.PanelLink
	for _, l := range list {
		if l.Type == "dashboards" {
			continue // what carries its tags is known to who has the list
		}
		out = append(out, payload.PanelLink{Title: env.Fill(l.Title, ForTitle), URL: env.Link(l.URL, l.KeepTime, l.IncludeVars),
			Tooltip: env.Fill(l.Tooltip, ForTitle), Icon: l.Icon, NewTab: l.TargetBlank})
	}
	return out
}

// Link fills an address.
func (e *Env) Link(url string, keepTime, withVars bool) string {
	out := e.Fill(url, ForURL)
	var more []string
	if keepTime {
		more = append(more, e.urlRange())
	}
	if withVars {
		if vars := e.urlVariables(); vars != "" {
			more = append(more, vars)
		}
	}
	if len(more) == 0 {
		return out
	}
	join := "?"
	if strings.Contains(out, "?") {
		join = "&"
	}
	return out + join + strings.Join(more, "&")
}
