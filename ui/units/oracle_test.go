package units

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"time"
)

// answer is how @grafana/data writes values of a unit (ui/view/oracle).
type answer struct {
	Unit     string
	Decimals *int
	Values   []float64
	Texts    []string
}

func answers(t *testing.T) []answer {
	t.Helper()
	file, err := os.Open("../view/oracle/answers.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Units []answer }
	if err := json.NewDecoder(z).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all.Units
}

func TestNumbersAreWrittenAsGrafanaWritesThem(t *testing.T) {
	at := Clock{Now: time.Date(2024, 5, 17, 15, 4, 5, 0, time.UTC)}
	compared, wrong := 0, 0
	for _, a := range answers(t) {
		f := Of(a.Unit, a.Decimals)
		for i, v := range a.Values {
			compared++
			prefix, text, suffix := Text(f, v, at)
			if got := prefix + text + suffix; got != a.Texts[i] {
				if wrong++; wrong < 60 {
					d := "automatic"
					if a.Decimals != nil {
						d = string(rune('0' + *a.Decimals))
					}
					t.Errorf("%s, %s decimals: %v is %q, want %q", a.Unit, d, v, got, a.Texts[i])
				}
			}
		}
	}
	if compared < 20000 {
		t.Errorf("only %d values were compared", compared)
	}
	t.Logf("%d values compared, %d differ", compared, wrong)
}
