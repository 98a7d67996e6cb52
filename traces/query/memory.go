package query

import (
	"errors"
	"sync/atomic"
)

// ErrCrowded is the error of a query for which the others leave no memory.
var ErrCrowded = errors.New("the queries at work take all the memory that there is for them: ask again later")

// Memory bounds what the queries of several engines take together; a nil one does
// not. Safe for concurrent use.
type Memory struct {
	most int64
	used atomic.Int64
}

// NewMemory makes a Memory of so many bytes. It should be more than one query may
// take, else that never gets it.
func NewMemory(most int64) *Memory { return &Memory{most: most} }

// Used is what queries take now.
func (m *Memory) Used() int64 { return m.used.Load() }

// take takes bytes, also where it tells that there are too few; negative: gives back.
func (m *Memory) take(bytes int64) error {
	if m != nil && m.used.Add(bytes) > m.most && bytes > 0 {
		return ErrCrowded
	}
	return nil
}

// hold takes memory until letGo.
func (s *scan) hold(bytes int64) error {
	s.held.Add(bytes)
	return s.opts.Memory.take(bytes)
}

// letGo gives back all that the query held, once: it ends.
func (s *scan) letGo() { _ = s.opts.Memory.take(-s.held.Swap(0)) } // giving back has no error
