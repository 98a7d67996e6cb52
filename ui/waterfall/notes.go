package waterfall

import (
	"fmt"
	"time"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
)

// arriving is how old a trace must be before a missing span counts as missing:
// Triton exports every 5 s unless told otherwise.
const arriving = 10 * time.Second

// skewTolerance is what a child may begin before its parent without a word:
// Envoy cuts its times to microseconds.
const skewTolerance = 100 * time.Microsecond

func notes(s Source, nodes, roots []*node, left int) []payload.Note {
	var list []payload.Note
	if s.Partial != "" {
		list = append(list, payload.Note{Kind: "partial", Text: "The trace store did not give the whole trace: " + s.Partial + "."})
	}
	place, whole := "the trace store", "download"
	if s.File {
		place, whole = "the file", "file"
	}
	if left > 0 {
		list = append(list, payload.Note{Kind: "too_large", Text: fmt.Sprintf(
			"This trace has %d spans; the %d that began first are shown. The %s has them all.", len(nodes)+left, len(nodes), whole)})
	}
	list = append(list, unfinished(nodes)...)
	_, end := extent(nodes)
	young := s.Now.Sub(time.Unix(0, int64(end))) < arriving
	list = append(list, orphans(roots, place, young)...)
	for _, n := range nodes {
		if isGateway(n) {
			if note, ok := serverSilent(n, young); ok {
				list = append(list, note)
			}
		}
	}
	if note, ok := skew(nodes); ok {
		list = append(list, note)
	}
	return list
}

func unfinished(nodes []*node) []payload.Note {
	open, name := 0, ""
	for _, n := range nodes {
		if n.out.Unfinished {
			open, name = open+1, n.out.Name
		}
	}
	switch open {
	case 0:
		return nil
	case 1:
		name += " has"
	default:
		name = fmt.Sprintf("%d spans have", open)
	}
	return []payload.Note{{Kind: "unfinished", Text: "This trace is unfinished: " + name + " no end. Durations are of what is known."}}
}

const stillArriving = " They may still be on their way: the trace is younger than 10 s."

func orphans(roots []*node, place string, young bool) []payload.Note {
	rooted, lost, gateways := false, 0, 0
	for _, r := range roots {
		switch {
		case r.out.Parent == "":
			rooted = true
		case isGateway(r):
			gateways++
			lost++
		default:
			lost++
		}
	}
	if lost == 0 {
		return nil
	}
	if gateways == lost {
		return []payload.Note{{Kind: "caller_elsewhere", Text: "The caller of this request traces by itself; its own spans are not in " + place + "."}}
	}
	text := fmt.Sprintf("%d of the spans at the top name a parent that %s does not have.", lost, place)
	kind := "missing_parent"
	if !rooted {
		kind = "missing_root"
		text = "The root of this trace is missing: " + place + " has no span of the one who began it. " +
			"Either the caller traces elsewhere, or the gateway's span was not sampled, refused or lost."
	}
	if young {
		text += stillArriving
	}
	return []payload.Note{{Kind: kind, Text: text}}
}

// serverSilent says why an ingress span has nothing of its server below it.
func serverSilent(n *node, young bool) (payload.Note, bool) {
	if len(n.children) > 0 || !isInference(n) {
		return payload.Note{}, false
	}
	own := "Times below are the gateway's own."
	if len(n.out.Phases) == 0 && len(gatewayPhases(n)) == 0 {
		own = "Only the gateway's total is known."
	}
	switch {
	case n.attr(attr.KeptFor) != "" && n.attr(attr.HeadThreshold) == "":
		return payload.Note{Kind: "server_not_asked", Text: "This request was not sampled; the gateway kept its span because it " +
			keptFor(n.attr(attr.KeptFor)) + ". The server was not asked to trace it. " + own}, true
	case n.attr("upstream_cluster") == "" && n.attr(attr.PeerService) == "":
		return payload.Note{Kind: "no_server", Text: "The gateway answered this request itself: no server was chosen. " + own}, true
	}
	text := "The server kept no spans of this request; times below are the gateway's own."
	if own != "Times below are the gateway's own." {
		text = "The server kept no spans of this request. " + own
	}
	if young {
		text += stillArriving
	}
	return payload.Note{Kind: "server_kept_none", Text: text}, true
}

func keptFor(reason string) string {
	if reason == "slow" {
		return "was slow"
	}
	return reason
}

// skew tells of the child that begins longest before its parent. Within one
// service that is the way it was recorded, not the clocks.
func skew(nodes []*node) (payload.Note, bool) {
	var worst *node
	var by uint64
	for _, n := range nodes {
		if n.parent == nil || n.parent.out.Service == n.out.Service || n.start >= n.parent.start {
			continue
		}
		if d := n.parent.start - n.start; d > by {
			worst, by = n, d
		}
	}
	if by <= uint64(skewTolerance) {
		return payload.Note{}, false
	}
	return payload.Note{Kind: "clock_skew", Text: fmt.Sprintf(
		"The clocks of %s and %s differ: %s begins %s before its parent %s. Compare durations, not positions, between the two.",
		worst.parent.out.Service, worst.out.Service, worst.out.Name, time.Duration(by), worst.parent.out.Name)}, true
}
