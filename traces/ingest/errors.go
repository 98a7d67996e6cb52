package ingest

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"

	"google.golang.org/grpc/codes"

	"supersonic/traces/otlp"
)

// ErrTenant is the error of Options.Tenant for a tenant that is not taken: its text
// is the sender's to read.
var ErrTenant = errors.New("tenant refused")

var (
	errNoTenant = errors.New("no tenant: set the header " + TenantHeader + " to one name")
	errTooLarge = errors.New("the export is too large")
	errStorage  = errors.New("cannot store spans now: send again later")
	errFull     = errors.New("the disk of the trace store is full: make room or shorten the retention, and send again later")
	errBehind   = errors.New("the trace store cannot keep up: send again later")
	errGone     = errors.New("the sender did not wait for the answer")
	errEncoding = errors.New("content encoding not supported: use gzip, zstd, deflate or none")
)

// verdict is what an error is to the sender and to the counters.
type verdict struct {
	code   codes.Code
	status int
	again  bool // to be sent again
	reason string
}

// verdicts is the one place where an error becomes a status.
var verdicts = []struct {
	err error
	verdict
}{
	{errBusy, verdict{codes.ResourceExhausted, http.StatusTooManyRequests, true, ReasonBusy}},
	{errFull, verdict{codes.ResourceExhausted, http.StatusTooManyRequests, true, ReasonStorage}},
	{errBehind, verdict{codes.ResourceExhausted, http.StatusTooManyRequests, true, ReasonBusy}},
	{errStorage, verdict{codes.Unavailable, http.StatusServiceUnavailable, true, ReasonStorage}},
	{errGone, verdict{codes.Unavailable, http.StatusServiceUnavailable, true, ReasonGone}},
	{errNeeds, verdict{codes.InvalidArgument, http.StatusRequestEntityTooLarge, false, ReasonTooLarge}},
	{errTooLarge, verdict{codes.InvalidArgument, http.StatusRequestEntityTooLarge, false, ReasonTooLarge}},
	{errNoTenant, verdict{codes.Unauthenticated, http.StatusUnauthorized, false, ReasonTenant}},
	{ErrTenant, verdict{codes.InvalidArgument, http.StatusBadRequest, false, ReasonTenant}},
	{errEncoding, verdict{codes.Unimplemented, http.StatusUnsupportedMediaType, false, ReasonUnsupported}},
	{otlp.ErrMalformed, verdict{codes.InvalidArgument, http.StatusBadRequest, false, ReasonMalformed}},
}

func fate(err error) verdict {
	for i := range verdicts {
		if errors.Is(err, verdicts[i].err) {
			return verdicts[i].verdict
		}
	}
	return verdict{codes.Internal, http.StatusInternalServerError, false, ReasonMalformed}
}

// storeError is what the sender is told of an error of a store: the path and errno
// are for the log.
func (r *Receiver) storeError(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errFull
	case r.opts.Busy(err):
		return errBehind
	case errors.Is(err, otlp.ErrMalformed), errors.Is(err, ErrTenant):
		return err
	}
	return errStorage
}

func malformed(err error) error { return fmt.Errorf("%w: %w", otlp.ErrMalformed, err) }
