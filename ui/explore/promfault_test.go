package explore

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"supersonic/ui/source"
)

// The places are those of a Prometheus 3 that was asked the filled query.
func TestAFaultIsAtItsPlaceInTheQueryAsItWasWritten(t *testing.T) {
	f := func(query, answer, want string, offset int) {
		t.Helper()
		store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(`{"status":"error","errorType":"bad_data","error":"` + answer + `"}`))
		}))
		defer store.Close()
		for _, instant := range []bool{false, true} {
			now := time.Unix(1796018000, 0)
			_, err := PromQL(context.Background(), source.Prometheus{Client: source.NewClient(source.Server{Name: "prometheus", URL: store.URL})},
				Asking{Query: query, From: now.Add(-time.Hour), To: now, Scrape: 5 * time.Second, Range: !instant, Instant: instant})
			var fault *PromFault
			if !errors.As(err, &fault) {
				t.Fatalf("%s: %v", query, err)
			}
			if got := fault.Error() + " | " + fault.Hint; got != want || fault.Offset != offset {
				t.Errorf("%s: %s at %d\nwant %s at %d", query, got, fault.Offset, want, offset)
			}
		}
	}
	f(`sum by (le) (up`, `invalid parameter \"query\": 1:16: parse error: unclosed left parenthesis`,
		`line 1, column 16: unclosed left parenthesis | close what is open there`, 15)
	f("sum(up)\n  / rtae(up[5m])", `2:5: parse error: unknown function with name \"rtae\"`,
		`line 2, column 5: unknown function with name "rtae" | PromQL's functions are offered while their first letters are typed`, 12)
	// $__rate_interval is 20s: what stands behind it is moved in the text that is asked.
	f(`rate(a[$__rate_interval]) + rtae(b[${__interval}])`, `invalid parameter \"query\": 1:16: parse error: unknown function with name \"rtae\"`,
		`line 1, column 29: unknown function with name "rtae" | PromQL's functions are offered while their first letters are typed`, 28)
	f(`up[$__range] + rate(up)`, `1:1: parse error: binary expression must contain only scalar and instant vector types`,
		`line 1, column 1: binary expression must contain only scalar and instant vector types | mend the query there and run it again`, 0)
	f(`a{b="é"} +`, `1:12: parse error: unexpected end of input`,
		`line 1, column 11: unexpected end of input | the query stops too early: close what is open, or say what is compared`, 11)
	f(`up`, `9:99: parse error: unexpected end of input`, // of another text than ours: nothing beyond it is pointed at
		`line 1, column 3: unexpected end of input | the query stops too early: close what is open, or say what is compared`, 2)
}

// refusing is a Prometheus that refuses every query with an error.
func refusing(t *testing.T, message string) source.Prometheus {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"status": "error", "error": message})
	}))
	t.Cleanup(store.Close)
	return source.Prometheus{Client: source.NewClient(source.Server{Name: "prometheus", URL: store.URL})}
}

func TestWhatIsNoFaultOfTheTextStaysAsItIs(t *testing.T) {
	now := time.Unix(1796018000, 0)
	_, err := PromQL(context.Background(), refusing(t, "exceeded maximum resolution"), Asking{Query: "up", From: now.Add(-time.Hour), To: now, Range: true})
	var fault *PromFault
	var no *source.Refused
	if errors.As(err, &fault) || !errors.As(err, &no) {
		t.Errorf("%v", err)
	}
}
