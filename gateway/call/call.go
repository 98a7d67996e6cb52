// Package call is one call of a client as the parts of the gateway see it: what
// was asked, what was decided, when each phase happened, how it ended. It knows
// nothing of HTTP, so the relay beneath can change.
//
// A Call is written by the goroutine that relays it. After trace.Recorder.Record
// took it, nobody writes to it any more.
package call

import "time"

// Method is what the gateway knows of a gRPC method.
type Method struct {
	Name    string // "ModelInfer"; "unknown" for methods that are not in the protocol
	Stream  bool   // messages may come at any time in either direction
	Named   bool   // fields 1 and 2 of the first message are a model's name and version
	IsIndex bool   // RepositoryIndex: the call that LoadLimit refuses
}

// Call is the record of one call.
type Call struct {
	Start time.Time // its headers were read

	Method        Method
	Path          string
	Authority     string
	UserAgent     string
	ContentType   string
	Peer          string // the client's address without port
	RequestID     string // x-request-id as sent upstream
	ClientTraceID string // x-client-trace-id, if any
	Decision      Decision

	Server  string // pod of the chosen server; "" if none was
	Model   string // as the client wrote it; "" if not told or not read
	Version string

	// Phases, since Start; zero if they did not happen.
	Chosen    time.Duration // a server was picked
	Sent      time.Duration // the last byte of the request was handed on
	FirstByte time.Duration // the answer's headers came
	Answered  time.Duration // the server's status came, or it was clear that none would
	Done      time.Duration // the last byte was handed to the client

	RequestBytes  int64 // of the body, with gRPC's frame headers
	ResponseBytes int64

	HTTPStatus int    // sent to the client; 0 if it was gone
	HasStatus  bool   // there was a grpc-status
	Status     int    // its code
	Message    string // its message, percent decoding undone
	Flags      Flag
}

// Code is the gRPC code by which a call is counted: the one that the client got,
// CANCELLED when it was gone.
func (c *Call) Code() int {
	switch {
	case c.HasStatus:
		return c.Status
	case c.Flags == ClientGone:
		return Cancelled
	}
	return Unknown
}

// Failed tells whether the call did not end with OK.
func (c *Call) Failed() bool { return c.Code() != OK }

// Upstream is the time from the choice of a server to its status, 0 if no server
// was chosen.
func (c *Call) Upstream() time.Duration {
	if c.Server == "" || c.Answered < c.Chosen {
		return 0
	}
	return c.Answered - c.Chosen
}

// Flag is Envoy's response flag: why a call ended other than by its server.
type Flag string

// The flags that occur here.
const (
	NoFlag          Flag = "-"
	ConnectFailed   Flag = "UF" // no connection to any server
	NoServer        Flag = "UH" // no server is ready
	ConnectionLost  Flag = "UC" // the server or its connection went away in the middle
	TimedOut        Flag = "UT" // the route's timeout or the caller's deadline
	ClientGone      Flag = "DC" // the client cancelled or its connection broke
	RefusedByLoad   Flag = "RL" // LoadLimit
	RefusedByPolicy Flag = "DI" // not a call that this port serves
)

// Decision is the sampling decision of a call, made once when it arrives.
type Decision struct {
	TraceID [16]byte
	SpanID  [8]byte // of the ingress span, and the parent that the server sees
	Parent  [8]byte // the caller's span
	Remote  bool    // there is a Parent
	Flags   byte    // W3C trace flags of the span's context
	Kind    Kind
	State   string // tracestate that was sent upstream; "" for none
	Sent    string // th of State, digits; "" if it has none
}

// Kind says who decided and what.
type Kind uint8

// The kinds of a decision.
const (
	Off Kind = iota // no collector: contexts pass as they came, no spans
	HeadSampled
	HeadNotSampled
	CallerSampled
	CallerNotSampled
)

// Sampled tells whether the trace is kept whatever happens.
func (k Kind) Sampled() bool { return k == HeadSampled || k == CallerSampled }

// String is the label value of a decision.
func (k Kind) String() string {
	return [...]string{"off", "head_sampled", "head_not_sampled", "caller_sampled", "caller_not_sampled"}[k]
}
