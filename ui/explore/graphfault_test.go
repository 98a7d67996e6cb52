package explore

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"supersonic/ui/source"
)

func TestAMatcherThatCannotBeReadIsToldAsOne(t *testing.T) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		w.Write([]byte(`{"status":"error","error":"invalid parameter \"query\": 1:71: parse error: unexpected \"=\" in aggregation"}`))
	}))
	defer store.Close()
	now := time.Unix(1796018000, 0)
	_, err := Graph(t.Context(), source.Prometheus{Client: source.NewClient(source.Server{Name: "prometheus", URL: store.URL})}, Graphing{Matchers: []string{`client="a"`}, From: now.Add(-time.Hour), To: now})
	if err == nil || err.Error() != `the label matcher client="a" cannot be read: unexpected "=" in aggregation` {
		t.Errorf("%v", err)
	}
}
