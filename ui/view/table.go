package view

import (
	"math"
	"slices"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
	"supersonic/ui/units"
)

// maxRows bounds the rows that the browser gets.
const maxRows = 5000

// table makes rows and columns of one of the frames.
func (m *maker) table(frames []frame.Frame) *payload.TableView {
	o := m.options
	m.annotated()
	v := newTable()
	v.ShowHeader, v.CellHeight = o.flag("showHeader", true), m.oneOf("cellHeight", o.text("cellHeight", ""), "sm", "md", "lg", "auto")
	if v.CellHeight == "auto" { // rows are as high as what is in them, whatever their least height
		v.CellHeight = "sm"
	}
	if o.flag("showTypeIcons", false) {
		m.warn("headers have no icons of their types (showTypeIcons)")
	}
	if sort := o.list("sortBy"); len(sort) > 0 {
		v.SortBy, v.SortDesc = m.env.fill(sort[0].text("displayName", "")), sort[0].flag("desc", false)
	}
	v.Frozen = int(max(0, min(20, o.sub("frozenColumns").number("left", 0))))
	if o.has("maxRowHeight") {
		m.warn("the highest row (maxRowHeight) is not heeded")
	}
	footer := o.sub("footer")
	if footer.flag("enablePagination", false) || o.flag("enablePagination", false) {
		if v.PageSize = int(max(0, min(maxRows, o.number("pageSize", 0)))); v.PageSize == 0 {
			v.PageSize = m.pageSize(v.CellHeight)
		}
	}
	sheets := m.sheets(frames)
	if m.env.Table && m.panel.Type != "table" {
		sheets = inspected(sheets)
	}
	if len(sheets) == 0 {
		return v
	}
	v.Frame = max(0, min(len(sheets)-1, int(o.number("frameIndex", 0))))
	if len(sheets) > 1 {
		for i, s := range sheets {
			v.Frames = append(v.Frames, sheetName(s, i))
		}
		tellApart(v.Frames)
	}
	if chosen := slices.Index(v.Frames, m.env.Frame); chosen >= 0 {
		v.Frame = chosen
	}
	m.fillTable(v, sheets[v.Frame], footer)
	return v
}

func newTable() *payload.TableView {
	return &payload.TableView{Columns: []payload.Column{}, Rows: [][]payload.Shown{}, Frames: []string{}, Footer: []payload.Shown{}, Nested: []payload.TableView{}}
}

func sheetName(s *sheet, i int) string {
	if s.name != "" {
		return s.name
	}
	if numbers := s.numbers(); len(numbers) == 1 {
		return numbers[0].name
	}
	return orElse(s.refID, "Frame") + " " + units.Plain(float64(i+1))
}

// tellApart tells names that are the same apart by numbers.
func tellApart(names []string) {
	of, seen := map[string]int{}, map[string]int{}
	for _, name := range names {
		of[name]++
	}
	for i, name := range names {
		if of[name] > 1 {
			for taken := true; taken; taken = of[names[i]] > 0 {
				seen[name]++
				names[i] = name + " " + units.Plain(float64(seen[name]))
			}
		}
	}
}

// pageSize is how many rows fit the panel.
func (m *maker) pageSize(height string) int {
	px := map[string]int{"sm": 36, "md": 42, "lg": 48}[height]
	if px == 0 {
		px = 36
	}
	if m.env.Height <= 0 {
		return 10
	}
	return max(1, (m.env.Height-2*px)/px)
}

func (m *maker) fillTable(v *payload.TableView, s *sheet, footer options) {
	var columns []*column
	for _, c := range s.columns {
		if c.Nested != nil || c.hides().area {
			continue
		}
		columns = append(columns, c)
		v.Columns = append(v.Columns, m.tableColumn(c))
	}
	if v.SortBy == "" {
		v.SortBy = m.sortColumn(columns)
	}
	order := m.rowOrder(s, columns, v.SortBy, v.SortDesc)
	if len(order) > maxRows {
		v.Cut = len(order) - maxRows
		order = order[:maxRows]
	}
	for _, row := range order {
		cells := make([]payload.Shown, len(columns))
		for i, c := range columns {
			cells[i] = m.at(c, row)
			cells[i].Href = m.href(s, c, row, cells[i])
			if len(c.opts.Links) > 0 {
				column := &v.Columns[i]
				column.Links = append(column.Links, m.linksTo(s, c, row, cells[i]))
			}
		}
		v.Rows = append(v.Rows, cells)
	}
	fillTrends(v, columns, order)
	m.fillTips(v, s, columns, order)
	m.fillNested(v, s, order)
	if footer.flag("show", false) {
		v.Footer = m.footer(columns, s.rows, footer)
	} else if slices.ContainsFunc(columns, func(c *column) bool { return len(c.custom.sub("footer").texts("reducers")) > 0 }) {
		v.Footer = m.ownFooters(columns)
	}
}

// sortColumn is the column that an old table is sorted by: it has its number.
func (m *maker) sortColumn(columns []*column) string {
	for _, sort := range m.options.list("sortBy") {
		if n := int(sort.number("column", -1)); n >= 0 && n < len(columns) {
			return columns[n].name
		}
	}
	return ""
}

// fillNested gives each row the table below it.
func (m *maker) fillNested(v *payload.TableView, s *sheet, order []int) {
	left := maxRows
	for _, c := range s.columns {
		if c.Nested == nil {
			continue
		}
		for _, row := range order {
			below := newTable()
			below.ShowHeader = m.innerHeaders()
			if row < len(c.Nested) && left > 0 {
				m.fillTable(below, m.sheets(c.Nested[row : row+1])[0], options{})
				below.Footer = []payload.Shown{}
			}
			left -= len(below.Rows)
			v.Nested = append(v.Nested, *below)
		}
		return
	}
}

// fillTrends gives each row of a column with small charts its own.
func fillTrends(v *payload.TableView, columns []*column, order []int) {
	for i, c := range columns {
		for _, row := range order {
			trend := []*float64{}
			if row < len(c.Trends) {
				trend = thinned(c.Trends[row].Values)
			}
			if c.Trends != nil {
				v.Columns[i].Trends = append(v.Columns[i].Trends, trend)
			}
		}
	}
}

// fillTips gives the cells of a column what another field has for their tooltips.
func (m *maker) fillTips(v *payload.TableView, s *sheet, columns []*column, order []int) {
	for i, c := range columns {
		field := c.custom.sub("tooltip").text("field", "")
		if field == "" {
			continue
		}
		from := slices.IndexFunc(s.columns, func(x *column) bool { return x.name == field || x.Name == field })
		if from < 0 {
			m.warn("tooltips of %s are to be of the field %q, which is not there", c.name, field)
			continue
		}
		for _, row := range order {
			v.Columns[i].Tips = append(v.Columns[i].Tips, whole(m.at(s.columns[from], row)))
		}
	}
}

// ownFooters reduces each column as the column itself asks, several reductions with
// their names.
func (m *maker) ownFooters(columns []*column) []payload.Shown {
	out := make([]payload.Shown, len(columns))
	for i, c := range columns {
		calcs := c.custom.sub("footer").texts("reducers")
		if c.Kind == frame.Text && len(calcs) > 0 {
			out[i].Text = "Count: " + units.Plain(float64(c.Len()))
			continue
		}
		var texts []string
		for _, calc := range calcs {
			if reduceName(calc) == "" {
				m.warn("the calculation %q in the footer is not known", calc)
				continue
			}
			r := m.reduced(c, calcID(calc))
			out[i] = r
			texts = append(texts, reduceName(calc)+": "+whole(r))
		}
		if len(texts) > 1 {
			out[i] = payload.Shown{Text: strings.Join(texts, ", ")}
		}
	}
	return out
}

// rowOrder sorts rows by the column that the panel names.
func (m *maker) rowOrder(s *sheet, columns []*column, by string, desc bool) []int {
	order := make([]int, s.rows)
	for i := range order {
		order[i] = i
	}
	at := slices.IndexFunc(columns, func(c *column) bool { return c.name == by || c.Name == by })
	if by == "" || at < 0 {
		return order
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if desc {
			a, b = b, a
		}
		return columns[at].compare(a, b)
	})
	return order
}

// compare orders two rows of a column; what is missing is least.
func (c *column) compare(a, b int) int {
	if c.Kind == frame.Text {
		return natural(c.raw(a), c.raw(b))
	}
	x, y := value(c.Values, a), value(c.Values, b)
	switch {
	case math.IsNaN(x) && math.IsNaN(y):
		return 0
	case math.IsNaN(x):
		return -1
	case math.IsNaN(y), x > y:
		return 1
	case x < y:
		return -1
	}
	return 0
}

func value(values []float64, i int) float64 {
	if i < len(values) {
		return values[i]
	}
	return math.NaN()
}

func (m *maker) tableColumn(c *column) payload.Column {
	o := c.custom
	kind := map[frame.Kind]string{frame.Time: "time", frame.Number: "number", frame.Bool: "bool"}[c.Kind]
	if kind == "" {
		kind = "text"
	}
	align := m.oneOf("align", o.text("align", ""), "auto", "left", "center", "right")
	if align == "auto" {
		align = "left"
		if kind == "number" {
			align = "right"
		}
	}
	if field := o.text("styleField", ""); field != "" {
		m.warn("cells are not styled by the field %q (styleField)", field)
	}
	if o.flag("inspect", false) {
		m.warn("cells have no viewer of their own (inspect): Inspect of the panel's menu has their data")
	}
	cell := o.sub("cellOptions")
	col := payload.Column{
		Name: c.name, Kind: kind, Align: align, Width: o.number("width", 0), MinWidth: o.number("minWidth", 0), Hidden: o.flag("hidden", false),
		Filter: o.flag("filterable", false), Wrap: cell.flag("wrapText", o.flag("wrapText", false)), Cell: m.cell(o, cell), Min: c.lo, Max: c.hi,
		Untitled: o.flag("hideHeader", false), Unsorted: !o.flag("sortable", true), WrapHead: o.flag("wrapHeaderText", false), Tips: []string{}, WholeRow: cell.flag("applyToRow", false), ValueMode: orElse(cell.text("valueDisplayMode", ""), "color"), Trends: [][]*float64{}, Links: [][]payload.PanelLink{},
	}
	if c.Trends != nil && col.Cell == "text" {
		col.Cell = "sparkline"
	}
	if col.Cell == "sparkline" && cell.flag("hideValue", false) {
		col.ValueMode = "hidden"
	}
	col.Gradient, col.Lcd = fillOf(col.Cell, cell.text("type", o.text("displayMode", "")), cell.text("mode", ""))
	return col
}

// fillOf says how a gauge or a coloured ground is filled, by today's and by the
// older names.
func fillOf(cell, kind, mode string) (gradient, lcd bool) {
	switch cell {
	case "gauge":
		lcd = mode == "lcd" || kind == "lcd-gauge"
		return !lcd && mode != "basic" && kind != "basic", lcd
	case "colour-background":
		return mode == "gradient" || mode == "" && kind == "color-background", false
	}
	return false, false
}

// cell is how a column's values are drawn, by today's and by the older option.
func (m *maker) cell(o, cell options) string {
	mode := cell.text("type", o.text("displayMode", "auto"))
	switch mode {
	case "auto", "", "custom":
		return "text"
	case "color-text":
		return "colour-text"
	case "color-background", "color-background-solid":
		return "colour-background"
	case "gauge", "basic", "gradient-gauge", "lcd-gauge":
		return "gauge"
	case "sparkline":
		return "sparkline"
	case "json-view":
		return "json"
	case "data-links":
		return "link"
	case "image":
		return "image"
	case "pill", "markdown", "actions":
		m.warn("cells of the type %q are shown as text", mode)
		return "text"
	}
	m.warn("cells of the type %q are not known and shown as text", mode)
	return "text"
}

// footer reduces each column of numbers, or counts the rows.
func (m *maker) footer(columns []*column, rows int, o options) []payload.Shown {
	out := make([]payload.Shown, len(columns))
	calcs := o.texts("reducer")
	if len(calcs) == 0 {
		calcs = []string{"sum"}
	}
	calc := calcID(calcs[0])
	if reduceName(calc) == "" {
		m.warn("the calculation %q in the footer is not known", calc)
		return []payload.Shown{}
	}
	if o.flag("countRows", false) && calc == "count" {
		if len(out) > 0 {
			out[0].Text = "Count: " + units.Plain(float64(rows))
		}
		return out
	}
	only := o.texts("fields")
	for i, c := range columns {
		if c.Kind == frame.Number && (len(only) == 0 || contains(only, c.name) || contains(only, c.Name)) {
			out[i] = m.reduced(c, calc)
		}
	}
	if len(columns) > 0 && out[0].Text == "" {
		out[0].Text = reduceName(calc)
	}
	return out
}
