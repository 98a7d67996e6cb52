package traceql

import "strings"

// wholeID writes an id that is compared as spans have it: lower case, with the zeros in
// front that answers of a search leave out.
func wholeID(x *Binary) {
	if x.Op != OpEqual && x.Op != OpNotEqual {
		return
	}
	a, ok := x.L.(*Attr)
	lit, isLit := x.R.(*Literal)
	if !ok {
		a, ok = x.R.(*Attr)
		lit, isLit = x.L.(*Literal)
	}
	if !ok || !isLit || lit.Value.Type() != TypeString {
		return
	}
	digits := a.Intrinsic.digits()
	text := lit.Value.Text()
	if text == "" || len(text) > digits || strings.Trim(text, "0123456789abcdefABCDEF") != "" {
		return
	}
	lit.Value = String(strings.Repeat("0", digits-len(text)) + strings.ToLower(text))
}

// digits is how many an id has in hex; 0 for what is none.
func (i Intrinsic) digits() int {
	switch i {
	case IntrinsicTraceID, IntrinsicLinkTraceID:
		return 32
	case IntrinsicSpanID, IntrinsicParentID, IntrinsicLinkSpanID:
		return 16
	}
	return 0
}
