package ui

import (
	"encoding/json"
	"strconv"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/query"
)

// draw makes of frames what a panel shows, until ui/view does it.
func draw(p *grafana.Panel, got query.Result, q payload.PanelQuestion) payload.PanelView {
	out := payload.PanelView{Title: got.Env.Fill(p.Title, query.ForTitle), FromMs: float64(got.Env.From.UnixMilli()), ToMs: float64(got.Env.To.UnixMilli()),
		TimeInfo: got.TimeInfo, Queries: got.Notes}
	if p.Type == "text" {
		var o struct{ Mode, Content string }
		json.Unmarshal(p.Options, &o)
		out.Kind, out.Text = "text", &payload.TextView{Mode: o.Mode, Content: got.Env.Fill(o.Content, query.ForTitle)}
		return out
	}
	if len(got.Frames) == 0 {
		out.Kind, out.Empty = "nothing", "No data in this range."
		return out
	}
	plain := payload.Format{Kind: "plain"}
	switch p.Type {
	case "stat", "gauge", "bargauge":
		out.Kind = p.Type
		out.Stats = &payload.StatsView{Orientation: "auto", TextMode: "auto", ColorMode: "value", GraphMode: "none"}
		for _, f := range got.Frames {
			for _, c := range f.Fields {
				if c.Kind == frame.Number && len(c.Values) > 0 {
					v := c.Values[len(c.Values)-1]
					out.Stats.Values = append(out.Stats.Values, payload.Stat{Name: c.Display, Format: plain,
						Value: payload.Shown{Number: &v, Text: strconv.FormatFloat(v, 'g', 4, 64), Color: "#73bf69"}})
				}
			}
		}
	default:
		out.Kind = "timeseries"
		out.Chart = &payload.ChartView{XIsTime: true, Axes: []payload.ChartAxis{{Side: "left", Format: plain, Grid: true}}, Legend: payload.Legend{Shown: true, Placement: "bottom", Mode: "list"}}
		for _, f := range got.Frames {
			if len(f.Fields) != 2 || f.Fields[1].Kind != frame.Number {
				continue
			}
			if len(f.Fields[0].Values) > len(out.Chart.TimesMs) {
				out.Chart.TimesMs = f.Fields[0].Values
			}
		}
		for _, f := range got.Frames {
			if len(f.Fields) != 2 || f.Fields[1].Kind != frame.Number {
				continue
			}
			at := map[float64]float64{}
			for i, t := range f.Fields[0].Values {
				at[t] = f.Fields[1].Values[i]
			}
			l := payload.Line{Name: f.Fields[1].Display, RefID: f.RefID, Color: "#5794f2", Draw: "line", Width: 1, Format: plain}
			for _, t := range out.Chart.TimesMs {
				if v, ok := at[t]; ok && v == v {
					l.Values = append(l.Values, &v)
				} else {
					l.Values = append(l.Values, nil)
				}
			}
			out.Chart.Lines = append(out.Chart.Lines, l)
		}
	}
	return out
}
