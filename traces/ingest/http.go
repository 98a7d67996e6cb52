package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

const (
	typeProto = "application/x-protobuf"
	typeJSON  = "application/json"
)

var errTooLarge = errors.New("export is too large")

// Handler serves POST /v1/traces: protobuf or JSON, plain or gzip.
func (r *Receiver) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", r.serve)
	return mux
}

func (r *Receiver) serve(w http.ResponseWriter, req *http.Request) {
	kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || kind != typeProto && kind != typeJSON {
		http.Error(w, "send "+typeProto+" or "+typeJSON, http.StatusUnsupportedMediaType)
		return
	}
	body, err := r.body(w, req)
	if err != nil {
		r.fail(w, kind, err)
		return
	}
	take := r.proto
	if kind == typeJSON {
		take = r.json
	}
	resp, err := take(req.Context(), body)
	if err != nil {
		r.fail(w, kind, err)
		return
	}
	r.answer(w, kind, resp)
}

// body reads a request up to the limit, decompressed.
func (r *Receiver) body(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	limit := int64(r.limits.ExportBytes)
	var in io.Reader = http.MaxBytesReader(w, req.Body, limit)
	switch enc := req.Header.Get("Content-Encoding"); enc {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", errMalformed, err)
		}
		defer z.Close()
		in = io.LimitReader(z, limit+1)
	default:
		return nil, fmt.Errorf("%w: content encoding %q: use gzip or none", errMalformed, enc)
	}
	var buf bytes.Buffer
	if n := req.ContentLength; n > 0 && n <= limit {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(in)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge), int64(buf.Len()) > limit:
		r.refusedExport(ReasonTooLarge)
		return nil, fmt.Errorf("%w: at most %d bytes", errTooLarge, limit)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errMalformed, err)
	}
	return buf.Bytes(), nil
}

func (r *Receiver) answer(w http.ResponseWriter, kind string, resp ptraceotlp.ExportResponse) {
	marshal := resp.MarshalProto
	if kind == typeJSON {
		marshal = resp.MarshalJSON
	}
	out, err := marshal()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Write(out)
}

// fail is the one place where an error becomes an HTTP answer: the status as
// google.rpc.Status in the encoding of the request, as OTLP asks.
func (r *Receiver) fail(w http.ResponseWriter, kind string, err error) {
	status, code := http.StatusBadRequest, codes.InvalidArgument
	switch {
	case errors.Is(err, errBusy):
		status, code = http.StatusTooManyRequests, codes.ResourceExhausted
	case errors.Is(err, errStorage), errors.Is(err, errGone):
		status, code = http.StatusServiceUnavailable, codes.Unavailable
	case errors.Is(err, errTooLarge):
		status, code = http.StatusRequestEntityTooLarge, codes.InvalidArgument
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(int(RetryAfter.Seconds())))
	}
	var out []byte
	if kind == typeJSON {
		out, _ = json.Marshal(map[string]any{"code": code, "message": err.Error()}) // a number and a string
	} else {
		out, _ = proto.Marshal(&spb.Status{Code: int32(code), Message: err.Error()}) // as above
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(out)
}
