package query

import (
	"fmt"
	"strings"
	"testing"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

func laidOut(t *testing.T, e *Env, panels string) []payload.Panel {
	t.Helper()
	d, err := grafana.ParseDashboard([]byte(`{"title":"t","panels":[` + panels + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := Layout(d, e, nil)
	return got
}

func places(list []payload.Panel) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s %d,%d %dx%d", p.Title, p.X, p.Y, p.W, p.H))
	}
	return strings.Join(out, "; ")
}

func place(id int, title, more string, x, y, w, h int) string {
	return fmt.Sprintf(`{"id":%d,"type":"stat","title":%q,"gridPos":{"x":%d,"y":%d,"w":%d,"h":%d}%s}`, id, title, x, y, w, h, more)
}

func TestRepeatsAreLaidOutAsGrafanaDoes(t *testing.T) {
	e := testEnv()
	e.Set("v", Value{Values: []string{"1", "2", "3"}, Texts: []string{"1", "2", "3"}})
	f := func(panels, want string) {
		t.Helper()
		if got := places(laidOut(t, e, panels)); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	after := place(2, "after", "", 0, 4, 24, 2)
	f(place(1, "a", "", 0, 0, 12, 4)+","+after, "a 0,0 12x4; after 0,4 24x2")
	f(place(1, "$v", `,"repeat":"v"`, 0, 0, 12, 4)+","+after, "1 0,0 8x4; 2 8,0 8x4; 3 16,0 8x4; after 0,4 24x2")
	f(place(1, "$v", `,"repeat":"v","maxPerRow":2`, 0, 0, 12, 4)+","+after, "1 0,0 12x4; 2 12,0 12x4; 3 0,4 12x4; after 0,8 24x2")
	f(place(1, "$v", `,"repeat":"v","repeatDirection":"v"`, 6, 0, 6, 4)+","+after, "1 6,0 6x4; 2 6,4 6x4; 3 6,8 6x4; after 0,12 24x2")
	row := `{"id":9,"type":"row","title":"row $v","repeat":"v","gridPos":{"x":0,"y":0,"w":24,"h":1}}`
	f(row+","+place(1, "in $v", "", 0, 1, 12, 3), "row 1 0,0 24x1; in 1 0,1 12x3; row 2 0,4 24x1; in 2 0,5 12x3; row 3 0,8 24x1; in 3 0,9 12x3")
	closed := `{"id":9,"type":"row","title":"closed","collapsed":true,"gridPos":{"x":0,"y":0,"w":24,"h":1},"panels":[` + place(1, "in", "", 0, 40, 12, 3) + `]}`
	f(closed+","+place(2, "below", "", 0, 1, 24, 2), "closed 0,0 24x1; in 0,1 12x3; below 0,4 24x2")
}

func TestEveryRepeatHasItsOwnKeyAndItsRow(t *testing.T) {
	e := testEnv()
	e.Set("v", Value{Values: []string{"1", "2"}, Texts: []string{"1", "2"}})
	got := laidOut(t, e, `{"id":9,"type":"row","title":"row $v","repeat":"v","gridPos":{"x":0,"y":0,"w":24,"h":1}},`+place(1, "in", "", 0, 1, 12, 3)+","+place(2, "$all", `,"repeat":"all"`, 0, 4, 12, 3))
	seen := map[string]bool{}
	for _, p := range got {
		if seen[p.Key] {
			t.Errorf("key %s twice", p.Key)
		}
		seen[p.Key] = true
		if p.Type != "row" && !seen[p.Row] {
			t.Errorf("%s is in row %q, which is not before it", p.Key, p.Row)
		}
	}
	if len(got) != 8 || got[len(got)-1].Scoped["v"] != "2" || got[len(got)-1].Scoped["all"] != "y" {
		t.Errorf("%d panels, the last of %v", len(got), got[len(got)-1].Scoped)
	}
}
