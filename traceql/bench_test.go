package traceql_test

import (
	"testing"

	"supersonic/traceql"
)

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := traceql.Parse(`{ resource.service.name = "a" && span.b > 5 && duration > 10ms } >> { name =~ "x.*" } | count() > 2`); err != nil {
			b.Fatal(err)
		}
	}
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
	for b.Loop() {
		for _, tr := range all {
			s.Eval(tr)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(spans), "ns/span")
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
	for b.Loop() {
		for _, tr := range all {
			n := traceql.NewTrace(tr.ID(), tr.Spans())
			spans += len(n.Spans())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(spans), "ns/span")
}
