package stack

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/site"
)

func TestAllHeadersOfADataSourceAreSent(t *testing.T) {
	d := site.PlacedDatasource{}
	d.JSONData, d.SecureJSONData = map[string]any{"timeInterval": "5s", "httpHeaderNameX": 3}, site.Secrets{}
	want := map[string]string{}
	for i := 1; i <= 12; i++ {
		d.JSONData[fmt.Sprintf("httpHeaderName%d", i)] = fmt.Sprintf("X-Scope-%d", i)
		d.SecureJSONData[fmt.Sprintf("httpHeaderValue%d", i)] = fmt.Sprint("tenant ", i)
		want[fmt.Sprintf("X-Scope-%d", i)] = fmt.Sprint("tenant ", i)
	}
	d.JSONData["httpHeaderName13"] = "X-Without-A-Value"
	if diff := cmp.Diff(want, headers(d)); diff != "" {
		t.Error(diff)
	}
}
