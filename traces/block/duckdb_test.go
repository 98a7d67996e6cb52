package block_test

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/internal/faultfs"
	"supersonic/internal/rounds"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/span"
)

// root is the folder of the module.
const root = "../.."

// statements are the documentation's, by the comment in their first line.
func statements(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "reference", "blocks.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, m := range regexp.MustCompile("(?s)```sql\n-- (.*?)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		out[m[1]] = m[2]
	}
	return out
}

// duckdb runs statements, each by name, in a directory.
func duckdb(t *testing.T, dir string, sql map[string]string) map[string][]any {
	t.Helper()
	const script = `
import duckdb, json, sys
out = {}
for name, sql in json.load(sys.stdin).items():
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false") # of what takes two seconds, which would stand in the answer
    out[name] = db.execute(sql).fetchall()
json.dump(out, sys.stdout, default=str)`
	python, err := filepath.Abs(filepath.Join(root, ".venv", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(sql)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(string(in))
	raw, err := cmd.Output()
	if err != nil {
		said := ""
		if e, ok := err.(*exec.ExitError); ok {
			said = string(e.Stderr)
		}
		t.Fatalf("DuckDB: %v\n%s\n    hint: `make triton` installs it into .venv", err, said)
	}
	out := make(map[string][]any)
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// rows makes of Go's values what came back as JSON.
func rows(t *testing.T, of [][]any) []any {
	t.Helper()
	raw, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	var out []any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// traces reads a Segment trace by trace.
func traces(t *testing.T, seg column.Segment) (out [][]span.Span) {
	t.Helper()
	r := column.NewSpanReader(seg)
	for p := range seg.Pages() {
		for i := range seg.Page(p).Traces {
			spans, err := r.Spans(column.Place{Page: p, Trace: i})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, spans)
		}
	}
	return out
}

// text is an attribute's value, nil without it.
func text(m pcommon.Map, name string) any {
	if v, ok := m.Get(name); ok && v.Type() == pcommon.ValueTypeStr {
		return v.Str()
	}
	return nil
}

// grouped makes rows of a map, sorted as DuckDB sorts.
func grouped[K cmp.Ordered](m map[K][]any) (out [][]any) {
	for k, row := range m {
		out = append(out, append([]any{k}, row...))
	}
	slices.SortFunc(out, func(a, b []any) int { return cmp.Compare(a[0].(K), b[0].(K)) })
	return out
}

// quantile is the value at or above a share of sorted values.
func quantile(sorted []int64, q float64) int64 {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// expected computes the answers of the documentation's statements from the spans.
func expected(of [][]span.Span, one [16]byte) map[string][][]any {
	const minute = 60_000_000_000
	want := make(map[string][][]any)
	type at struct {
		service string
		minute  int64
	}
	rate := make(map[at]int)
	byModel := make(map[string][]int64)
	byParent := make(map[string][]any)
	failed := make(map[string][]any)
	for _, spans := range of {
		rowOf := make(map[span.ID]int)
		for i := range spans {
			s := &spans[i]
			service, _ := text(s.Resource.Attrs, "service.name").(string)
			rate[at{service, int64(s.Start / minute)}]++
			if m, ok := text(s.Attrs, "triton.model_name").(string); ok {
				byModel[m] = append(byModel[m], int64(s.End-s.Start))
			}
			if p, ok := rowOf[s.Parent]; ok && s.Name == "compute" {
				model, _ := text(spans[p].Attrs, "triton.model_name").(string)
				sum := append(byParent[model], 0, int64(0))[:2]
				byParent[model] = []any{sum[0].(int) + 1, max(sum[1].(int64), int64(s.End-s.Start))}
			}
			if s.Status == 2 {
				sum := append(failed[s.Name], 0, 0.0)[:2]
				failed[s.Name] = []any{sum[0].(int) + 1, sum[1].(float64) + cmp.Or(s.Weight, 1)}
			}
			rowOf[s.ID] = i
			if s.TraceID == one {
				want["trace by id"] = append(want["trace by id"], traceRow(s))
				for _, e := range s.Events {
					want["events"] = append(want["events"], []any{hex.EncodeToString(s.ID[:]), e.Name, int64(e.Time)})
				}
			}
		}
	}
	for k, n := range rate {
		want["rate by service"] = append(want["rate by service"], []any{k.service, k.minute, n})
	}
	slices.SortFunc(want["rate by service"], func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(int64), b[1].(int64)))
	})
	models := make(map[string][]any)
	for m, d := range byModel {
		slices.Sort(d)
		models[m] = []any{len(d), []int64{quantile(d, 0.5), quantile(d, 0.9), quantile(d, 0.99)}}
	}
	want["quantiles by model"], want["parent join"], want["failures"] = grouped(models), grouped(byParent), grouped(failed)
	return want
}

func traceRow(s *span.Span) []any {
	var parent any
	if s.Parent != (span.ID{}) {
		parent = hex.EncodeToString(s.Parent[:])
	}
	return []any{hex.EncodeToString(s.ID[:]), parent, s.Name, int64(s.Start), int64(s.End - s.Start)}
}

// compare compares numbers by value.
func compare(t *testing.T, name string, have []any, want [][]any) {
	t.Helper()
	w := rows(t, want)
	same := slices.EqualFunc(have, w, func(a, b any) bool { return equal(a, b) })
	if !same || len(w) == 0 {
		t.Errorf("%s: DuckDB says\n%v\nthe store\n%v", name, have, w)
	}
}

func equal(a, b any) bool {
	if x, ok := a.([]any); ok {
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	}
	if x, ok := a.(json.Number); ok {
		if y, ok := b.(json.Number); ok && x != y {
			m, err1 := x.Float64()
			n, err2 := y.Float64()
			return err1 == nil && err2 == nil && (strings.ContainsAny(string(x+y), ".e")) && math.Abs(m-n) <= 1e-9*math.Abs(m)
		}
	}
	return reflect.DeepEqual(a, b)
}

// TestDuckDBReadsBlocks runs the statements of docs/reference/blocks.md.
func TestDuckDBReadsBlocks(t *testing.T) {
	sql := statements(t)
	rare := sql["rare attribute"]
	delete(sql, "rare attribute")
	if len(sql) != 6 || rare == "" {
		t.Fatalf("%d statements in the documentation", len(sql))
	}
	v := site(t, rounds.Of(t, 20_000))
	dir := t.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, v, block.Meta{}); err != nil {
		t.Fatal(err)
	}
	all := traces(t, v)
	one := all[len(all)/2][0].TraceID
	for name := range sql {
		sql[name] = strings.ReplaceAll(sql[name], "4bf92f3577b34da6a3ce929d0e0e4736", hex.EncodeToString(one[:]))
	}
	sql["all"] = "SELECT count(*), sum(hash(COLUMNS(*)) % 1000) FROM 'spans.parquet'" // reads every value
	have := duckdb(t, dir, sql)
	for name, want := range expected(all, one) {
		compare(t, name, have[name], want)
	}
	if n := have["all"][0].([]any)[0].(json.Number).String(); n != rows(t, [][]any{{v.Rows()}})[0].([]any)[0].(json.Number).String() {
		t.Errorf("%s rows, want %d", n, v.Rows())
	}

	dir = t.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, columntest.New(rareSpans(200), columntest.Options{PageRows: 4}), block.Meta{}); err != nil {
		t.Fatal(err)
	}
	var want [][]any
	for _, spans := range traces(t, opened(t, dir)) {
		for _, s := range spans {
			if v, ok := s.Attrs.Get("rare.7"); ok {
				want = append(want, []any{hex.EncodeToString(s.ID[:]), v.Str()})
			}
		}
	}
	slices.SortFunc(want, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
	})
	compare(t, "rare attribute", duckdb(t, dir, map[string]string{"": rare})[""], want)
}
