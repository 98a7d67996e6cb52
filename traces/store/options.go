package store

import (
	"cmp"
	"time"

	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/wal"
)

// Options of a store. Zero values mean the defaults.
type Options struct {
	Head   head.Options
	Limits otlp.Limits // as exports are decoded with, for the replay of the log

	SegmentBytes int64         // of the log: 8 MiB
	CutAge       time.Duration // spans wait so long for their block at most: 30 min
	// CutIdle is how long nothing must come until a head of at least IdleRows spans is
	// cut for that: 5 s, 8,192. A block is smaller than the log, and quicker to ask.
	CutIdle  time.Duration
	IdleRows int
	CarryAge time.Duration // traces touched within it stay behind at a cut, once: 5 s; negative: none

	// FanIn is how many blocks of a level become one of the next: 16. So those of a site
	// that has few spans are rewritten twice at most until they are large.
	FanIn int
	// MaxBlockRows: a merge makes no block with more spans: 6.5 times Head.MaxRows
	// (850,000). While blocks become one they are on disk twice: a first merge of more
	// would take twice the bytes of a store of a million spans and its log.
	MaxBlockRows int

	Retention      time.Duration // traces that ended longer ago are dropped; 0: never
	RetentionBytes int64         // the oldest blocks are dropped to keep blocks and log below; 0: no limit
	RewriteAfter   time.Duration // a block with deleted traces is rewritten so long after at most: 10 min

	CacheBytes int64 // of decoded pages and indexes of all blocks: 64 MiB
	// Cache, if not nil, is used in place of an own one of CacheBytes: by several tenants.
	Cache *block.Cache

	Tick   time.Duration // how often age and retention are looked at: 1 s
	Now    func() time.Time
	Events Events

	manual bool // no goroutines: a test calls the steps
}

// Events tells what happened; nil functions are not called. They may be called by
// several goroutines at once and must not call the store.
type Events struct {
	Log wal.Events
	// Damaged: bytes on disk were not what was written, and were left out or set aside.
	Damaged func(what string, err error)
	// Cut: a head ended with so many spans, of which some were carried over.
	Cut func(number uint64, spans, carried int)
	// CutFailed: a block could not be written; it is tried again. The spans are in
	// the log and are found.
	CutFailed func(name string, err error)
	// Written: the head of a cut is a block.
	Written func(name string, meta block.Meta, took time.Duration)
	// Merged: blocks became one, "" if nothing was left of them.
	Merged func(from []string, to string, meta block.Meta, took time.Duration)
	// MergeFailed: a merge or rewriting failed; it is tried again.
	MergeFailed func(from []string, err error)
	// Dropped: retention removed a block. why is "age" or "bytes".
	Dropped func(name, why string, meta block.Meta)
	// Failed: something else did not work (removing files, say); it is tried again.
	Failed func(what string, err error)
}

func (o Options) defaults() Options {
	o.SegmentBytes = cmp.Or(o.SegmentBytes, 8<<20)
	o.CutAge = cmp.Or(o.CutAge, 30*time.Minute)
	o.CutIdle = cmp.Or(o.CutIdle, 5*time.Second)
	o.IdleRows = cmp.Or(o.IdleRows, 8192)
	o.CarryAge = cmp.Or(o.CarryAge, 5*time.Second)
	o.FanIn = max(2, cmp.Or(o.FanIn, 16))
	o.Head.MaxRows = cmp.Or(o.Head.MaxRows, 128<<10)
	o.Head.MaxBytes = cmp.Or(o.Head.MaxBytes, 64<<20)
	o.Head.CarryRows = cmp.Or(o.Head.CarryRows, o.Head.MaxRows/10)
	o.MaxBlockRows = cmp.Or(o.MaxBlockRows, 13*o.Head.MaxRows/2)
	o.RewriteAfter = cmp.Or(o.RewriteAfter, 10*time.Minute)
	o.CacheBytes = cmp.Or(o.CacheBytes, 64<<20)
	o.Tick = cmp.Or(o.Tick, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Cache == nil {
		o.Cache = block.NewCache(o.CacheBytes)
	}
	return o
}

func (e *Events) damaged(what string, err error) {
	if e.Damaged != nil {
		e.Damaged(what, err)
	}
}

func (e *Events) failed(what string, err error) {
	if err != nil && e.Failed != nil {
		e.Failed(what, err)
	}
}

// waiting is how many heads may wait for their blocks before exports are refused.
const waiting = 2
