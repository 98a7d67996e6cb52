package ingest

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxNesting is how deep values may lie within values. Decoders, and all that
// walks a value later, call themselves for each level: without a bound an export of
// a few MiB ends the process for want of stack, which no recover can help.
const maxNesting = 64

var errNesting = fmt.Errorf("an attribute nests deeper than %d levels", maxNesting)

// message is a kind of message on the way from an export to an attribute's value.
type message uint8

const (
	none message = iota // nothing of interest in it
	tracesData
	resourceSpans
	resource
	scopeSpans
	scope
	spanMessage
	event
	link
	keyValue
	anyValue
	values // ArrayValue
	pairs  // KeyValueList
)

// within is what a field of a message holds.
func within(m message, field protowire.Number) message {
	switch {
	case m == tracesData && field == 1:
		return resourceSpans
	case m == resourceSpans && field == 1:
		return resource
	case m == resourceSpans && field == 2:
		return scopeSpans
	case m == scopeSpans && field == 1:
		return scope
	case m == scopeSpans && field == 2:
		return spanMessage
	case m == spanMessage && field == 11:
		return event
	case m == spanMessage && field == 13:
		return link
	case m == spanMessage && field == 9, m == resource && field == 1, m == scope && field == 3,
		m == event && field == 3, m == link && field == 4, m == pairs && field == 1:
		return keyValue
	case m == keyValue && field == 2, m == values && field == 1:
		return anyValue
	case m == anyValue && field == 5:
		return values
	case m == anyValue && field == 6:
		return pairs
	}
	return none
}

// checkNesting refuses an export whose values nest too deep, before anybody
// decodes it.
func checkNesting(b []byte, m message, depth int) error {
	if m == anyValue {
		if depth++; depth > maxNesting {
			return errNesting
		}
	}
	for len(b) > 0 {
		field, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if typ != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(field, typ, b); n < 0 {
				return protowire.ParseError(n)
			}
			b = b[n:]
			continue
		}
		v, n := protowire.ConsumeBytes(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if inner := within(m, field); inner != none {
			if err := checkNesting(v, inner, depth); err != nil {
				return err
			}
		}
	}
	return nil
}
