package waterfall

import (
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"

	"supersonic/ui/payload"
)

// head reads the root's call from the attributes that Envoy, our gateway and the
// conventions of OpenTelemetry (old and new names) give it.
func head(top *node) payload.CallHead {
	h := payload.CallHead{
		Method: firstOf(top, "http.method", "http.request.method", "rpc.method"),
		Status: firstOf(top, "http.status_code", "http.response.status_code"),
		Grpc:   grpcName(firstOf(top, "grpc.status_code", "rpc.grpc.status_code")),
		URL:    firstOf(top, "http.url", "url.full", "grpc.path", "http.target", "url.path"),
	}
	status, err := strconv.Atoi(h.Status)
	h.Ok = !top.out.Failed && (err != nil || status < 400) && (h.Grpc == "" || h.Grpc == codes.OK.String())
	return h
}

func firstOf(n *node, keys ...string) string {
	for _, key := range keys {
		if v := n.attr(key); v != "" {
			return v
		}
	}
	return ""
}

// grpcName writes a status as the libraries of gRPC do.
func grpcName(code string) string {
	n, err := strconv.ParseUint(code, 10, 8)
	if err != nil {
		return strings.TrimSpace(code)
	}
	return codes.Code(n).String()
}
