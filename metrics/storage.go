package metrics

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
)

const (
	// The TSDB's own numbers are for millions of series. With 6,000 series, four
	// targets each 5 s, the heap holds 9.5 MB with these stripes and 14.6 MB with the
	// library's 16,384; buffers and segments are taken whole.
	stripes          = 1 << 10
	headWriteBuffer  = 1 << 20
	logSegment       = 32 << 20
	shortestBlock    = 2 * time.Hour
	longestBlock     = 31 * 24 * time.Hour // Prometheus's cap, where retention allows
	blocksPerHistory = 10                  // a block spans at most this part of the retention
)

// openStorage makes the directory, locks it and replays its log.
func (s *Server) openStorage() error {
	dir := s.cfg.DataDir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the data directory: %w (choose another with --data-dir)", err)
	}
	if err := probe(dir); err != nil {
		return fmt.Errorf("the data directory cannot be written: %w (check its owner and the disk, or choose another with --data-dir)", err)
	}
	db, err := tsdb.Open(dir, s.log, s.reg, s.storageOptions(), s.stats)
	switch {
	case errors.Is(err, syscall.EAGAIN):
		return fmt.Errorf("the data directory %s is in use by another process: stop it or choose another with --data-dir: %w", dir, err)
	case err != nil:
		return fmt.Errorf("open the data directory %s: %w", dir, err)
	}
	s.db = db
	return nil
}

// probe tells whether files can be made in dir: the TSDB itself would only say so
// at its first sample.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		// the temporary name means nothing to the reader
		if path := (*fs.PathError)(nil); errors.As(err, &path) {
			return &fs.PathError{Op: "create a file in", Path: dir, Err: path.Err}
		}
		return err
	}
	return errors.Join(f.Close(), os.Remove(filepath.Clean(f.Name())))
}

func (s *Server) storageOptions() *tsdb.Options {
	o := tsdb.DefaultOptions()
	o.RetentionDuration = s.cfg.Retention.Milliseconds()
	longest := min(longestBlock, max(s.cfg.Retention/blocksPerHistory, shortestBlock))
	o.MaxBlockDuration = longest.Milliseconds()
	o.WALCompression = compression.Snappy
	o.WALSegmentSize = logSegment
	o.StripeSize = stripes
	o.HeadChunksWriteBufferSize = headWriteBuffer
	o.EnableExemplarStorage = true
	o.MaxExemplars = MaxExemplars
	o.OutOfOrderTimeWindow = OutOfOrderWindow.Milliseconds()
	o.FeatureRegistry = s.features
	return o
}

// admin is the TSDB as the status pages of the API see it. The API's admin part
// is off, so that what it embeds is read only.
type admin struct {
	*tsdb.DB
	stats *tsdb.DBStats
}

func (a admin) Stats(label string, limit int) (*tsdb.Stats, error) {
	return a.Head().Stats(label, limit), nil
}

func (a admin) WALReplayStatus() (tsdb.WALReplayStatus, error) {
	return a.stats.Head.WALReplayStatus.GetWALReplayStatus(), nil
}

func (a admin) BlockMetas() ([]tsdb.BlockMeta, error) { return a.DB.BlockMetas(), nil }
