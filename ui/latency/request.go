package latency

import (
	"strconv"
	"strings"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/ui/phase"
)

// Phase is one of the phases that a request's time is split into, in the order of
// its life.
type Phase int

// The phases. Server is what Triton does beside the others: scheduling, an
// ensemble's way from step to step.
const (
	Gateway Phase = iota
	Network
	Server
	Queue
	Input
	Infer
	Output
	Answer
	phases
)

var phaseNames = [phases]string{"gateway", "network", "server", "queue", "input", "infer", "output", "answer"}

// labels are the words for each phase in a table, nouns those in a sentence.
var (
	labels = [phases]string{"wait in gateway", "network", "server, other", "server queue", "compute input", "compute", "compute output", "send answer"}
	nouns  = [phases]string{"the wait in the gateway", "the network, with the receiving of the request,", "the server's own handling", "the server's queue", "the input of tensors", "compute", "the output of tensors", "the sending of the answer"}
)

func (p Phase) String() string { return phaseNames[p] }

var phaseOf = func() map[string]Phase {
	m := map[string]Phase{}
	for p, name := range phaseNames {
		m[name] = Phase(p)
	}
	return m
}()

// Times are nanoseconds by phase.
type Times [phases]float32

// request is one request with its time split.
type request struct {
	trace   [16]byte
	start   uint64 // Unix nanoseconds
	gateway string
	gateKey string // the resource's attributes that name the gateway and the pod
	pod     string
	podKey  string
	model   string
	weight  float32
	size    float32 // bytes of the request's message, 0 if not known
	total   float32 // nanoseconds
	sending float32 // of the network: until the gateway had handed on the whole request, 0 if not known
	times   Times
	alone   bool // no gateway span: gateway and network are not known
	runs    []run
}

// run is one model's part in a request: the request's own model, or a member of
// an ensemble, whose name is parent. Gateway, network and answer are not in it.
type run struct {
	model    string
	parent   string
	ensemble bool // has steps and no execution of its own
	total    float32
	times    Times
}

// fate is what becomes of a request in the split.
type fate int

const (
	isSplit fate = iota
	isFailed
	isSilent // its server kept no spans
)

// cut makes requests of one trace. yield gets each with its fate and, of what a
// gateway counted, the number of requests that it stands for.
func cut(t *tree, yield func(r request, f fate, stands float64)) {
	for _, n := range t.nodes {
		switch {
		case isGateway(n):
			if isInference(n) && (n.parent == nil || !isGateway(n.parent)) {
				cutGateway(t, n, yield)
			}
		case n.name == attr.InferRequest && (n.parent == nil || !isGateway(n.parent)):
			r := serverPart(n)
			r.trace, r.alone = t.id, true
			r.weight = float32(weightOf(n, nil))
			f := isSplit
			if len(r.runs) == 0 { // no such model, or a request that it does not take
				f = isFailed
			}
			yield(r, f, float64(r.weight))
		}
	}
}

func cutGateway(t *tree, n *node, yield func(request, fate, float64)) {
	own := 1.0
	if th, ok := sampling.FromTracestate(n.state); ok {
		own = th.Weight()
	}
	outer := request{trace: t.id, start: n.start, gateway: n.pod, gateKey: n.podKey, pod: n.attr(attr.PeerService), model: n.attr(attr.ModelName),
		total: float32(n.end - n.start), weight: float32(own)}
	if size, err := strconv.ParseFloat(n.attr("request_size"), 32); err == nil {
		outer.size = float32(size)
	}
	if n.failed() {
		yield(outer, isFailed, own)
		return
	}
	servers := n.below(attr.InferRequest)
	if len(servers) == 0 {
		yield(outer, isSilent, own)
		return
	}
	if len(servers) == 1 && !strings.HasSuffix(n.attr("grpc.path"), "/ModelStreamInfer") {
		yield(whole(outer, n, servers[0]), isSplit, own)
		return
	}
	for i, s := range servers { // a stream: its messages one by one
		r := serverPart(s)
		r.trace, r.alone, r.gateway = t.id, true, n.pod
		r.weight = float32(weightOf(s, n))
		r.reachedAs(outer.pod, s)
		if i > 0 {
			own = 0 // the stream counts once
		}
		yield(r, isSplit, own)
	}
}

// whole joins what the gateway and the server tell of one request.
func whole(outer request, n, server *node) request {
	r := serverPart(server)
	upstream := upstreamOf(n)
	between := outer.total
	if upstream > 0 && upstream <= outer.total {
		r.times[Gateway] = outer.total - upstream
		between = upstream
	}
	r.times[Network] = max(0, between-r.total)
	if chosen, sent := n.events[attr.EventServerChosen], n.events[attr.EventRequestSent]; chosen != 0 && sent > chosen {
		r.sending = min(float32(sent-chosen), r.times[Network])
	}
	r.within(between)
	r.trace, r.start, r.gateway, r.gateKey, r.size = outer.trace, outer.start, outer.gateway, outer.gateKey, outer.size
	r.total = outer.total
	r.reachedAs(outer.pod, server)
	if outer.model != "" {
		r.model = outer.model
	}
	r.weight = float32(weightOf(server, n))
	return r
}

// reachedAs names the pod by what the gateway called it, where the server does not
// tell its own name: the gateway may know no more than an address.
func (r *request) reachedAs(peer string, server *node) {
	if nameless := server.pod == "" || server.pod == anyServer; nameless && peer != "" {
		r.pod, r.podKey = peer, ""
	}
}

// within cuts off what the server did when the gateway had its whole answer: Triton
// calls an answer sent some time after it is.
func (r *request) within(between float32) {
	over := r.total - between
	for _, p := range [...]Phase{Answer, Server, Output, Infer, Input, Queue} {
		if over <= 0 {
			return
		}
		cut := min(over, r.times[p])
		r.times[p] -= cut
		over -= cut
	}
}

// upstreamOf is how long the gateway waited for the server, 0 if it does not tell.
func upstreamOf(n *node) float32 {
	if from, to := n.events[attr.EventServerChosen], n.events[attr.EventResponseEnd]; from != 0 && to > from {
		return float32(to - from)
	}
	ns, err := strconv.ParseFloat(n.attr(attr.UpstreamNanos), 32)
	if err != nil {
		return upstreamSpan(n)
	}
	return float32(ns)
}

// weightOf is the number of requests that a server's spans stand for: by their own
// threshold, else by what the gateway sent them.
func weightOf(server, gateway *node) float64 {
	if th, ok := sampling.FromTracestate(server.state); ok {
		return th.Weight()
	}
	if gateway == nil {
		return 1
	}
	if th, ok := sampling.ParseThreshold(gateway.attr(attr.HeadThreshold)); ok {
		return th.Weight()
	}
	if th, ok := sampling.FromTracestate(gateway.state); ok {
		return th.Weight()
	}
	return 1
}

// serverPart splits an InferRequest span.
func serverPart(n *node) request {
	r := request{start: n.start, pod: n.pod, podKey: n.podKey, total: float32(n.end - n.start), times: swept(n)}
	n.walk(func(m *node) {
		if m == n || !isModel(m) {
			return
		}
		above := modelAbove(m)
		x := run{model: m.model(), total: float32(m.end - m.start), times: swept(m), ensemble: isEnsemble(m)}
		if above != nil {
			x.parent = above.model()
		} else if r.model == "" {
			r.model = x.model
		}
		r.runs = append(r.runs, x)
	})
	return r
}

// swept gives the span's time to the phases that its events and those below tell.
func swept(n *node) Times {
	var all []phase.Interval
	n.walk(func(m *node) { all = append(all, phase.OfServer(m.events, firstCompute(m))...) })
	var t Times
	for _, p := range phase.Sweep(n.start, n.end, all, "server") {
		t[phaseOf[p.Name]] = float32(p.Ns)
	}
	return t
}

func firstCompute(n *node) uint64 {
	for _, c := range n.children {
		if at := c.events[phase.ComputeStart]; at != 0 {
			return at
		}
	}
	return 0
}

func isGateway(n *node) bool { return n.name == attr.Ingress || n.attr("component") == "proxy" }

// isInference tells whether a gateway's span is of a call that a server traces.
func isInference(n *node) bool {
	if path := n.attr("grpc.path"); path != "" {
		return strings.HasSuffix(path, "/ModelInfer") || strings.HasSuffix(path, "/ModelStreamInfer")
	}
	_, path, v2 := strings.Cut(n.attr("http.url"), "/v2/")
	return !v2 || strings.HasSuffix(path, "/infer") || strings.HasSuffix(path, "/generate") || strings.HasSuffix(path, "/generate_stream")
}

// upstreamSpan is the longest span of the gateway's own below another, as Envoy's
// "egress": how long it waited for the server.
func upstreamSpan(n *node) (longest float32) {
	for _, c := range n.children {
		if isGateway(c) {
			longest = max(longest, float32(c.end-c.start))
		}
	}
	return longest
}

func isModel(n *node) bool { return n.events[phase.QueueStart] != 0 || n.attr(attr.ModelName) != "" }

// isEnsemble tells whether a model has members and no execution of its own.
func isEnsemble(n *node) bool {
	if firstCompute(n) != 0 {
		return false
	}
	for _, c := range n.children {
		if isModel(c) {
			return true
		}
	}
	return false
}

func modelAbove(n *node) *node {
	for p := n.parent; p != nil; p = p.parent {
		if isModel(p) && !isGateway(p) {
			return p
		}
	}
	return nil
}
