package explore

import (
	"testing"
	"time"
)

func TestAMatcherThatCannotBeReadIsToldAsOne(t *testing.T) {
	now := time.Unix(1796018000, 0)
	_, err := Graph(t.Context(), refusing(t, `invalid parameter "query": 1:71: parse error: unexpected "=" in aggregation`), Graphing{Matchers: []string{`client="a"`}, From: now.Add(-time.Hour), To: now})
	if err == nil || err.Error() != `the label matcher client="a" cannot be read: unexpected "=" in aggregation` {
		t.Errorf("%v", err)
	}
}
