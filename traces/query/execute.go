package query

import (
	"cmp"
	"runtime"
	"time"
)

// EngineOptions are the bounds of an engine. Zero values mean the defaults.
type EngineOptions struct {
	Workers  int         // that read pages for one query; GOMAXPROCS
	MaxBytes int64       // memory of one query's hits and groups; 256 MiB
	Memory   *Memory     // of all queries together; nil: no bound
	Rows     func(n int) // is told of rows that were read; may be nil. Called by several goroutines

	alone time.Duration // what one goroutine does alone for series; serialCost
}

// engine is the Engine over Snapshots: it reads columns, page by page.
type engine struct {
	src  Snapshots
	opts EngineOptions
}

// NewEngine returns an Engine over what src shows. Each question is answered from
// one Snapshot. Any number of goroutines may ask.
func NewEngine(src Snapshots, opts EngineOptions) Engine {
	opts.Workers = cmp.Or(opts.Workers, runtime.GOMAXPROCS(0))
	opts.MaxBytes = cmp.Or(opts.MaxBytes, 256<<20)
	opts.alone = cmp.Or(opts.alone, serialCost)
	return &engine{src: src, opts: opts}
}

var _ Engine = (*engine)(nil)
