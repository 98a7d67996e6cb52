package ingest

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

const (
	typeProto = "application/x-protobuf"
	typeJSON  = "application/json"
)

// Handler serves POST /v1/traces: protobuf or JSON, plain or compressed with gzip,
// zstd or deflate.
func (r *Receiver) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", r.serve)
	return mux
}

func (r *Receiver) serve(w http.ResponseWriter, req *http.Request) {
	// Also for the rest of a body that is not read, as the request is refused before.
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTime)) // an error: a server without deadlines
	kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if errors.Is(err, mime.ErrInvalidMediaParameter) {
		err = nil // no parameter is needed
	}
	if err != nil || kind != typeProto && kind != typeJSON {
		r.refuse(errEncoding)
		http.Error(w, "send "+typeProto+" or "+typeJSON, http.StatusUnsupportedMediaType)
		return
	}
	a, err := r.receive(w, req, kind)
	if err != nil {
		fail(w, kind, err)
		return
	}
	out := a.proto
	if kind == typeJSON {
		out = a.json
	}
	w.Header().Set("Content-Type", kind)
	w.Write(out())
}

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request, kind string) (answer, error) {
	e, err := r.begin(req.Header.Values(TenantHeader))
	if err != nil {
		return answer{}, err
	}
	raw, err := r.body(w, req, e.claim)
	if err != nil {
		e.claim.end()
		return answer{}, r.refuse(err)
	}
	var buf mem.Buffer = raw
	if kind == typeJSON {
		buf, e.bad, err = fromJSON(raw.ReadOnlyData(), e.claim)
		raw.Free()
		e.claim.less(raw.claimed)
		if err != nil {
			e.claim.end()
			return answer{}, r.refuse(err)
		}
	}
	return r.take(req.Context(), e, buf)
}

// fail answers with an error: google.rpc.Status in the encoding of the request, as
// OTLP asks.
func fail(w http.ResponseWriter, kind string, err error) {
	v := fate(err)
	if v.again {
		w.Header().Set("Retry-After", strconv.Itoa(int(RetryAfter.Seconds())))
	}
	var out []byte
	if kind == typeJSON {
		out, _ = json.Marshal(map[string]any{"code": v.code, "message": err.Error()}) // a number and a text
	} else {
		out, _ = proto.Marshal(&spb.Status{Code: int32(v.code), Message: err.Error()}) // as above
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(v.status)
	w.Write(out)
}
