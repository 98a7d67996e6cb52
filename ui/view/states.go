package view

import (
	"math"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/payload"
)

// maxStates bounds the states of one panel.
const maxStates = 20_000

// states makes bands of state over time: each column beside times is a row.
func (m *maker) states(frames []frame.Frame) *payload.StatesView {
	o := m.options
	m.annotated()
	history := m.panel.Type == "status-history"
	v := &payload.StatesView{
		Rows: []payload.StateRow{}, Entries: []payload.Shown{}, RowHeight: o.number("rowHeight", 0.9), ColWidth: 1, ShowValue: orElse(o.text("showValue", ""), "auto"),
		Align: orElse(o.text("alignValue", ""), "left"), PerPage: int(max(0, min(1e4, o.number("perPage", 0)))), Width: 0, Fill: 0.7, Legend: m.legend(), Tooltip: m.tooltip(),
	}
	if history {
		v.ColWidth = max(0.05, min(1, o.number("colWidth", 0.9)))
	}
	if history && !o.has("alignValue") {
		v.Align = "center"
	}
	merge := o.flag("mergeValues", true) && !history
	total := 0
	first := true
	for _, s := range m.sheets(frames) {
		t := s.time()
		if t == nil {
			continue
		}
		for _, c := range s.columns {
			if c == t || c.Kind == frame.Time || c.hides().area {
				continue
			}
			if first {
				v.Width, v.Fill, first = c.custom.number("lineWidth", 0), c.custom.number("fillOpacity", 70)/100, false
			}
			row := m.stateRow(s, t, c, merge)
			if total += len(row.States); total > maxStates {
				m.warn("more than %d states: only the first rows are drawn", maxStates)
				return v
			}
			v.Rows = append(v.Rows, row)
			m.stateEntries(v, c, row)
		}
	}
	return v
}

// stateRow lasts each state until the next sample; the last one until the end of
// the range, or for one step.
func (m *maker) stateRow(s *sheet, t, c *column, merge bool) payload.StateRow {
	row := payload.StateRow{Name: c.name, States: []payload.State{}, Links: [][]payload.PanelLink{}}
	step := s.stepMs
	span := c.custom.flag("spanNulls", false)
	for i := range min(len(t.Values), c.Len()) {
		missing := c.Kind != frame.Text && math.IsNaN(c.Values[i]) && find(c.words, math.NaN(), "", c.Kind) == nil
		if missing && span {
			continue
		}
		at, end := t.Values[i], m.env.ToMs
		if i+1 < len(t.Values) {
			end = t.Values[i+1]
		} else if step > 0 {
			end = math.Min(end, at+step)
		}
		if step > 0 && end-at > step*1.5 && !span {
			end = at + step
		}
		if end <= at {
			end = at + math.Max(step, 1)
		}
		if missing {
			continue
		}
		shown := m.at(c, i)
		if n := len(row.States); n > 0 && merge && same(row.States[n-1].Value, shown) && (span || row.States[n-1].ToMs >= at) {
			row.States[n-1].ToMs = end
			continue
		}
		row.States = append(row.States, payload.State{FromMs: at, ToMs: end, Value: shown})
		if len(c.opts.Links) > 0 {
			row.Links = append(row.Links, m.linksTo(s, c, i, shown))
		}
	}
	return row
}

func same(a, b payload.Shown) bool {
	return whole(a) == whole(b) && a.Color == b.Color
}

// stateEntries are the lines of the legend, as Grafana documents them: of numbers whose
// colours are those of thresholds the brackets of these, whatever their mappings say;
// else the states that occur, as they are mapped. Numbers of a continuous scale have no
// lines unless they are mapped.
func (m *maker) stateEntries(v *payload.StatesView, c *column, row payload.StateRow) {
	const most = 50
	brackets := false
	add := func(s payload.Shown) {
		for _, e := range v.Entries {
			if whole(e) == whole(s) && (e.Color == s.Color || !brackets) { // a state has one line
				return
			}
		}
		if len(v.Entries) < most && whole(s) != "" {
			v.Entries = append(v.Entries, s)
		}
	}
	mode := c.mode()
	switch {
	case c.hides().legend:
	case mode == "thresholds" && c.Kind != frame.Text && c.opts.Thresholds != nil && len(c.opts.Thresholds.Steps) > 1:
		brackets = true
		for _, e := range m.thresholdEntries(c) {
			add(e)
		}
	default:
		for _, s := range row.States {
			e := s.Value
			if strings.HasPrefix(mode, "continuous-") && e.Number != nil && find(c.words, *e.Number, "", c.Kind) == nil {
				continue
			}
			e.Number, e.Href = nil, ""
			add(e)
		}
	}
}

// thresholdEntries writes the steps: "< 80", "80+".
func (m *maker) thresholdEntries(c *column) []payload.Shown {
	bands := m.bands(c)
	plain := *c
	plain.words, plain.Kind = nil, frame.Number // a bound is a number, not what it stands for
	c = &plain
	var out []payload.Shown
	for i, b := range bands {
		e := payload.Shown{Color: b.Color}
		switch {
		case b.From != nil:
			e.Text = whole(m.shown(c, *b.From, "")) + "+"
		case i+1 < len(bands):
			e.Text = "< " + whole(m.shown(c, *bands[i+1].From, ""))
		default:
			continue
		}
		out = append(out, e)
	}
	return out
}
