package stack

import (
	"testing"

	"supersonic/internal/browse"
)

// The script sends its own spans to the collector: names and values with characters that
// have to be quoted, and one name in two scopes.
func TestTraceQLIsCompletedWithWhatTheStoreHasInChromium(t *testing.T) {
	t.Parallel()
	p := freePorts(t)
	run(t, p, t.TempDir())
	browse.Run(t, "completion.mjs", "SITE_URL="+p.url(keyPage, ""), "OTLP="+p.url(keyOTLPHTTP, ""))
}
