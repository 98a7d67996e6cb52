package ui

import (
	"compress/gzip"
	"net/http"
	"strings"
)

// packedFrom is the size in bytes from which an answer is worth packing: below, it
// fits into a packet or two anyway.
const packedFrom = 4 << 10

// packed packs what is written in one piece for a reader who can unpack it: columns
// of numbers become about an eighth.
func packed(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if !unpacks(r) {
		return w
	}
	return &packer{w, http.StatusOK}
}

// unpacks tells whether who asks can unpack gzip.
func unpacks(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

type packer struct {
	http.ResponseWriter
	status int
}

func (p *packer) WriteHeader(status int) { p.status = status }

func (p *packer) Write(body []byte) (int, error) {
	p.Header().Set("Vary", "Accept-Encoding")
	if len(body) < packedFrom {
		p.ResponseWriter.WriteHeader(p.status)
		return p.ResponseWriter.Write(body)
	}
	p.Header().Set("Content-Encoding", "gzip")
	p.ResponseWriter.WriteHeader(p.status)
	z, err := gzip.NewWriterLevel(p.ResponseWriter, gzip.BestSpeed)
	if err != nil {
		return 0, err
	}
	n, err := z.Write(body)
	if err != nil {
		return n, err
	}
	return n, z.Close()
}
