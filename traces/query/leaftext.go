package query

import (
	"bytes"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// table is what a condition says to each text of a dictionary.
type table struct {
	holds []uint8 // by code: 1 if it holds
	any   bool
}

// tableKey names a table: of a leaf, for a dictionary and the type of its texts.
type tableKey struct {
	leaf *leaf
	dict *column.Dict
	typ  column.Type
	// fixed: code 0 is "", and not nothing.
	fixed bool
}

// table looks at each text of a dictionary once.
func (p *page) table(l *leaf, d *column.Dict, k column.Key) *table {
	key := tableKey{l, d, k.Type, k.Scope == column.ScopeFixed}
	t := p.tables[key]
	if t != nil {
		return t
	}
	t = &table{holds: make([]uint8, len(d.Texts))}
	for code, text := range d.Texts {
		if code == 0 && !key.fixed {
			continue
		}
		if l.holdsText(k.Type, text) {
			t.holds[code], t.any = 1, true
		}
	}
	if key.fixed && len(d.Texts) > 0 && t.holds[0] == 0 { // "" has a code too, perhaps
		t.any = t.any || l.holdsText(k.Type, "")
	}
	p.tables[key] = t
	return t
}

// holdsText tells whether the condition holds for a text of a column.
func (l *leaf) holdsText(typ column.Type, text string) bool {
	if typ == column.String {
		if l.equal != "" {
			return text == l.equal
		}
		return l.test(traceql.String(text))
	}
	return l.test(textStatic(typ, text))
}

// find selects the rows of whose text the condition holds, where the column finds them;
// else it returns false.
func (l *leaf) find(p *page, pv *pageVector, out rowBits) bool {
	if l.exists || !pv.key.Type.Text() || pv.key.List() || p.window.narrow || p.has(pv) {
		return false
	}
	d, err := pv.col.Dict(p.number)
	return err == nil && d != nil && p.findTexts(pv, p.table(l, d, pv.key).holds, out)
}

// texts selects the texts of which the condition holds.
func (l *leaf) texts(p *page, k column.Key, v *column.Vector, out rowBits) {
	if v.Dict == nil {
		l.plain(k, v, out)
		return
	}
	t := p.table(l, v.Dict, k)
	if !t.any {
		return
	}
	column.SelectCodes(v.Codes[:v.Len], t.holds, out)
}

// plain looks at texts that have no dictionary, equal neighbours once.
func (l *leaf) plain(k column.Key, v *column.Vector, out rowBits) {
	fixed := k.Scope == column.ScopeFixed
	if l.equal != "" && k.Type == column.String {
		want := []byte(l.equal)
		for i := range v.Len {
			if bytes.Equal(v.Text[v.Ends[i]:v.Ends[i+1]], want) && (fixed || v.Has(i)) {
				out.set(i)
			}
		}
		return
	}
	var last []byte
	known, holds := false, false
	for i := range v.Len {
		if !fixed && !v.Has(i) {
			continue
		}
		text := v.Text[v.Ends[i]:v.Ends[i+1]]
		if !known || !bytes.Equal(text, last) {
			known, holds, last = true, l.holdsText(k.Type, string(text)), text
		}
		if holds {
			out.set(i)
		}
	}
}
