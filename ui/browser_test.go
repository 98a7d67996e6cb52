package ui

import (
	"testing"

	"supersonic/internal/browse"
)

// reader does in Chromium what a reader of the page does in one of the scripts of
// web/e2e.
func (w *world) reader(script string, env ...string) {
	w.t.Helper()
	browse.Run(w.t, script, append(env, "SITE_URL="+w.url)...)
}

func TestAReaderPointsAtPanelsAndReadsThemByKeysInChromium(t *testing.T) {
	browse.Run(t, "panels-check.mjs")
}

func TestVersionsOfADashboardAreComparedAndRestoredInChromium(t *testing.T) {
	newWorld(t, func(c *Config) { c.DataDir = t.TempDir() }).reader("versions.mjs")
}
