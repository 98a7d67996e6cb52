package view

import (
	"math"
	"net/url"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// maxNodes bounds a graph; those with the most traffic are kept.
const maxNodes = 2000

// graph makes nodes and edges of frames with Grafana's documented fields: id,
// title, subtitle, mainstat, secondarystat, arc__*, detail__*, color, link__<words> (an address) of nodes; id,
// source, target, mainstat, secondarystat, thickness, detail__* of edges.
func (m *maker) graph(frames []frame.Frame) *payload.GraphView {
	v := &payload.GraphView{
		Nodes: []payload.GraphNode{}, Edges: []payload.GraphEdge{}, Legend: []payload.GraphKey{},
		Layout: orElse(m.options.text("layoutAlgorithm", ""), "layered"), Zoom: orElse(m.options.text("zoomMode", ""), "cooperative"),
	}
	for _, s := range m.sheets(frames) {
		switch {
		case s.named("source") != nil && s.named("target") != nil:
			m.edges(v, s)
		case s.named("id") != nil:
			m.nodes(v, s)
		default:
			m.warn("a frame of query %s has neither nodes (id) nor edges (source, target)", orElse(s.refID, "A"))
		}
	}
	endpoints(v)
	if len(v.Nodes) > maxNodes {
		v.Cut = len(v.Nodes) - maxNodes
		v.Nodes = v.Nodes[:maxNodes]
		v.Edges = slices.DeleteFunc(v.Edges, func(e payload.GraphEdge) bool { return !hasNode(v, e.From) || !hasNode(v, e.To) })
	}
	return v
}

func hasNode(v *payload.GraphView, id string) bool {
	return slices.ContainsFunc(v.Nodes, func(n payload.GraphNode) bool { return n.ID == id })
}

// named is the column whose field has a name, whatever the case, else the one that was
// renamed to it.
func (s *sheet) named(name string) *column {
	var renamed *column
	for _, c := range s.columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
		if renamed == nil && strings.EqualFold(c.Display, name) {
			renamed = c
		}
	}
	return renamed
}

func (s *sheet) raw(name string, row int) string {
	if c := s.named(name); c != nil {
		return c.raw(row)
	}
	return ""
}

func (m *maker) nodes(v *payload.GraphView, s *sheet) {
	o := m.options.sub("nodes")
	main, second := m.stat1(s, "mainstat", o.text("mainStatUnit", "")), m.stat1(s, "secondarystat", o.text("secondaryStatUnit", ""))
	arcs := m.arcs(s, o)
	for row := range s.rows {
		n := payload.GraphNode{
			ID: s.raw("id", row), Title: s.raw("title", row), Subtitle: s.raw("subtitle", row), Main: main(row), Secondary: second(row),
			Arcs: []payload.GraphArc{}, Facts: m.facts(s, row), Links: m.rowLinks(s, row),
			Icon: s.raw("icon", row), RadiusPx: s.between("noderadius", row, 10, 80), Marked: s.marked(row),
		}
		for _, a := range arcs {
			if share := value(a.Values, row); share > 0 {
				n.Arcs = append(n.Arcs, payload.GraphArc{Share: min(1, share), Color: a.color, Name: a.label})
			}
		}
		if c := s.named("color"); c != nil && len(arcs) == 0 {
			n.Arcs = append(n.Arcs, m.colorArc(c, row))
		}
		v.Nodes = append(v.Nodes, n)
	}
	for _, name := range []string{"mainstat", "secondarystat"} {
		if c := s.named(name); c != nil && c.inWords() != "" {
			v.Legend = append(v.Legend, payload.GraphKey{Name: c.inWords()})
		}
	}
	for _, a := range arcs {
		v.Legend = append(v.Legend, payload.GraphKey{Name: a.label, Color: a.color})
	}
}

// colorArc is a full ring: of a named colour, or by the value of the column.
func (m *maker) colorArc(c *column, row int) payload.GraphArc {
	if c.Kind == frame.Text {
		return payload.GraphArc{Share: 1, Color: m.theme.color(c.raw(row)), Name: c.title()}
	}
	x := value(c.Values, row)
	if c.mode() != "" {
		return payload.GraphArc{Share: 1, Color: m.colorOf(c, x), Name: c.title()}
	}
	return payload.GraphArc{Share: 1, Color: m.theme.continuous("continuous-GrYlRd", c.share(x)), Name: c.title()}
}

// inWords is what the query or the panel calls a column, "" if they say nothing.
func (c *column) inWords() string {
	if c.opts.DisplayName != nil && *c.opts.DisplayName != "" {
		return c.name
	}
	return c.Display
}

// title is what a column is called in words.
func (c *column) title() string { return orElse(c.inWords(), c.name) }

// arc is one part of the rings.
type arc struct {
	*column
	color, label string
}

// arcs are the parts of the rings: those that the panel names with colours, or the
// fields whose name begins with arc__.
func (m *maker) arcs(s *sheet, o options) []arc {
	var out []arc
	for _, a := range o.list("arcs") {
		if c := s.named(a.text("field", "")); c != nil {
			out = append(out, arc{c, m.theme.color(a.text("color", "green")), c.title()})
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range s.columns {
		name, ok := strings.CutPrefix(strings.ToLower(c.Name), "arc__")
		if !ok || c.Kind != frame.Number {
			continue
		}
		label := orElse(c.inWords(), capital(name))
		out = append(out, arc{c, m.arcColor(c, name), label})
	}
	return out
}

func (m *maker) arcColor(c *column, name string) string {
	if c.mode() == "fixed" {
		return m.seriesColor(c)
	}
	switch {
	case name == "success":
		return m.theme.color("green")
	case name == "failed" || strings.HasPrefix(name, "err") || name == "faults":
		return m.theme.color("red")
	}
	return m.theme.series[c.series%len(m.theme.series)]
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.ReplaceAll(s[1:], "_", " ")
}

// stat1 writes a figure of nodes or edges, in the panel's unit if it has one. A
// unit that is not known stands behind the number with two decimals: 12.30 ms/r.
func (m *maker) stat1(s *sheet, name, unit string) func(row int) string {
	c := s.named(name)
	if c == nil {
		return func(int) string { return "" }
	}
	f := c.format
	if unit != "" {
		f = units.Of(unit, c.opts.Decimals)
	}
	if f.Decimals == nil && f.Unit != "" && strings.Contains(f.Unit, "/") {
		two := 2
		f.Decimals = &two
	}
	return func(row int) string {
		if c.Kind == frame.Text {
			return c.raw(row)
		}
		x := value(c.Values, row)
		if math.IsNaN(x) {
			return c.format.NoValue
		}
		prefix, text, suffix := units.Text(f, x, m.env.clock())
		return prefix + text + suffix
	}
}

// facts are what else a row tells: its figures in words and the detail__ fields.
func (m *maker) facts(s *sheet, row int) []payload.GraphFact {
	out := []payload.GraphFact{}
	for _, c := range s.columns {
		name, ok := strings.CutPrefix(c.Name, "detail__")
		if !ok {
			continue
		}
		label := orElse(c.inWords(), capital(name))
		if text := whole(m.at(c, row)); text != "" {
			out = append(out, payload.GraphFact{Name: label, Value: text})
		}
	}
	return out
}

// rowLinks are the menu of a row: the links of its columns.
func (m *maker) rowLinks(s *sheet, row int) []payload.PanelLink {
	out := []payload.PanelLink{}
	for _, c := range s.columns {
		if words, is := strings.CutPrefix(c.Name, "link__"); is && c.Kind == frame.Text {
			if address := safeURL(c.raw(row)); address != "" {
				out = append(out, payload.PanelLink{Title: orElse(c.Display, words), URL: address})
			}
			continue
		}
		v := m.at(c, row)
		out = append(out, m.linksTo(s, c, row, v)...)
		if c.Link != "" {
			out = append(out, payload.PanelLink{Title: c.title(), URL: m.href(s, c, row, v)})
		}
	}
	return out
}

// sourceLink is a data source's own link, whose values are written for an address.
func (m *maker) sourceLink(c *column, look func(string) (string, bool)) string {
	return safeURL(m.env.fill(expand(c.Link, func(name string) (string, bool) {
		if v, ok := m.look(name); ok {
			return v, true
		}
		v, ok := look(name)
		return url.QueryEscape(v), ok
	})))
}

func (m *maker) edges(v *payload.GraphView, s *sheet) {
	o := m.options.sub("edges")
	main, second := m.stat1(s, "mainstat", o.text("mainStatUnit", "")), m.stat1(s, "secondarystat", o.text("secondaryStatUnit", ""))
	width := s.named("thickness")
	for row := range s.rows {
		e := payload.GraphEdge{
			ID: s.raw("id", row), From: s.raw("source", row), To: s.raw("target", row), Main: main(row), Secondary: second(row), Width: 1,
			Facts: m.facts(s, row), Links: m.rowLinks(s, row), Color: m.edgeColor(s, row), Dash: dashes(s.raw("strokedasharray", row)), Marked: s.marked(row),
		}
		if len(e.Facts) == 0 {
			e.Facts = figures(s, e.Main, e.Secondary)
		}
		if e.ID == "" {
			e.ID = e.From + "_" + e.To
		}
		if width != nil {
			if w := value(width.Values, row); w > 0 {
				e.Width = min(20, w)
			}
		}
		v.Edges = append(v.Edges, e)
	}
}

// figures are the two figures of an edge in words, of which its card has nothing else.
func figures(s *sheet, main, second string) []payload.GraphFact {
	out := []payload.GraphFact{}
	for _, f := range []struct{ field, usual, text string }{{"mainstat", "Main stat", main}, {"secondarystat", "Secondary stat", second}} {
		if f.text != "" {
			out = append(out, payload.GraphFact{Name: orElse(s.named(f.field).inWords(), f.usual), Value: f.text})
		}
	}
	return out
}

// between is a number of a row within bounds, 0 where there is none.
func (s *sheet) between(name string, row int, lo, hi float64) float64 {
	c := s.named(name)
	if c == nil {
		return 0
	}
	if v := value(c.Values, row); v > 0 {
		return min(hi, max(lo, v))
	}
	return 0
}

// marked tells rows whose column highlighted says so.
func (s *sheet) marked(row int) bool {
	c := s.named("highlighted")
	if c == nil {
		return false
	}
	return value(c.Values, row) == 1 || strings.EqualFold(c.raw(row), "true")
}

// edgeColor is that of the column color, "" where there is none.
func (m *maker) edgeColor(s *sheet, row int) string {
	c := s.named("color")
	if c == nil || c.raw(row) == "" {
		return ""
	}
	return m.colorArc(c, row).Color
}

// dashes reads "5,3" or "5 3"; what is no list of lengths is solid.
func dashes(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	for _, p := range parts {
		if n := textNumber(p); n == nil || *n < 0 || *n > 1000 {
			return ""
		}
	}
	return strings.Join(parts[:min(len(parts), 8)], " ")
}

// endpoints makes the nodes that only edges name.
func endpoints(v *payload.GraphView) {
	known := map[string]bool{}
	for _, n := range v.Nodes {
		known[n.ID] = true
	}
	for _, e := range v.Edges {
		for _, id := range []string{e.From, e.To} {
			if !known[id] {
				known[id] = true
				v.Nodes = append(v.Nodes, payload.GraphNode{ID: id, Title: id, Arcs: []payload.GraphArc{}, Facts: []payload.GraphFact{}, Links: []payload.PanelLink{}})
			}
		}
	}
}
