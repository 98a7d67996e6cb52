// Package traceqltest writes traces and queries as text, so that a test of the
// language reads like a session:
//
//	trace a ingress(client gateway-0 12ms) > InferRequest(server triton-1 9ms) > resnet(7ms model_version=3)
//	search { span.model_version = 3 && duration > 5ms }
//	----
//	a  resnet 7ms model_version=3
//
// A trace is a tree of spans: `a > b` is a child, `a > [b > c, d]` several. In
// the parentheses stand, in any order: a kind; a status (`ok`, `error`) and its
// `message="..."`; the duration; `+2ms`, the start after the parent's; the
// service, which children take over; attributes `key=value`, of other scopes as
// `resource.key=value` and `instrumentation.key=value`; `event=NAME` and
// `link=SPANID`, whose attributes follow as `event.key=value`, `link.key=value`, and
// `event:timeSinceStart=2ms` and `link:traceID="4bf9..."`;
// `instrumentation:name=NAME` and `instrumentation:version="1.2"` are its scope.
// Values are read as the language reads them, else as text; `[a,b]` is an array.
//
// Session is not safe for concurrent use.
package traceqltest
