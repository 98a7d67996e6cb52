package site

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what was got as what is wanted")

func TestReferencePageIsMadeOfTheStructs(t *testing.T) {
	got, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, filepath.Join("..", "docs", "reference", "values.md"), got)
}

// golden compares got with a file, or writes it under -update.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got), run the test with -update if that is meant:\n%s", file, diff)
	}
}
