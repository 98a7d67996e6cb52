package ingest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/otlp"
)

// marked counts spans by mark, in the order of otlp.AllMarks.
type marked [len(otlp.Counts{}.Marked)]int

// answer is an ExportTraceServiceResponse: what was left out, and what was cut.
type answer struct {
	bad                                otlp.Bad
	noTraceID, noSpanID, traceTooLarge int
	marked                             marked
}

func (a *answer) rejected() int { return a.bad.Spans + a.noTraceID + a.noSpanID + a.traceTooLarge }

// cuts are the marks of what a limit cut: the other marks are of what came odd.
const cuts = otlp.AttributesCut | otlp.ValueCut | otlp.EventsCut | otlp.LinksCut

// message is what a person reads at the sender; empty if all was kept as it came.
func (a *answer) message() string {
	var left, cut []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{a.noTraceID, "without a trace id of 16 bytes"},
		{a.noSpanID, "without a span id of 8 bytes"},
		{a.traceTooLarge, "of traces that have as many spans as one may"},
	} {
		if p.n > 0 {
			left = append(left, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if a.bad.Spans > 0 {
		why := strings.ToValidUTF8(a.bad.Why.Error(), "")
		left = append(left, fmt.Sprintf("%d with a value that its field cannot have (the first: %.200s)", a.bad.Spans, why))
	}
	for i, n := range a.marked {
		if n > 0 && cuts>>i&1 != 0 {
			cut = append(cut, fmt.Sprintf("%d with %s", n, otlp.AllMarks()[i]))
		}
	}
	var parts []string
	if len(left) > 0 {
		parts = append(parts, "spans left out: "+strings.Join(left, ", "))
	}
	if len(cut) > 0 {
		parts = append(parts, "spans kept, but cut by limits: "+strings.Join(cut, ", "))
	}
	return strings.Join(parts, "; ")
}

// proto is the answer as protobuf: of no bytes if all was kept as it came.
func (a *answer) proto() []byte {
	message := a.message()
	if message == "" {
		return nil
	}
	var partial []byte
	if n := a.rejected(); n > 0 {
		partial = protowire.AppendVarint(protowire.AppendTag(partial, 1, protowire.VarintType), uint64(n))
	}
	partial = protowire.AppendString(protowire.AppendTag(partial, 2, protowire.BytesType), message)
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), partial)
}

// json is the answer as JSON. Numbers of 64 bits are texts there.
func (a *answer) json() []byte {
	message := a.message()
	if message == "" {
		return []byte("{}")
	}
	type partial struct {
		RejectedSpans string `json:"rejectedSpans,omitempty"`
		ErrorMessage  string `json:"errorMessage"`
	}
	p := partial{ErrorMessage: message}
	if n := a.rejected(); n > 0 {
		p.RejectedSpans = strconv.Itoa(n)
	}
	out, _ := json.Marshal(map[string]partial{"partialSuccess": p}) // two texts
	return out
}
