// Package store keeps the traces of one tenant: log, head, blocks, and what is done
// to them with time. docs/design/0004-trace-store.md tells how they fit together;
// here is who does what, and when.
//
//	Append   Admit, log, sync, head: then it is acknowledged, and in the next Snapshot
//	cutter   ends the head when it is full, or its spans waited too long (head.Cut)
//	writer   makes a block of each head that was cut, in order, and drops the log behind
//	keeper   merges blocks, rewrites those with deleted traces, retention
//
// # Directory
//
//	LOCK                          held by the process that has the store
//	wal/NNNNNNNNNNNNNNNN.log      see package wal
//	blocks/<first>-<last>-<level>[-<rewritten>]/   see package block; and `traces`
//	blocks/damaged/               what was set aside
//	deleted                       the deleted traces that some part still has
//	floor                         where the log began to count when the newest block was dropped
//	tmp/                          what is being made or removed; emptied at a start
//
// A directory of a block is made in tmp/, synced and renamed; it is renamed back to
// tmp/ before it is removed. So it is whole or not there. `traces` lists those
// of the block's traces that had pieces in other parts when it was made (of any two
// blocks with pieces of a trace, the later one knows), and has a filter of all ids. A block that another one covers (its range
// within the other's; or the same, and a lower level or number of rewritings) is
// what a merge left behind at a crash, and removed at a start, if the other is whole.
//
// # Deleted traces
//
// A deletion concerns what was stored before it. So a head that has the trace is cut
// first: the deletion notes the number of that cut, and the position of the log. All
// parts of cuts up to the number, and records below the position, lose the trace;
// spans that come later stay. Delete returns when the note is on disk.
//
// # Damage
//
// A block that cannot be read is moved to blocks/damaged/, Events.Damaged tells, and
// the rest is served. If a question comes across it, this one question gets the
// error; the next Snapshot is without the block.
//
// # Locks
//
// gate is held by appends for reading, and by Delete and Close, which need to stand
// between appends. build is held by who makes snapshots or changes the list of parts.
// swap guards the pointers to heads, for instants: head.Cut takes it within the head's
// own lock, so nobody calls a head while holding it. Order: keep, build, gate, head,
// swap.
//
// Concurrency: everything but Open and Close may be called by any number of
// goroutines. Engines do not log: Events tells.
package store
