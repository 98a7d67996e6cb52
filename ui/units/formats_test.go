package units

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"io"
	"os"
	"testing"

	"supersonic/ui/payload"
)

var update = flag.Bool("update", false, "write testdata/formats.json.gz, which the browser's test reads")

// formats.json.gz is what the browser is sent for each unit of the oracle's table;
// ui/web/src/lib/units.oracle.test.ts writes the same values by them.
func TestTheBrowsersTableHasTheFormatsOfToday(t *testing.T) {
	formats := map[string]payload.Format{}
	for _, a := range answers(t) {
		formats[a.Unit] = Of(a.Unit, nil)
	}
	want, err := json.Marshal(formats)
	if err != nil {
		t.Fatal(err)
	}
	const path = "testdata/formats.json.gz"
	if *update {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(want)
		z.Close()
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what units are now: go test ./ui/units -update", path)
	}
}
