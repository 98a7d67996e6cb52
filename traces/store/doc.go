// Package store keeps traces: the log on disk, an index of it, and a bounded
// cache of decoded records. It implements query.Source.
//
// A segment of the log has an index from trace id to the records that hold the
// trace's spans. While the segment grows the index is in memory; when it is done
// (Maintain), the index is written beside it as NNNN.idx and read back as needed.
// A segment without a good index is read again from its records, so an index is
// never the only copy of anything.
//
// Index format 1, little-endian: a head of 72 bytes ("SSTRIDX\0", format, number
// of traces, record references, names and bloom lengths, split count, size of the
// log file, times, spans), service names, the ids of traces that have pieces in
// older segments, a bloom filter, crc32c; then the entries sorted by id (id,
// start, end, first reference, spans: 40 bytes), their order by start, the
// references (offsets in the log), crc32c. The part up to the first checksum is
// what stays in memory.
//
// Reading newest first: the segments are merged by the start of their traces'
// pieces; a trace counts where its earliest piece lies, so every trace is seen
// once and in its place. (With a range that leaves old segments out, a trace
// that began before them comes at the place of its earliest piece within.)
//
// Retention drops a segment when the newest end of its spans is too old; an end
// in the future counts as the time of arrival.
//
// A large export becomes several records, as a record is decoded whole for each of
// its traces.
//
// Concurrency: everything but Open and Close may be called by many goroutines;
// Maintain by one at a time. Engines do not log: Events tells.
package store
