package otlp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

var plainWord = regexp.MustCompile(`^"?[-+.\w]*"?$`)

// placed are spans with room for a value in one field.
var placed = []string{
	`"name":%s`, `"traceState":%s`, `"kind":%s`, `"startTimeUnixNano":%s`, `"end_time_unix_nano":%s`, `"flags":%s`, `"droppedAttributesCount":%s`,
	`"status":{"code":%s}`, `"events":[{"timeUnixNano":%s,"name":"e"}]`, `"links":[{"flags" : %s }]`, `"attributes":%s`, `"status":%s`, `"events":[%s]`,
	`"attributes":[{"key":"k","value":{"intValue":%s}}]`, `"attributes":[{"key":"k","value":{"double_value":%s}}]`, `"attributes":[{"key":"k","value":{"boolValue":%s}}]`,
	`"attributes":[{"key":"k","value":{"bytesValue":%s}}]`, `"attributes":[{"key":"k","value":{"stringValue":%s}}]`, `"attributes":[{"key":%s,"value":{}}]`,
	`"links":[{"attributes":[{"key":"k","value":{"arrayValue":{"values":[{"intValue":%s},{"kvlistValue":{"values":[{"key":"in","value":{"bytesValue":""}}]}}]}}}]}]`,
}

// fill makes the messages that the collector always writes.
func fill(td *trace.TracesData) {
	for _, rs := range td.ResourceSpans {
		rs.Resource = cmp.Or(rs.Resource, &resourcepb.Resource{})
		for _, ss := range rs.ScopeSpans {
			ss.Scope = cmp.Or(ss.Scope, &common.InstrumentationScope{})
			for _, s := range ss.Spans {
				s.Status = cmp.Or(s.Status, &trace.Status{})
			}
		}
	}
}

// comparePlaced checks that what protobuf's own reader of JSON takes is taken here, and
// gives the same; and that nothing costs more than its span.
func comparePlaced(t *testing.T, field, value string) {
	t.Helper()
	const open, end = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"before"},{`, `},{"name":"after"}]}]}]}`
	text := open + strings.ReplaceAll(field, "%s", value) + end
	granted := 0
	raw, bad, used, err := FromJSON([]byte(text), func(n int) bool { granted += n; return true })
	if err != nil || bad.Spans > 1 || used != granted {
		t.Fatalf("%s: %v, %d bad spans, %d bytes used, %d granted", text, err, bad.Spans, used, granted)
	}
	var got, want trace.TracesData
	if err := proto.Unmarshal(raw, &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	spans := got.ResourceSpans[0].ScopeSpans[0].Spans
	if len(spans) != 3 || spans[0].Name != "before" || spans[2].Name != "after" {
		t.Fatalf("%s: the spans beside it are not what they were: %v", text, spans)
	}
	fill(&got)
	if bad.Spans == 1 && !proto.Equal(spans[1], &trace.Span{Status: &trace.Status{}}) {
		t.Errorf("%s: something is left of a bad span: %v", text, spans[1])
	}
	if err := protojson.Unmarshal([]byte(text), &want); err != nil {
		return
	}
	if bad.Spans > 0 && (len(value) > longestNumber || !plainWord.MatchString(value)) {
		return // digits written as \u0030, or followed by what protobuf takes for their end
	}
	if bad.Spans > 0 {
		t.Fatalf("%s: is taken by protobuf: %v", text, bad.Why)
	}
	fill(&want)
	if !proto.Equal(&want, &got) {
		t.Errorf("%s:\ngot  %v\nwant %v", text, &got, &want)
	}
}

// wordsOfJSON are values of all kinds, right ones and wrong ones.
var wordsOfJSON = strings.Fields(`0 5 -5 5.0 -5.0 5.5 -0 1e3 1E+3 12.5e1 1250e-1 1e-3 0e99 0.0 -0.0 1.0e0 18446744073709551615 18446744073709551616 1844674407370955161.5e1
	9223372036854775807 9223372036854775808 -9223372036854775808 9.223372036854775807e18 9.223372036854775808e18 4294967295 4294967296 4.294967295e9 2147483648 1e999 1e99999999999999999999 0e99999999999999999999 -0.0E-99999999999999999999
	"5" "-5" "5.0" "1e3" "1.5" "12.5e1" "" "1e" "e1" "." "5." ".5" "0x10" "abc" "1_0" "NaN" "Infinity" "-Infinity"
	"SPAN_KIND_SERVER" "SPAN_KIND_NONE" "span_kind_server" "STATUS_CODE_ERROR" "STATUS_CODE_NONE" 99 -1
	true false null "true" 1 {} [] [1] {"a":1} "QUJD" "QUI=" "QUI" "QQ==" "QQ" "QQ=" "Q" "-_-_" "-_" "+/+/" "a\/b=" "*" "\u0051QQQ"`)

func TestJSONIsReadAsProtobufReadsIt(t *testing.T) {
	for _, field := range placed {
		for _, value := range wordsOfJSON {
			comparePlaced(t, field, value)
		}
	}
}

func FuzzJSONValue(f *testing.F) {
	for i, value := range wordsOfJSON {
		f.Add(value, byte(i))
	}
	f.Fuzz(func(t *testing.T, value string, field byte) {
		if json.Valid([]byte(value)) && utf8.ValidString(value) && strings.Count(value, "[")+strings.Count(value, "{") < 20 {
			comparePlaced(t, placed[int(field)%len(placed)], value)
		}
	})
}

func TestNumbersThatGrowAskForTheirRoom(t *testing.T) {
	span := `{"startTimeUnixNano":1e18,"endTimeUnixNano":1e18}`
	text := fmt.Sprintf(`{"resourceSpans":[{"scopeSpans":[{"spans":[%s]}]}]}`, strings.Repeat(span+",", 9999)+span)
	granted := 0
	_, bad, used, err := FromJSON([]byte(text), func(n int) bool { granted += n; return true })
	if err != nil || bad.Spans > 0 || used != granted || granted < 2*len(text) {
		t.Errorf("%v, %d bad spans, %d bytes used, %d granted", err, bad.Spans, used, granted)
	}
	for most := range 40 {
		room := most * granted / 40
		if _, _, used, err := FromJSON([]byte(text), func(n int) bool { room -= n; return room >= 0 }); err != ErrNoRoom || used > granted {
			t.Fatalf("with room for %d of %d: %v", most*granted/40, granted, err)
		}
	}
}
