package models

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteMakesARepository(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "models")
	for range 2 { // a second run finds the files of the first
		if err := Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range Inputs() {
		for _, part := range []string{"config.pbtxt", "1"} {
			if _, err := os.Stat(filepath.Join(dir, m.Model, part)); err != nil {
				t.Errorf("model %s: %v", m.Model, err)
			}
		}
	}
}
