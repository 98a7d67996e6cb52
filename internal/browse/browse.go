package browse

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"supersonic/internal/modulefolder"
)

// Run runs a script of ui/web/e2e with more environment and gives what it printed; a
// script that fails fails the test. It needs the built page and ui/web/node_modules.
// SHOTS in the environment names a folder that keeps pictures.
func Run(t testing.TB, script string, env ...string) string {
	t.Helper()
	web := filepath.Join(modulefolder.Of(t), "ui", "web")
	for _, needed := range []string{"../dist/index.html", "node_modules/playwright-core"} {
		if _, err := os.Stat(filepath.Join(web, needed)); err != nil {
			t.Fatalf("%v\n    run: make build", err)
		}
	}
	cmd := exec.Command("node", "e2e/"+script)
	cmd.Dir = web
	cmd.Env = append(os.Environ(), env...)
	if keep := os.Getenv("SHOTS"); keep != "" && !filepath.IsAbs(keep) {
		t.Fatalf("SHOTS is %q\n    it has to be an absolute path", keep)
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s:\n%s", script, out)
	if err != nil {
		t.Errorf("%s in Chromium: %v", script, err)
	}
	return string(out)
}
