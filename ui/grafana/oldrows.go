package grafana

import (
	"math"
	"strconv"
	"strings"
)

// Grafana's grid has cells 30 pixels high with 8 pixels between them.
const cellHeight = 38

// fromRows turns the rows of files before schema 16, whose panels have a width in
// twelfths ("span") and a height in pixels, into panels on the grid.
func fromRows(rows []map[string]any) []map[string]any {
	named := false
	for _, r := range rows {
		named = named || isSet(r, "showTitle") || isSet(r, "collapse") || word(r, "repeat") != ""
	}
	var out []map[string]any
	y := 0.0
	for i, r := range rows {
		cells := rowHeight(r["height"])
		collapsed := isSet(r, "collapse")
		panels, below := packRow(items(r, "panels"), cells, y+b2f(named))
		if !named {
			out = append(out, panels...)
			y = below
			continue
		}
		row := map[string]any{
			"type": "row", "title": word(r, "title"), "collapsed": collapsed, "repeat": r["repeat"],
			"id":      float64(100000 + i), // beyond what files of that age have
			"gridPos": grid(0, y, 24, 1),
		}
		out = append(out, row)
		y++
		if collapsed {
			list := make([]any, len(panels))
			for j, p := range panels {
				list[j] = p
			}
			row["panels"] = list
			continue
		}
		out = append(out, panels...)
		y = below
	}
	return out
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func grid(x, y, w, h float64) map[string]any {
	return map[string]any{"x": x, "y": y, "w": w, "h": h}
}

// packRow lays panels from left to right, into a new line where one does not fit.
func packRow(panels []map[string]any, cells, y float64) ([]map[string]any, float64) {
	x, tallest := 0.0, 0.0
	for _, p := range panels {
		w := math.Min(24, math.Max(1, math.Floor(orNumber(p["span"], 4)*2)))
		h := cells
		if p["height"] != nil {
			h = rowHeight(p["height"])
		}
		if x+w > 24 {
			x, y, tallest = 0, y+tallest, 0
		}
		p["gridPos"] = grid(x, y, w, h)
		x, tallest = x+w, math.Max(tallest, h)
	}
	return panels, y + math.Max(tallest, b2f(len(panels) > 0)*cells)
}

func orNumber(v any, other float64) float64 {
	if n, ok := toNumber(v); ok && !math.IsNaN(n) && !math.IsInf(n, 0) {
		return n
	}
	return other
}

// rowHeight reads "250px", "250" or 250 in cells.
func rowHeight(v any) float64 {
	px := 250.0
	switch v := v.(type) {
	case float64:
		px = v
	case string:
		if n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(v), "px"), 64); err == nil {
			px = n
		}
	}
	return math.Min(200, math.Max(3, math.Ceil(px/cellHeight)))
}
