package source

import (
	"fmt"
	"testing"
)

func TestTimesThatAreWrittenAsNumbersKeepTheirNanoseconds(t *testing.T) {
	for form, ids := range map[string][2]string{
		"hex digits": {"0102030405060708090a0b0c0d0e0f10", "0102030405060708"}, "base64": {"AQIDBAUGBwgJCgsMDQ4PEA==", "AQIDBAUGBwg="},
	} {
		td, err := DecodeJSON(fmt.Appendf(nil, `{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":%q,"spanId":%q,"startTimeUnixNano":1795395600123456789}]}]}]}}`, ids[0], ids[1]))
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		if s.StartTimestamp() != 1795395600123456789 || s.TraceID()[15] != 16 || s.SpanID()[7] != 8 {
			t.Errorf("%s: %d, %v, %v", form, s.StartTimestamp(), s.TraceID(), s.SpanID())
		}
	}
}
