// Package modulefolder tells tests of any package where the module lies, for what is
// found from there: .venv, ui/web, shared test data.
package modulefolder

import (
	"os"
	"path/filepath"
	"testing"
)

// Of is the folder of the module that the test runs in.
func Of(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			err = os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("find the folder of the module: %v", err)
	return ""
}
