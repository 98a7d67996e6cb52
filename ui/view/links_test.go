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
