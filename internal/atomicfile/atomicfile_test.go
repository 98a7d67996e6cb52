package atomicfile

import (
	"os"
	"path/filepath"
	"testing"

	"supersonic/internal/faultfs"
)

func TestEveryFailureLeavesTheOldFileOrTheNew(t *testing.T) {
	for n := -1; n < 6; n++ {
		name := filepath.Join(t.TempDir(), "file")
		if err := Write(faultfs.OS{}, name, []byte("old")); err != nil {
			t.Fatal(err)
		}
		err := Write(faultfs.FailNth(faultfs.OS{}, n, false), name, []byte("new"))
		got, readErr := os.ReadFile(name)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if want := "new"; err == nil && string(got) != want || string(got) != "old" && string(got) != want {
			t.Errorf("failure at operation %d: error %v, file %q", n, err, got)
		}
		if _, statErr := os.Stat(name + Suffix); statErr == nil {
			t.Errorf("failure at operation %d leaves a temporary file", n)
		}
		if failed := n >= 0 && n < 5; failed != (err != nil) {
			t.Errorf("failure at operation %d: error %v", n, err)
		}
	}
}
