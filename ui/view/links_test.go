package view

import (
	"testing"

	"supersonic/ui/frame"
)

func TestLinksOfValuesAreFilledAsGrafanaDoes(t *testing.T) {
	rows := frame.Frame{RefID: "A", Fields: []frame.Field{
		{Name: "model", Kind: frame.Text, Texts: []string{"jet tag", "50% $x&y"}},
		{Name: "load", Kind: frame.Number, Unit: "ms", Values: []float64{1500, 2}},
	}}
	f := func(url, want, second string) {
		t.Helper()
		v := made(t, `{"type":"table","fieldConfig":{"overrides":[{"matcher":{"id":"byName","options":"model"},"properties":[{"id":"links","value":[{"title":"t","url":"`+url+`"}]}]}]}}`, rows).Table
		got := v.Columns[0].Links
		if len(got) != 2 || got[0][0].URL != want || got[1][0].URL != second {
			t.Errorf("%s: %+v", url, got)
		}
	}
	f("/d/x?m=${__value.raw}", "/d/x?m=jet%20tag", "/d/x?m=50%25%20$x&y")
	f("/d/x?m=${__value.raw:percentencode}", "/d/x?m=jet%20tag", "/d/x?m=50%25%20%24x%26y")
	f("/d/x?m=${__value.raw:raw}", "/d/x?m=jet tag", "/d/x?m=50% $x&y")
	f("/d/x?l=${__data.fields.load}&t=${__data.fields[1].text}", "/d/x?l=1500&t=1.50%20s", "/d/x?l=2&t=2%20ms")
	f(`/d/x?l=${__data.fields[\"load\"].numeric}&n=${__field.name}`, "/d/x?l=1500&n=model", "/d/x?l=2&n=model")
	f("/d/x?a=${__nosuch}&$b", "/d/x?a=${__nosuch}&$b", "/d/x?a=${__nosuch}&$b")
}

func TestALinkToAScriptIsLeftOutAndSaid(t *testing.T) {
	v := made(t, `{"type":"stat","fieldConfig":{"defaults":{"links":[{"title":"Bad","url":"javascript:alert(1)"},{"title":"Good","url":"https://x.example/?v=${__value.numeric}"}]}}}`, samples("A", "a", nil, 1, 2.5))
	links := v.Stats.Values[0].Links
	if len(links) != 1 || links[0].URL != "https://x.example/?v=2.5" || len(v.Notes) != 1 {
		t.Errorf("%+v, notes %+v", links, v.Notes)
	}
}

func TestALinkOfAReducedValueKnowsTheRowThatItIsOf(t *testing.T) {
	rows := frame.Frame{RefID: "A", Fields: []frame.Field{
		{Name: "at", Kind: frame.Time, Values: []float64{1000, 2000, 3000}},
		{Name: "site", Kind: frame.Text, Texts: []string{"cms", "cms", "cms"}},
		{Name: "model", Kind: frame.Text, Texts: []string{"jets", "taus", "muons"}},
		{Name: "load", Kind: frame.Number, Values: []float64{3, 9, 4}, Labels: map[string]string{"pod": "triton-0"}},
	}}
	f := func(calc, want string) {
		t.Helper()
		v := made(t, `{"type":"stat","options":{"reduceOptions":{"calcs":["`+calc+`"],"fields":"/load/"}},"fieldConfig":{"defaults":{"links":[
			{"url":"?${__value.calc}=${__value.raw}&t=${__value.time}&m=${__data.fields.model}&s=${__data.fields[1]}&p=${__data.fields[3].labels.pod}"}]}}}`, rows)
		if got := v.Stats.Values[0].Links[0].URL; got != want {
			t.Errorf("%s: %s, want %s", calc, got, want)
		}
	}
	f("max", "?max=9&t=2000&m=taus&s=cms&p=triton-0")
	f("lastNotNull", "?lastNotNull=4&t=3000&m=muons&s=cms&p=triton-0")
	f("first", "?first=3&t=1000&m=jets&s=cms&p=triton-0")
	// A mean is of no row: what differs from row to row is not known, the rest is.
	f("mean", "?mean=5.333333333333333&t=&m=&s=cms&p=triton-0")
}

func TestEveryStateHasTheLinksOfItsOwnValue(t *testing.T) {
	v := made(t, `{"type":"state-timeline","fieldConfig":{"defaults":{"links":[{"title":"${__value.text}","url":"?t=${__value.time}&v=${__value.raw}"}]}}}`, samples("A", "a", nil, 1, 1, 2))
	row := v.States.Rows[0]
	if len(row.States) != 2 || len(row.Links) != 2 || row.Links[1][0].Title != "2" || row.Links[0][0].URL == row.Links[1][0].URL {
		t.Errorf("%+v", row)
	}
}

func TestRowsOfAHeatMapHaveTheLinksOfTheirSeries(t *testing.T) {
	const links = `"fieldConfig":{"defaults":{"links":[{"title":"t","url":"?le=${__field.labels.le}&n=${__value.raw}"}]}}`
	buckets := []frame.Frame{samples("A", "1", map[string]string{"le": "1"}, 1, 2), samples("A", "5", map[string]string{"le": "5"}, 2, 4)}
	v := made(t, `{"type":"heatmap",`+links+`}`, buckets...).Heatmap
	if len(v.Links) != 2 || v.Links[0][0].URL != "?le=1&n=${__value.raw}" || v.Links[1][0].URL != "?le=5&n=${__value.raw}" {
		t.Errorf("buckets: %+v", v.Links)
	}
	v = made(t, `{"type":"heatmap","options":{"calculate":true},"fieldConfig":{"defaults":{"links":[{"title":"t","url":"/d/x"}]}}}`, buckets...).Heatmap
	if len(v.Links) != len(v.Counts) || len(v.Links[0]) != 1 {
		t.Errorf("series that are counted together have each link once: %+v", v.Links)
	}
	if v = made(t, `{"type":"heatmap"}`, buckets...).Heatmap; len(v.Links) != 0 {
		t.Errorf("no links: %+v", v.Links)
	}
}
