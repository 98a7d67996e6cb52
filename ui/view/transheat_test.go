package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/ui/frame"
)

func TestCellsOfValuesAreWhatThePanelCounts(t *testing.T) {
	for _, buckets := range []string{
		`{"xBuckets":{"mode":"size","value":"30s"},"yBuckets":{"mode":"size","value":"10"}}`,
		`{"xBuckets":{"mode":"count","value":"4"},"yBuckets":{"scale":{"type":"log","log":2}}}`, `{}`,
	} {
		data := func() []frame.Frame {
			return []frame.Frame{samples("A", "a", nil, 1, 2, 12, 25), samples("B", "b", nil, 1.5, 300, 12, 0.5)}
		}
		by := made(t, `{"type":"heatmap","options":{"calculate":true,"calculation":`+buckets+`}}`, data()...).Heatmap
		got := made(t, `{"type":"heatmap","transformations":[{"id":"heatmap","options":`+buckets+`}]}`, data()...).Heatmap
		by.Log, got.Log = false, false // cells tell bounds, not how they were chosen
		if diff := cmp.Diff(by, got); diff != "" {
			t.Errorf("%s: %s", buckets, diff)
		}
		total := 0.0
		table := made(t, `{"type":"table","transformations":[{"id":"heatmap","options":`+buckets+`}]}`, data()...).Table
		if head := strings.Split(rowsText(table)[0], " | "); !cmp.Equal(head, []string{"xMin", "yMin", "yMax", "Count"}) {
			t.Errorf("columns %v", head)
		}
		for _, r := range table.Rows {
			total += *r[3].Number
		}
		if total != 8 {
			t.Errorf("%s: the cells count %v of 8 values", buckets, total)
		}
	}
}

func TestATransformationThatIsNotKnownIsSaidAndTheDataShown(t *testing.T) {
	for _, id := range []string{"spatial", "fieldLookup", "sorcery"} {
		v := made(t, `{"type":"stat","transformations":[{"id":"`+id+`","options":{}}]}`, samples("A", "a", nil, 1, 2))
		if len(v.Notes) != 1 || !strings.Contains(v.Notes[0].Text, id) || len(v.Stats.Values) != 1 {
			t.Errorf("%s: %+v", id, v.Notes)
		}
	}
}

func TestHeatCellsOfNothingAreEmpty(t *testing.T) {
	v := made(t, `{"type":"heatmap","transformations":[{"id":"heatmap","options":{}}]}`)
	if len(v.Heatmap.Counts) != 0 || v.Empty == "" {
		t.Errorf("%+v", v)
	}
}
