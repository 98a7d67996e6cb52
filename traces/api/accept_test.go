package api

import (
	"net/http"
	"testing"
)

func TestTheFormOfAnAnswerIsTheOneThatIsWantedMost(t *testing.T) {
	for accept, want := range map[string]string{
		"":                     typeJSON,
		"application/protobuf": typeProto,
		"Application/Protobuf": typeProto,
		"application/json":     typeJSON,
		typeLLM:                typeLLM,
		"text/html":            typeJSON,
		"*/*":                  typeJSON,
		"application/*":        typeJSON,
		"application/protobuf;q=0.5, application/json":                    typeJSON,
		"application/protobuf ; Q=0.9,application/json;q=0.5":             typeProto,
		"application/json;q=0.2, */*;q=0.1, application/protobuf;q=0.3":   typeProto,
		"application/protobuf, */*":                                       typeProto,
		"*/*, application/protobuf":                                       typeProto,
		"application/json;q=0.5, */*":                                     typeProto,
		"application/json;q=0, */*":                                       typeProto,
		"application/json, application/protobuf":                          typeJSON,
		"application/protobuf, application/json":                          typeProto,
		"application/protobuf;q=0":                                        typeJSON,
		"application/protobuf;version=2":                                  typeProto,
		"application/protobuf;q=much, application/json;q=0.4":             typeProto,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": typeJSON, // a browser
		"application/protobufs, application/x-protobuf":                   typeJSON,
		",;,=;q=,": typeJSON,
		"application/vnd.grafana.llm;q=0.4, application/*;q=0.3, */*;q=.2": typeLLM,
	} {
		r := &http.Request{Header: http.Header{}}
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		if got := wanted(r, typeJSON, typeProto, typeLLM); got != want {
			t.Errorf("%q gets %s, want %s", accept, got, want)
		}
	}
	twice := &http.Request{Header: http.Header{"Accept": {"application/json;q=0.1", "application/protobuf"}}}
	if got := wanted(twice, typeJSON, typeProto); got != typeProto {
		t.Errorf("two headers get %s", got)
	}
}
