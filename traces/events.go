package traces

import (
	"sync/atomic"
	"time"

	"supersonic/traces/block"
	"supersonic/traces/ingest"
	"supersonic/traces/store"
	"supersonic/traces/wal"
)

// storeEvents counts and logs what happens in a tenant's store.
func (s *Store) storeEvents(name string) store.Events {
	log := s.log.With("tenant", name)
	return store.Events{
		Log: wal.Events{
			Synced: func(took time.Duration, records int) {
				s.metrics.fsync.Observe(took.Seconds())
				s.metrics.fsyncRecords.Observe(float64(records))
			},
			Abandoned: func(segment string, err error) {
				s.metrics.abandoned.Inc()
				log.Error("log segment given up after a disk error", "file", segment, "error", err)
			},
		},
		Damaged: func(what string, err error) {
			s.metrics.damaged.Inc()
			log.Error("damaged data left out: look at the disk; `supersonic traces verify` reads everything", "what", what, "error", err)
		},
		Cut: func(number uint64, spans, carried int) {
			log.Debug("spans in memory are cut", "cut", number, "spans", spans, "carried", carried)
		},
		CutFailed: func(name string, err error) {
			s.metrics.failed.WithLabelValues("write_block").Inc()
			s.complain("cannot write a block, will try again; its spans are in the log", "block", name, "error", err)
		},
		Written: func(name string, m block.Meta, took time.Duration) {
			s.metrics.written.WithLabelValues("cut").Add(float64(m.Bytes))
			log.Debug("block written", "block", name, "spans", m.Rows, "bytes", m.Bytes, "took", took)
		},
		Merged: func(from []string, to string, m block.Meta, took time.Duration) {
			s.metrics.written.WithLabelValues("merge").Add(float64(m.Bytes))
			log.Debug("blocks merged", "from", from, "to", to, "spans", m.Rows, "bytes", m.Bytes, "took", took)
		},
		MergeFailed: func(from []string, err error) {
			s.metrics.failed.WithLabelValues("merge").Inc()
			s.complain("cannot merge blocks, will try again", "blocks", from, "error", err)
		},
		Dropped: func(name, why string, m block.Meta) {
			s.metrics.droppedBlocks.WithLabelValues(why).Inc()
			s.metrics.droppedSpans.WithLabelValues(why).Add(float64(m.Rows))
			log.Info("retention dropped a block", "block", name, "why", why, "traces", m.Traces, "spans", m.Rows)
		},
		Failed: func(what string, err error) {
			s.metrics.failed.WithLabelValues("other").Inc()
			s.complain("the trace store could not do something, will try again", "what", what, "error", err)
		},
	}
}

func (s *Store) ingestEvents() ingest.Events {
	fate := func(f, reason string, n int) { s.metrics.spans.WithLabelValues(f, reason).Add(float64(n)) }
	return ingest.Events{
		Received: func(spans, bytes int) {
			fate("received", "", spans)
			s.metrics.bytes.Add(float64(bytes))
		},
		Kept:          func(n int) { fate("kept", "", n) },
		Marked:        func(n int, mark string) { s.metrics.marked.WithLabelValues(mark).Add(float64(n)) },
		Refused:       func(n int, reason string) { fate("refused", reason, n) },
		RefusedExport: func(reason string) { s.metrics.exportsRefused.WithLabelValues(reason).Inc() },
		Failed: func(err error) {
			s.complain("cannot store spans, exporters are told to send again", "error", err)
		},
	}
}

func (s *Store) complain(message string, args ...any) {
	if s.quiet.allow(time.Now()) {
		s.log.Error(message, args...)
	}
}

// throttle lets one log line through in ten seconds: a full disk refuses
// thousands of exports, and the counters tell how many.
type throttle struct{ last atomic.Int64 }

func (t *throttle) allow(now time.Time) bool {
	last := t.last.Load()
	return now.UnixNano()-last > int64(10*time.Second) && t.last.CompareAndSwap(last, now.UnixNano())
}
