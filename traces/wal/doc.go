// Package wal is the log of the trace store: records of bytes in append-only
// segment files. A record is on disk, synced, when Append returns.
//
// Format 1, little-endian. A file NNNNNNNNNNNNNNNN.log (its number, 16 decimal
// digits) is a header of 32 bytes and records:
//
//	header: "SSTRLOG\0"  u32 format  u32 zero  u64 number  u32 zero  u32 crc32c of the 28 bytes before
//	record: "SREC"  u32 length  u32 crc32c of the payload  u32 crc32c of the 12 bytes before, number and offset
//	        payload: s2 block of what Append was given
//
// The checksum of a record's head covers where it lies, so a search for the next
// good record after a damaged one cannot take stale or embedded bytes for one.
//
// Group commit without a timer and without a goroutine of its own: the first
// Append that finds no sync under way syncs for all that were written before, and
// the next one starts as soon as it ended.
//
// Failures: a write that fails (full disk) is cut off again and the Append
// refused; the segment goes on. If the cut fails, or a sync, the segment is
// abandoned at its last synced byte and the next Append begins a new one: after a
// failed sync the kernel may have dropped the pages, so a later good sync of the
// same file would prove nothing.
//
// Concurrency: all methods of Log and Segment may be called by many goroutines.
// The log does not know what a span is and keeps no index; its caller does.
//
// # Format 2
//
// Journal writes format 2, in a directory of its own; the file header is the same
// but for the format, and
//
//	record: "SRC2"  u32 length  u64 time of arrival (Unix ns)  u32 crc32c of the payload  u32 zero
//	        u32 crc32c of the 24 bytes before, number and offset
//	        payload: s2 block of what Append was given
//
// A record has a position, number<<32 | offset, that grows from record to record.
// A Journal never writes to a file that it found, so a torn tail needs no repair.
// The number of a file is what its header says: files that were renamed are read in
// their order. Whoever keeps the records elsewhere drops the segments before.
package wal
