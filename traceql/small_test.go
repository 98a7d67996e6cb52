package traceql_test

import (
	"path/filepath"
	"testing"

	"supersonic/internal/golden"
	"supersonic/traceql"
	"supersonic/traceql/traceqltest"
)

const smallTraceText = `ingress(client gateway-0 12ms code="503" error message=late) > ` +
	`InferRequest(server triton-1 9ms +1ms a=1 resource.gpus=2) > ` +
	`[resnet(7ms +1ms model_version=3 arr=[1,2,3] hit=true) > compute(5ms b=2.5 event=exception event.type=oom link=1 link.slot=7),` +
	` lookup(200us +9ms hit=false span.a=x)]`

func smallTrace() *traceql.Trace {
	t, err := traceqltest.ParseTrace("small", smallTraceText)
	if err != nil {
		panic(err)
	}
	return t
}

func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			session := traceqltest.NewSession()
			golden.Run(t, file, func(_ *testing.T, input string) string { return session.Run(input) })
		})
	}
}
