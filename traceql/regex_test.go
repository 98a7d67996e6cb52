package traceql_test

import (
	"fmt"
	"strings"
	"testing"

	"supersonic/traceql"
)

func TestARegularExpressionThatGrowsTooLargeIsRefusedBeforeItIsCompiled(t *testing.T) {
	_, err := traceql.Parse(`{ name =~ "(` + strings.Repeat("x", 1500) + `){1000}" }`)
	if err == nil || !strings.Contains(err.Error(), "steps, with its repetitions written out") {
		t.Errorf("refused with %v", err)
	}
}

func TestARegularExpressionOfManyPodsIsTaken(t *testing.T) {
	var pods []string
	for i := range 4000 {
		pods = append(pods, fmt.Sprintf("supersonic-triton-%05x-%05x", i*7919, i))
	}
	for _, expr := range []string{strings.Join(pods, "|"), "a{1000}", "(ab?){0,500}"} {
		if _, err := traceql.Parse(`{ resource.k8s.pod.name =~ "` + expr + `" }`); err != nil {
			t.Errorf("%.40s...: %v", expr, err)
		}
	}
}
