package metrics

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
)

const (
	maxWriteBody    = 32 << 20  // bytes of a remote-write request as sent
	maxWriteDecoded = 128 << 20 // and as its snappy header says it will become
)

// limitWrite refuses a remote-write request that is too large, or that says it
// will be once decompressed: the library allocates what the first bytes claim.
func limitWrite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bufio.NewReaderSize(http.MaxBytesReader(w, r.Body, maxWriteBody), 4096)
		head, err := body.Peek(binary.MaxVarintLen64)
		if err != nil && err != io.EOF {
			http.Error(w, fmt.Sprintf("remote write: read the body: %v", err), http.StatusBadRequest)
			return
		}
		if size, n := binary.Uvarint(head); r.ContentLength > maxWriteBody || (n > 0 && size > maxWriteDecoded) {
			http.Error(w, fmt.Sprintf("remote write: the request is larger than %d MiB (%d MiB decompressed): send smaller batches",
				maxWriteBody>>20, maxWriteDecoded>>20), http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{body, r.Body}
		next.ServeHTTP(w, r)
	})
}
