package traffic

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// pod is a resource.
type pod struct {
	order    int
	name     string
	address  string
	resource []byte // encoded Resource
	scope    []byte // encoded InstrumentationScope
}

func gatewayPod(i int) pod {
	name := fmt.Sprintf("supersonic-envoy-%d", i)
	return pod{order: i, name: name, resource: resource(
		text("service.name", name), text("k8s.pod.name", name), text("k8s.namespace.name", "cms"), text("release", "supersonic"),
		text("telemetry.sdk.language", "cpp"), text("telemetry.sdk.name", "envoy"), text("telemetry.sdk.version", "1.40.0"),
	), scope: scope("envoy", "")}
}

func (s *Stream) serverPod(i int) pod {
	const letters = "bcdfghjklmnpqrstvwxz2456789"
	suffix := make([]byte, 5)
	for j := range suffix {
		suffix[j] = letters[s.rng.IntN(len(letters))]
	}
	name := "supersonic-triton-7f5c9d-" + string(suffix)
	return pod{order: 1000 + i, name: name, address: fmt.Sprintf("10.42.%d.%d:8001", i%4, 10+i), resource: resource(
		text("service.name", name), text("k8s.pod.name", name), text("k8s.namespace.name", "cms"), text("k8s.node.name", fmt.Sprintf("gpu-node-%02d", i/4)),
		text("release", "supersonic"), text("telemetry.sdk.language", "cpp"), text("telemetry.sdk.name", "opentelemetry"), text("telemetry.sdk.version", "1.14.2"),
		text("triton.server.version", "2.55.0"), integer("gpu.count", int64(1+i%2)), attr{key: "gpu.mig", typ: 'b', num: int64(i % 2)},
		attr{key: "process.command_args", typ: 'l', texts: []string{"tritonserver", "--model-repository=/models", "--trace-config=mode=opentelemetry"}},
	), scope: scope("triton-server", "2.55.0")}
}

func resource(attrs ...attr) []byte {
	var b []byte
	for _, a := range attrs {
		b = appendAttr(b, 1, a)
	}
	return b
}

func scope(name, version string) []byte {
	b := appendText(nil, 1, name)
	if version != "" {
		b = appendText(b, 2, version)
	}
	return b
}

// encoder writes exports, with buffers that it uses again.
type encoder struct{ out, spans, one []byte }

// export writes spans, of which those of a pod are adjacent.
func (e *encoder) export(spans []span) []byte {
	e.out = e.out[:0]
	for from := 0; from < len(spans); {
		to := from
		e.spans = e.spans[:0]
		e.spans = appendBytes(e.spans, 1, spans[from].at.scope)
		for ; to < len(spans) && spans[to].at == spans[from].at; to++ {
			e.one = appendSpan(e.one[:0], &spans[to])
			e.spans = appendBytes(e.spans, 2, e.one)
		}
		r := spans[from].at.resource
		size := protowire.SizeTag(1) + protowire.SizeBytes(len(r)) + protowire.SizeTag(2) + protowire.SizeBytes(len(e.spans))
		e.out = protowire.AppendVarint(protowire.AppendTag(e.out, 1, protowire.BytesType), uint64(size))
		e.out = appendBytes(e.out, 1, r)
		e.out = appendBytes(e.out, 2, e.spans)
		from = to
	}
	return e.out
}

func appendSpan(b []byte, s *span) []byte {
	b = appendBytes(b, 1, s.trace[:])
	b = appendBytes(b, 2, s.id[:])
	if s.state != "" {
		b = appendText(b, 3, s.state)
	}
	if s.parent != ([8]byte{}) {
		b = appendBytes(b, 4, s.parent[:])
	}
	b = appendText(b, 5, s.name)
	b = appendNumber(b, 6, s.kind)
	b = appendFixed(b, 7, s.start)
	b = appendFixed(b, 8, s.end)
	for _, a := range s.attrs {
		b = appendAttr(b, 9, a)
	}
	for i := range s.events {
		b = appendBytes(b, 11, appendEvent(nil, &s.events[i]))
	}
	if s.link {
		l := appendBytes(appendBytes(nil, 1, s.trace[:]), 2, s.id[:])
		b = appendBytes(b, 13, appendAttr(l, 4, text("link.type", "batch")))
	}
	if s.status != 0 || s.message != "" {
		st := appendText(nil, 2, s.message)
		b = appendBytes(b, 15, appendNumber(st, 3, s.status))
	}
	return b
}

// steadyOffset is between the wall clock and Triton's steady one.
const steadyOffset = 1_795_000_000_000_000_000

func appendEvent(b []byte, e *event) []byte {
	b = appendFixed(b, 1, e.time)
	b = appendText(b, 2, e.name)
	if e.steady {
		b = appendAttr(b, 3, attr{key: "triton.steady_timestamp_ns", typ: 'i', num: int64(e.time - steadyOffset)})
	}
	for _, a := range e.attrs {
		b = appendAttr(b, 3, a)
	}
	return b
}

func appendAttr(b []byte, field protowire.Number, a attr) []byte {
	var v []byte
	switch a.typ {
	case 's':
		v = appendText(nil, 1, a.text)
	case 'b':
		v = appendNumber(nil, 2, uint64(a.num))
	case 'i':
		v = appendNumber(nil, 3, uint64(a.num))
	case 'f':
		v = appendFixed(nil, 4, math.Float64bits(a.float))
	case 'l':
		var list []byte
		for _, t := range a.texts {
			list = appendBytes(list, 1, appendText(nil, 1, t))
		}
		v = appendBytes(nil, 5, list)
	}
	kv := appendBytes(appendText(nil, 1, a.key), 2, v)
	return appendBytes(b, field, kv)
}

func appendText(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendBytes(b []byte, field protowire.Number, s []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendNumber(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), n)
}

func appendFixed(b []byte, field protowire.Number, n uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), n)
}
