package column

import (
	"fmt"
	"math"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/span"
)

// value is one value of a column; num is an Int, the bits of a Float, 0 or 1.
type value struct {
	there bool
	num   uint64
	text  string
}

// valueAt is value i of a column of numbers or texts, which must be there.
func valueAt(k Key, v *Vector, i int) value {
	switch {
	case k.Type.Text():
		return value{there: true, text: v.StringAt(i)}
	case k.Type == Float:
		return value{there: true, num: math.Float64bits(v.Floats[i])}
	}
	return value{there: true, num: uint64(v.Ints[i])}
}

// put adds an attribute that m has not.
func put(m pcommon.Map, k Key, v value) error {
	switch k.Type {
	case String:
		m.PutStr(k.Name, v.text)
	case Int:
		m.PutInt(k.Name, int64(v.num))
	case Float:
		m.PutDouble(k.Name, math.Float64frombits(v.num))
	case Bool:
		m.PutBool(k.Name, v.num != 0)
	case Bytes:
		m.PutEmptyBytes(k.Name).FromRaw([]byte(v.text))
	case Empty:
		m.PutEmpty(k.Name)
	case Array, Map:
		return putAny(m.PutEmpty(k.Name), v.text)
	default:
		return fmt.Errorf("no attribute is of type %v", k.Type)
	}
	return nil
}

// putAny reads the OTLP protobuf of an AnyValue. pdata reads nothing but whole
// exports, so it is wrapped in one: resource_spans, resource, attributes, value.
func putAny(to pcommon.Value, text string) error {
	wrapped := []byte(text)
	for _, field := range [...]protowire.Number{2, 1, 1, 1} {
		head := protowire.AppendTag(make([]byte, 0, len(wrapped)+12), field, protowire.BytesType)
		wrapped = protowire.AppendBytes(head, wrapped)
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(wrapped)
	if err != nil {
		return fmt.Errorf("an array or map is damaged: %w", err)
	}
	v, _ := td.ResourceSpans().At(0).Resource().Attributes().Get("")
	v.MoveTo(to)
	return nil
}

func ofResource(k Key) bool { return k.Scope == ScopeResource || k == ResourceDrop || k == ResourceURL }

func ofScope(k Key) bool {
	return k.Scope == ScopeInstrumentation || k == ScopeName || k == ScopeVersion || k == ScopeDropped || k == ScopeURL
}

// grouping finds which rows have the same resource (or scope), column by column:
// each column splits the groups that there are by its values.
type grouping struct {
	of     []int // by row: its group
	groups []group
	splits map[split]int
}

// group is rows that are equal in all columns so far.
type group struct {
	values []grouped
	used   bool // a row of the column that is being read went on with it
}

type grouped struct {
	key Key
	value
}

// split is where rows of a group go that have a value.
type split struct {
	group int
	value value
}

func (g *grouping) reset(rows int) {
	g.of = sized(g.of, rows)
	clear(g.of)
	g.groups = append(g.groups[:0], group{})
	if g.splits == nil {
		g.splits = make(map[split]int)
	}
}

// split reads a column, from row lo on.
func (g *grouping) split(k Key, v *Vector, lo int) {
	clear(g.splits)
	for i := range g.groups {
		g.groups[i].used = false
	}
	var last split
	for i, old := range g.of {
		s := split{group: old}
		if v.Has(lo + i) {
			s.value = valueAt(k, v, lo+i)
		}
		if i > 0 && s == last { // mostly
			g.of[i] = g.of[i-1]
			continue
		}
		last = s
		to, ok := g.splits[s]
		if !ok {
			to = g.branch(s, k)
			g.splits[s] = to
		}
		g.of[i] = to
	}
}

// branch makes the group of rows that have a value which none of their group had
// before: the first goes on with the group, the others leave it.
func (g *grouping) branch(s split, k Key) int {
	to := s.group
	values := g.groups[to].values
	if g.groups[to].used {
		if n := len(values); n > 0 && values[n-1].key == k {
			values = values[:n-1]
		}
		to = len(g.groups)
		g.groups = append(g.groups, group{})
		values = slices.Clone(values)
	}
	if s.value.there {
		values = append(values, grouped{k, s.value})
	}
	g.groups[to] = group{values: values, used: true}
	return to
}

// share gives the spans their resources and scopes, one for all that have the same.
func (r *SpanReader) share(spans []span.Span) error {
	resources := make([]*span.Resource, len(r.resources.groups))
	for i := range resources {
		resources[i] = &span.Resource{Attrs: pcommon.NewMap()}
		if err := fillResource(resources[i], r.resources.groups[i].values); err != nil {
			return err
		}
	}
	scopes := make([]*span.Scope, len(r.scopes.groups))
	for i := range scopes {
		scopes[i] = &span.Scope{Attrs: pcommon.NewMap()}
		if err := fillScope(scopes[i], r.scopes.groups[i].values); err != nil {
			return err
		}
	}
	for i := range spans {
		spans[i].Resource = resources[r.resources.of[i]]
		spans[i].Scope = scopes[r.scopes.of[i]]
	}
	return nil
}

func fillResource(to *span.Resource, values []grouped) error {
	for _, v := range values {
		switch v.key {
		case ResourceDrop:
			to.Dropped = uint32(v.num)
		case ResourceURL:
			to.SchemaURL = v.text
		default:
			if err := put(to.Attrs, v.key, v.value); err != nil {
				return fmt.Errorf("resource attribute %q: %w", v.key.Name, err)
			}
		}
	}
	return nil
}

func fillScope(to *span.Scope, values []grouped) error {
	for _, v := range values {
		switch v.key {
		case ScopeName:
			to.Name = v.text
		case ScopeVersion:
			to.Version = v.text
		case ScopeDropped:
			to.Dropped = uint32(v.num)
		case ScopeURL:
			to.SchemaURL = v.text
		default:
			if err := put(to.Attrs, v.key, v.value); err != nil {
				return fmt.Errorf("scope attribute %q: %w", v.key.Name, err)
			}
		}
	}
	return nil
}
