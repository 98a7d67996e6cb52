package merge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"supersonic/internal/rounds"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// mixed makes some pages of texts plain.
func mixed(k column.Key, page int) bool { return (len(k.Name)+page)%3 == 0 }

// inPieces splits spans among n inputs: by time of arrival, or one by one.
func inPieces(r *rand.Rand, spans []span.Span, n int) [][]span.Span {
	out := make([][]span.Span, n)
	scattered := r.IntN(2) == 0
	for i, s := range spans {
		to := i * n / len(spans)
		if scattered || r.IntN(10) == 0 {
			to = r.IntN(n)
		}
		out[to] = append(out[to], s)
	}
	return out
}

// without leaves out the spans of deleted traces.
func without(spans []span.Span, deleted func([16]byte) bool) []span.Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s span.Span) bool { return deleted(s.TraceID) })
}

// check compares a merge with the Segment of all spans.
func check(t *testing.T, name string, got *Segment, all []span.Span, pageRows int) {
	t.Helper()
	want := columntest.New(all, columntest.Options{PageRows: pageRows})
	if want.Pages() == 0 && got.Pages() == 0 {
		return
	}
	if err := columntest.Diff(got, want); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := columntest.Check(got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got.Pages() != want.Pages() {
		t.Fatalf("%s: %d pages, want %d", name, got.Pages(), want.Pages())
	}
	rows, traces := 0, 0
	for p := range want.Pages() {
		if got.Page(p) != want.Page(p) {
			t.Fatalf("%s: page %d is %+v, want %+v", name, p, got.Page(p), want.Page(p))
		}
		rows, traces = rows+want.Page(p).Rows, traces+want.Page(p).Traces
	}
	if got.Rows() != rows || got.Traces() != traces {
		t.Fatalf("%s: %d rows and %d traces, want %d and %d", name, got.Rows(), got.Traces(), rows, traces)
	}
	order := func(a, b column.Key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	if a, b := slices.SortedFunc(slices.Values(got.Keys()), order), slices.SortedFunc(slices.Values(want.Keys()), order); !slices.Equal(a, b) {
		t.Fatalf("%s: keys %v, want %v", name, a, b)
	}
}

func TestSegmentsAreMergedAsIfTheirSpansHadComeTogether(t *testing.T) {
	for seed := range uint64(rounds.Of(t, 40)) {
		r := rand.New(rand.NewPCG(seed, 11))
		spans := columntest.Random(r, 1+r.IntN(300))
		pieces := inPieces(r, spans, 1+r.IntN(12))
		deleted := func([16]byte) bool { return false }
		if seed%3 == 0 {
			salt := byte(r.Uint32())
			deleted = func(id [16]byte) bool { return (id[13]^salt)%4 == 0 }
		}
		var inputs []column.Segment
		for i, p := range pieces {
			opts := columntest.Options{PageRows: 1 + r.IntN(100)}
			if (int(seed)+i)%2 == 0 {
				opts.Plain = mixed
			}
			inputs = append(inputs, columntest.New(slices.Clone(p), opts))
		}
		pageRows := 1 + r.IntN(200)
		got, err := New(inputs, Options{Deleted: deleted, pageRows: pageRows})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		check(t, fmt.Sprint("seed ", seed), got, without(slices.Concat(pieces...), deleted), pageRows)
	}
}

// headOf returns what a head shows of spans, each sent by itself.
func headOf(t *testing.T, spans []span.Span) *head.View {
	t.Helper()
	h := head.New(head.Options{})
	d := otlp.NewDecoder(otlp.Limits{})
	for i := range spans {
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans[i : i+1]))
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.Decode(raw, uint64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Append(b, uint64(i)); err != nil {
			t.Fatal(err)
		}
	}
	return h.View()
}

func TestHeadsAreMergedAsIfTheirSpansHadComeToOne(t *testing.T) {
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 12))
		spans := columntest.Random(r, 1+r.IntN(400))
		pieces := inPieces(r, spans, 1+r.IntN(8))
		var inputs []column.Segment
		for _, p := range pieces {
			inputs = append(inputs, headOf(t, p))
		}
		got, err := New(inputs, Options{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want := headOf(t, slices.Concat(pieces...))
		if err := columntest.Diff(got, want); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := columntest.Check(got); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestTheReferenceTrafficIsMerged(t *testing.T) {
	spans := columntest.Load(t)
	for _, n := range []int{2, 5} {
		pieces := inPieces(rand.New(rand.NewPCG(uint64(n), 13)), spans, n)
		var inputs []column.Segment
		for _, p := range pieces {
			inputs = append(inputs, columntest.New(slices.Clone(p), columntest.Options{PageRows: 100}))
		}
		got, err := New(inputs, Options{pageRows: 250})
		if err != nil {
			t.Fatal(err)
		}
		check(t, fmt.Sprint(n, " inputs"), got, slices.Concat(pieces...), 250)
	}
}

func TestAMergeOfMergesIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 14))
	pieces := inPieces(r, columntest.Random(r, 500), 9)
	var level []column.Segment
	for i := 0; i < 9; i += 3 {
		var inputs []column.Segment
		for _, p := range pieces[i : i+3] {
			inputs = append(inputs, columntest.New(slices.Clone(p), columntest.Options{PageRows: 30}))
		}
		m, err := New(inputs, Options{pageRows: 20})
		if err != nil {
			t.Fatal(err)
		}
		level = append(level, m)
	}
	got, err := New(level, Options{pageRows: 70})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "merged twice", got, slices.Concat(pieces...), 70)
}

func TestNothingIsMergedToNothing(t *testing.T) {
	all := columntest.New(columntest.Random(rand.New(rand.NewPCG(1, 1)), 50), columntest.Options{})
	for name, inputs := range map[string][]column.Segment{"no inputs": nil, "an empty one": {columntest.New(nil, columntest.Options{})}, "all deleted": {all}} {
		got, err := New(inputs, Options{Deleted: func([16]byte) bool { return true }})
		if err != nil {
			t.Fatal(err)
		}
		if got.Pages() != 0 || got.Rows() != 0 || len(got.Keys()) != 0 || got.Column(column.TraceID) != nil {
			t.Errorf("%s: %d pages, %d rows, keys %v", name, got.Pages(), got.Rows(), got.Keys())
		}
		if _, ok, err := got.Find([16]byte{1}); ok || err != nil {
			t.Errorf("%s: a trace is found: %v, %v", name, ok, err)
		}
	}
}

// failing is a Segment of which a page of a column cannot be read.
type failing struct {
	column.Segment
	key  column.Key
	page int
	err  error
	how  func(*column.Vector)
}

func (f failing) Column(k column.Key) column.Column {
	c := f.Segment.Column(k)
	if k == f.key && c != nil {
		return failingColumn{c, f}
	}
	return c
}

type failingColumn struct {
	column.Column
	f failing
}

func (c failingColumn) Read(page int, v *column.Vector) error {
	if page == c.f.page && c.f.err != nil {
		return c.f.err
	}
	err := c.Column.Read(page, v)
	if page == c.f.page && c.f.how != nil {
		c.f.how(v)
	}
	return err
}

// readAll reads every column.
func readAll(s *Segment) error {
	var v column.Vector
	for _, k := range append(column.Fixed(), s.Keys()...) {
		for p := range s.Pages() {
			if c := s.Column(k); c != nil {
				if err := c.Read(p, &v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	broken := errors.New("the disk is gone")
	seg := columntest.New(columntest.Random(rand.New(rand.NewPCG(3, 3)), 300), columntest.Options{PageRows: 50})
	other := columntest.New(columntest.Random(rand.New(rand.NewPCG(3, 4)), 300), columntest.Options{PageRows: 50})
	for _, k := range append(column.Fixed(), seg.Keys()[:5]...) {
		if k == column.ParentRow || seg.Column(k) == nil {
			continue
		}
		m, err := New([]column.Segment{other, failing{Segment: seg, key: k, page: 2, err: broken}}, Options{})
		if err == nil {
			err = readAll(m)
		}
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "input 2 of 2: page 2") || !strings.Contains(err.Error(), fmt.Sprintf("%q", k.Name)) {
			t.Errorf("%v: got %v", k, err)
		}
	}
	for name, how := range map[string]func(*column.Vector){
		"rows":  func(v *column.Vector) { v.Rows-- },
		"codes": func(v *column.Vector) { v.Codes[3] = 1 << 20 },
		"dict":  func(v *column.Vector) { v.Dict = &column.Dict{Texts: make([]string, len(v.Dict.Texts)+1)} },
		"less":  func(v *column.Vector) { v.Codes = v.Codes[1:] },
	} {
		m, err := New([]column.Segment{other, failing{Segment: seg, key: column.ServiceName, page: 1, how: how}}, Options{})
		if err == nil {
			err = readAll(m)
		}
		if name == "dict" && err == nil { // the same texts and more
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "service.name") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := New([]column.Segment{seg, failing{Segment: seg, key: column.Start, page: 2, how: func(v *column.Vector) { clear(v.Ints) }}}, Options{}); err == nil {
		t.Error("an input that is not in order is merged")
	}
}

func TestPagesAreReadInAnyOrderByMany(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 15))
	pieces := inPieces(r, columntest.Random(r, 600), 5)
	var inputs []column.Segment
	for _, p := range pieces {
		inputs = append(inputs, columntest.New(slices.Clone(p), columntest.Options{PageRows: 20, Plain: mixed}))
	}
	got, err := New(inputs, Options{pageRows: 10})
	if err != nil {
		t.Fatal(err)
	}
	got.cache.limit = 50_000 // so that pages are let go of as well
	want, err := New(inputs, Options{pageRows: 10})
	if err != nil {
		t.Fatal(err)
	}
	keys := append(column.Fixed(), got.Keys()...)
	var wait sync.WaitGroup
	for i := range uint64(4) {
		wait.Go(func() {
			r := rand.New(rand.NewPCG(i, 16))
			for range 300 {
				k, page := keys[r.IntN(len(keys))], r.IntN(got.Pages())
				if err := samePage(got, want, k, page); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if got.cache.bytes > got.cache.limit {
		t.Errorf("the cache holds %d B, more than %d", got.cache.bytes, got.cache.limit)
	}
}

// forgetful is a Segment that tells dictionaries of texts which it gives in plain
// form, or makes a dictionary anew for each page.
type forgetful struct {
	column.Segment
	anew bool
}

func (f forgetful) Column(k column.Key) column.Column {
	if c := f.Segment.Column(k); c != nil && k.Type.Text() {
		return forgetfulColumn{c, k, f.anew}
	}
	return f.Segment.Column(k)
}

type forgetfulColumn struct {
	column.Column
	key  column.Key
	anew bool
}

func (c forgetfulColumn) Read(page int, v *column.Vector) error {
	err := c.Column.Read(page, v)
	if err != nil || v.Dict == nil {
		return err
	}
	if c.anew {
		v.Dict = &column.Dict{Texts: slices.Clone(v.Dict.Texts)}
		return nil
	}
	v.Ends = append(v.Ends, 0)
	for _, code := range v.Codes {
		v.Present = append(v.Present, code != 0 || c.key.Scope == column.ScopeFixed)
		v.Text = append(v.Text, v.Dict.Texts[code]...)
		v.Ends = append(v.Ends, uint32(len(v.Text)))
	}
	v.Codes, v.Dict = nil, nil
	return nil
}

func TestInputsNeedNotKeepToTheirDictionaries(t *testing.T) {
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 17))
		pieces := inPieces(r, columntest.Random(r, 300), 3)
		var inputs []column.Segment
		for i, p := range pieces {
			inputs = append(inputs, forgetful{columntest.New(slices.Clone(p), columntest.Options{PageRows: 20}), i > 1})
		}
		got, err := New(inputs, Options{pageRows: 30})
		if err != nil {
			t.Fatal(err)
		}
		check(t, fmt.Sprint("seed ", seed), got, slices.Concat(pieces...), 30)
	}
}

// samePage compares a page of two merges.
func samePage(a, b *Segment, k column.Key, page int) error {
	if a.Column(k) == nil {
		return nil
	}
	var x, y column.Vector
	if err := errors.Join(a.Column(k).Read(page, &x), b.Column(k).Read(page, &y)); err != nil {
		return err
	}
	if k.Type.Text() {
		for i := range x.Len {
			if x.Has(i) != y.Has(i) || x.StringAt(i) != y.StringAt(i) {
				return fmt.Errorf("%v, page %d: value %d is %q, want %q", k, page, i, x.StringAt(i), y.StringAt(i))
			}
		}
	}
	if !slices.Equal(x.Offsets, y.Offsets) || !slices.Equal(x.Ints, y.Ints) || !slices.Equal(x.IDs, y.IDs) || !slices.Equal(x.Present, y.Present) {
		return fmt.Errorf("%v, page %d differs", k, page)
	}
	return nil
}
