//go:build unix

package traceql_test

import (
	"syscall"
	"testing"

	"supersonic/traceql"
)

func BenchmarkParse(b *testing.B) {
	begin := cpu(b)
	defer func() { b.ReportMetric((cpu(b)-begin)/float64(b.N), "cpu-ns/op") }()
	for b.Loop() {
		if _, err := traceql.Parse(`{ resource.service.name = "a" && span.b > 5 && duration > 10ms } >> { name =~ "x.*" } | count() > 2`); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu is the processor time that this process used so far, ns: machines that run
// tests are shared.
func cpu(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano() + u.Stime.Nano())
}

func benchmarkSearch(b *testing.B, text string) {
	all := traces(b)
	q, err := traceql.Parse(text)
	if err != nil {
		b.Fatal(err)
	}
	s, err := traceql.NewSearch(q)
	if err != nil {
		b.Fatal(err)
	}
	spans := 0
	for _, tr := range all {
		spans += len(tr.Spans())
	}
	b.ReportAllocs()
	begin := cpu(b)
	for b.Loop() {
		for _, tr := range all {
			s.Eval(tr)
		}
	}
	b.ReportMetric((cpu(b)-begin)/float64(b.N)/float64(spans), "cpu-ns/span")
}

func BenchmarkSearchNothing(b *testing.B) {
	benchmarkSearch(b, `{ name = "compute" && duration > 10s }`)
}

func BenchmarkSearchAttribute(b *testing.B) {
	benchmarkSearch(b, `{ resource.service.name = "nosuch" }`)
}

func BenchmarkSearchEvents(b *testing.B) {
	benchmarkSearch(b, `{ event:name = "nosuch" }`)
}

func BenchmarkSearchStructural(b *testing.B) {
	benchmarkSearch(b, `{ name = "ingress" } >> { name = "compute" && duration > 116ms }`)
}

func BenchmarkNewTrace(b *testing.B) {
	all := traces(b)
	spans := 0
	b.ReportAllocs()
	begin := cpu(b)
	for b.Loop() {
		for _, tr := range all {
			n := traceql.NewTrace(tr.ID(), tr.Spans())
			spans += len(n.Spans())
		}
	}
	b.ReportMetric((cpu(b)-begin)/float64(spans), "cpu-ns/span")
}
