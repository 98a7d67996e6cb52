// Package block keeps Segments on disk. A block is an immutable directory of two
// files: spans.parquet, which any reader of Parquet opens as it is, and index,
// which is all that our own reader reads beside the pages it needs.
// docs/reference/blocks.md describes both for who uses them without us.
//
// # spans.parquet
//
// Pages are those of the Segment: a page of every column has the same rows, and a
// trace lies in one page. 32 pages are a row group, so that a dictionary serves some
// 256,000 rows and a writer holds one column of them; 8 in a block of level 0, since a
// head keeps what it found in so many pages. Pages are of version 1
// (version 2 would leave the levels uncompressed: 4.5 bytes a span), compressed with
// zstd, with a CRC-32 each. The page writer is our own: it takes the dictionary
// codes of the Segment (1.1 CPU-s per million spans with reading the head; by the
// libraries 2.4 to 3.5 without).
//
// A page of plain values is packed as several frames (frames.go), so that a trace is
// read without unpacking its neighbours.
//
// What costs most is kept as what is smallest: starts and durations as packed
// differences, times of events as the time since the event before, numbers of events
// that are times as well as the difference to the event's time, texts that are UUIDs
// as 16 bytes. All of it is exact.
//
// Codes in the file are those of the Vector: the first text of a dictionary is empty
// and stands for absent values.
//
// Every fixed column is in every file. An attribute has a column of its own; of more
// than mostColumns attributes the rarest share one column, "attributes".
//
// # index
//
// A header (magic, format number, length and CRC-32 of what follows), then
//
//	head    the block's Meta, columns, row groups, pages with their times, and where
//	        each page of each column lies, its CRC-32 and least and largest number
//	bounds  how many rows each trace has, by page
//	ids     for each trace 16 bits of its id's hash and its number, in buckets
//	CRC-32  of all before it
//
// The head is kept in memory, about 0.6 bytes a span; a page's bounds and a bucket
// of ids are read when needed, and have a CRC-32 each in the head.
//
// Format 1. A reader refuses a number that it does not know; a change that an old
// reader would misread gets a new number, and one reader knows all of them.
//
// # Damage
//
// Everything that is read is checked first: an error that is ErrDamaged tells the
// file, the offset and what. A block of wrong bytes, of any kind, gives such an
// error and never a panic, nor memory beyond what the size of the files explains.
//
// # Concurrency
//
// A Block serves any number of goroutines. Its files stay open until the last
// holder's Release, also when the directory is removed meanwhile.
package block
