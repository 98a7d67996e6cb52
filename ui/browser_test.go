//go:build browser

package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// It needs the built page and the node_modules of ui/web; SHOTS keeps pictures.
func TestAnOperatorFindsWhatTheSiteDoes(t *testing.T) {
	if _, err := os.Stat("dist/index.html"); err != nil {
		t.Fatal("the page is not built: run npm ci and npm run build in ui/web first")
	}
	w := newWorld(t)
	shots := os.Getenv("SHOTS")
	if shots == "" {
		shots = t.TempDir()
	}
	shots, err := filepath.Abs(shots)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "e2e/operator.mjs")
	cmd.Dir = "web"
	cmd.Env = append(os.Environ(), "SITE_URL="+w.url, "SHOTS="+shots, "EXPECT_GATEWAYS=2", "EXPECT_SERVERS=2")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}
