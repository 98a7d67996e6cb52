package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/query"
)

// The service tempopb.StreamingQuerier, at the port of the API: Grafana asks it
// when its switch "Streaming" is on. A stream holds one message, the whole answer.
// A request is translated to the parameters of the same question over HTTP, so
// both are read by one parser.

// Protocols is what the server of the API has to speak for it: HTTP/1.1, and
// HTTP/2 without TLS, which gRPC uses.
func Protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return p
}

// field is a field of a request and the parameter that it is.
type field struct {
	number protowire.Number
	param  string
	unit   string // put behind numbers
}

// fieldTags is the map of SearchRequest.
const fieldTags = "tags"

var (
	searchFields = []field{
		{1, fieldTags, ""}, {2, "minDuration", "ms"}, {3, "maxDuration", "ms"}, {4, "limit", ""}, {5, "start", ""}, {6, "end", ""},
		{8, "q", ""}, {9, "spss", ""},
	}
	tagFields     = []field{{1, "scope", ""}, {2, "q", ""}, {3, "start", ""}, {4, "end", ""}, {5, "limit", ""}}
	valueFields   = []field{{1, paramTag, ""}, {2, "q", ""}, {4, "start", ""}, {5, "end", ""}, {6, "limit", ""}}
	rangeFields   = []field{{1, "q", ""}, {2, "start", ""}, {3, "end", ""}, {4, "step", "ns"}, {16, "exemplars", ""}, {17, "maxSeries", ""}}
	instantFields = []field{{1, "q", ""}, {2, "start", ""}, {3, "end", ""}}
)

// parameters reads a request. Zeros are parameters that are not given; fields that
// are not known are left out.
func parameters(b []byte, fields []field) (url.Values, error) {
	v := url.Values{}
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return nil, bad("the request is no protobuf: %w", protowire.ParseError(size))
		}
		b = b[size:]
		if size = protowire.ConsumeFieldValue(n, kind, b); size < 0 {
			return nil, bad("field %d of the request is no protobuf: %w", n, protowire.ParseError(size))
		}
		for _, f := range fields {
			if f.number == n {
				if err := f.set(v, kind, b[:size]); err != nil {
					return nil, err
				}
			}
		}
		b = b[size:]
	}
	return v, nil
}

func (f field) set(v url.Values, kind protowire.Type, b []byte) error {
	switch {
	case f.param == fieldTags && kind == protowire.BytesType:
		entry, _ := protowire.ConsumeBytes(b)
		pair, err := parameters(entry, []field{{1, "key", ""}, {2, "value", ""}})
		if err != nil {
			return err
		}
		tag := pair.Get("key") + "=" + strconv.Quote(pair.Get("value"))
		v.Set(fieldTags, strings.TrimSpace(v.Get(fieldTags)+" "+tag))
	case kind == protowire.BytesType:
		text, _ := protowire.ConsumeString(b)
		v.Set(f.param, text)
	case kind == protowire.VarintType:
		if n, _ := protowire.ConsumeVarint(b); n != 0 {
			v.Set(f.param, strconv.FormatUint(n, 10)+f.unit)
		}
	default:
		return bad("field %d of the request, %s, has the wrong type", f.number, f.param)
	}
	return nil
}

// rawCodec hands messages through as bytes.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

func (h *Handler) newStreams() *grpc.Server {
	desc := grpc.ServiceDesc{ServiceName: "tempopb.StreamingQuerier", HandlerType: (*any)(nil)}
	for _, q := range h.streamed() {
		desc.Streams = append(desc.Streams, grpc.StreamDesc{StreamName: q.method, ServerStreams: true, Handler: h.stream(q)})
	}
	s := grpc.NewServer(grpc.ForceServerCodecV2(rawCodec{}))
	s.RegisterService(&desc, nil)
	return s
}

// fallen is where a stream leaves its panic: gRPC runs it in a goroutine of its own,
// where a panic would end the process, and not the request as in net/http.
type fallen struct{ what atomic.Pointer[string] }

type fallenKey struct{}

func (h *Handler) serveStream(w http.ResponseWriter, r *http.Request) {
	var f fallen
	h.streams.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), fallenKey{}, &f)))
	if what := f.what.Load(); what != nil {
		panic(*what) // for net/http to log
	}
}

// caught leaves a panic to serveStream.
func caught(ctx context.Context, err *error) {
	what := recover()
	if what == nil {
		return
	}
	*err = status.Error(codes.Internal, "the store failed at this question: its log says more")
	if f, ok := ctx.Value(fallenKey{}).(*fallen); ok {
		text := fmt.Sprintf("%v\n%s", what, debug.Stack())
		f.what.Store(&text)
	}
}

func (h *Handler) stream(q question) grpc.StreamHandler {
	return func(_ any, s grpc.ServerStream) (err error) {
		defer caught(s.Context(), &err)
		var body []byte
		if err := s.RecvMsg(&body); err != nil {
			return err
		}
		header := http.Header{}
		if md, ok := metadata.FromIncomingContext(s.Context()); ok {
			for _, id := range md.Get(headerOrgID) {
				header.Set(headerOrgID, id)
			}
		}
		a, err := h.observed(s.Context(), q.endpoint+"_stream", header, func(ctx context.Context, e query.Engine) (answer, error) {
			v, err := parameters(body, q.fields)
			if err != nil {
				return answer{}, err
			}
			out, t, err := q.ask(ctx, e, v)
			if err != nil {
				return answer{stats: t.stats}, err
			}
			body := out.proto()
			return answer{stats: t.stats, warnings: t.warnings, limited: t.limited, body: body}, large(body)
		})
		if err != nil {
			return status.Error(grpcCode(a.status), err.Error())
		}
		for _, w := range a.told() {
			s.SetTrailer(metadata.Pairs("warning", w))
		}
		defer h.letGo(a.body)
		if err := h.hold(a.body); err != nil {
			return status.Error(grpcCode(statusOf(err)), err.Error())
		}
		return s.SendMsg(a.body)
	}
}

// grpcCode is the code of an HTTP status of statusOf.
func grpcCode(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusBadRequest:
		return codes.InvalidArgument
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound:
		return codes.NotFound
	case http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		return codes.ResourceExhausted
	case http.StatusServiceUnavailable:
		return codes.Unavailable
	case http.StatusGatewayTimeout:
		return codes.DeadlineExceeded
	case 499:
		return codes.Canceled
	}
	return codes.Internal
}
