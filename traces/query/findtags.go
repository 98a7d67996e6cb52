package query

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// tagPlan finds the traces that have each of the tags on some span.
func tagPlan(tags []Tag) *plan {
	pl := &plan{root: allNode{}}
	var needs []need
	for i, t := range tags {
		if t.Key != "root.name" && t.Key != "root.service.name" {
			needs = append(needs, need{i, tagNode(t)})
		}
	}
	if len(needs) > 0 {
		pl.needs = [][]need{needs}
	}
	for i, t := range tags {
		if i == 0 {
			pl.root = tagNode(t)
			continue
		}
		pl.root = bothNode{pl.root, tagNode(t)}
	}
	return pl
}

// tagNode selects spans that may have a tag; hasTags tells for certain.
func tagNode(t Tag) node {
	text := func(in traceql.Intrinsic) node {
		return &leaf{attr: traceql.Attribute{Intrinsic: in}, isText: true, text: fmt.Sprintf("%v contains %q", in, t.Value),
			test: func(v traceql.Static) bool { return t.in(v.String()) }}
	}
	status := func(text string, test func(traceql.Static) bool) node {
		return &leaf{attr: traceql.Attribute{Intrinsic: traceql.IntrinsicStatus}, isText: true, text: text, test: test}
	}
	switch t.Key {
	case "name":
		return text(traceql.IntrinsicName)
	case "status", "status.code":
		return status(fmt.Sprintf("status = %q", t.Value), func(v traceql.Static) bool { return v.String() == t.Value })
	case "root.name":
		return text(traceql.IntrinsicTraceRootName)
	case "root.service.name": // as OTLP's libraries write it, which is not quite the language's way
		return allNode{}
	}
	// A text of the type that Tempo's tags have is searched for by column, what has
	// another type is rare.
	holds := &leaf{isText: true, test: func(v traceql.Static) bool { return t.in(v.Text()) }}
	list := []node{&tagLeaf{t, column.ScopeSpan, holds}, &tagLeaf{t, column.ScopeResource, holds}}
	if t == (Tag{"error", "true"}) {
		list = append(list, status("status = error", func(v traceql.Static) bool { return v.Equal(traceql.StatusOf(traceql.StatusError)) }))
	}
	return orNode{list}
}

// tagLeaf selects rows by an attribute of any type, compared as text.
type tagLeaf struct {
	tag   Tag
	scope column.Scope
	text  *leaf // the tag of a text: a page looks at each of a dictionary once
}

func (n *tagLeaf) String() string {
	return fmt.Sprintf("%v.%s contains %q, as text", n.scope, n.tag.Key, n.tag.Value)
}

// columns is the columns of the attribute.
func (n *tagLeaf) columns(p *page) []*pageVector {
	list := p.attribute(n.scope, n.tag.Key)
	if pv := p.column(column.Key{Scope: n.scope, Type: column.Empty, Name: n.tag.Key}); pv.col != nil {
		list = append(list[:len(list):len(list)], pv)
	}
	return list
}

func (n *tagLeaf) possible(p *page, opened bool) bool {
	for _, pv := range n.columns(p) {
		if pv.key.Type != column.String || !opened {
			return true
		}
		d, err := pv.col.Dict(p.number)
		if err != nil || d == nil || p.table(n.text, d, pv.key).any {
			return true
		}
	}
	return false
}

func (n *tagLeaf) rows(p *page, out rowBits) {
	for _, pv := range n.columns(p) {
		v := p.read(pv)
		if pv.key.Type == column.String && v.Dict != nil {
			n.text.texts(p, pv.key, v, out)
			continue
		}
		for i := range v.Len {
			if n.tag.holds(pv.key.Type, v, i) {
				out.set(i)
			}
		}
	}
}

// holds tells whether a value is there and the tag's.
func (tag Tag) holds(typ column.Type, v *column.Vector, i int) bool {
	if !v.Has(i) {
		return false
	}
	text := otlpText(typ, v, i)
	switch typ {
	case column.Int, column.Float, column.Bool:
		return text == tag.Value
	}
	return tag.in(text)
}

// otlpText is a value that is there as OTLP's libraries write it.
func otlpText(typ column.Type, v *column.Vector, i int) string {
	value := pcommon.NewValueEmpty()
	switch typ {
	case column.String:
		return v.StringAt(i)
	case column.Int:
		value.SetInt(v.Ints[i])
	case column.Float:
		value.SetDouble(v.Floats[i])
	case column.Bool:
		value.SetBool(v.Ints[i] != 0)
	case column.Bytes:
		value.SetEmptyBytes().FromRaw(v.TextAt(i))
	case column.Array, column.Map:
		any, err := decodeAny(v.StringAt(i))
		if err != nil {
			return ""
		}
		value = any
	}
	return value.AsString()
}

// hasTags tells whether each tag is on some span of a trace.
func hasTags(tags []Tag, rows []row) bool {
	for _, t := range tags {
		if !t.onOne(rows) {
			return false
		}
	}
	return true
}

func (tag Tag) onOne(rows []row) bool {
	for i := range rows {
		if tag.onRow(rows, &rows[i]) {
			return true
		}
	}
	return false
}

// onRow tells whether a span has the tag. Names that Tempo reads otherwise than as
// attributes: name, status and status.code (ok, error, unset), error (true is status error),
// root.name and root.service.name.
func (tag Tag) onRow(rows []row, r *row) bool {
	status := ptrace.StatusCode(r.p.ints(column.Status)[r.i])
	switch tag.Key {
	case "name":
		return tag.in(r.text(column.Name))
	case "status", "status.code":
		return traceql.StatusOf(traceql.Status(status)).String() == tag.Value
	case "root.name", "root.service.name":
		for i := range rows {
			if rows[i].Parent() != (traceql.SpanID{}) {
				continue
			}
			return tag.Key == "root.name" && tag.in(rows[i].text(column.Name)) || tag.Key == "root.service.name" && tag.in(rows[i].service())
		}
		return false
	}
	for _, scope := range [...]column.Scope{column.ScopeSpan, column.ScopeResource} {
		for _, pv := range (&tagLeaf{tag: tag, scope: scope}).columns(r.p) {
			if tag.holds(pv.key.Type, r.p.read(pv), r.i) {
				return true
			}
		}
	}
	return tag == Tag{"error", "true"} && status == ptrace.StatusCodeError
}
