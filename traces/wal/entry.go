package wal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

// The bytes of format 2; see the package's documentation.
const (
	journalFormat = 2
	entryMagic    = "SRC2"
	entryHead     = 28
)

// Position is a place in a Journal: the segment's number and the offset in it.
// Positions grow from record to record.
func position(number uint64, off int64) uint64 { return number<<32 | uint64(off) }

func journalHeader(number uint64) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, fileMagic...)
	b = binary.LittleEndian.AppendUint32(b, journalFormat)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, number)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// journalNumber is the number that a file's header tells; errHeader if the header
// is not a good one.
func journalNumber(b []byte) (uint64, error) {
	if len(b) < headerSize || string(b[:8]) != fileMagic ||
		crc32.Checksum(b[:28], castagnoli) != binary.LittleEndian.Uint32(b[28:]) {
		return 0, errHeader
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != journalFormat {
		return 0, fmt.Errorf("format %d is not this program's (%d): use the program that wrote it", v, journalFormat)
	}
	return binary.LittleEndian.Uint64(b[16:]), nil
}

// encodeEntry appends to buf a record with room for its head.
func encodeEntry(buf, raw []byte) []byte {
	need := entryHead + s2.MaxEncodedLen(len(raw))
	if cap(buf) < need {
		buf = make([]byte, need)
	}
	buf = buf[:need]
	return buf[:entryHead+len(s2.Encode(buf[entryHead:], raw))]
}

// sealEntry fills the head of a record, once its place is known.
func sealEntry(rec []byte, arrived, number uint64, off int64) {
	le := binary.LittleEndian
	copy(rec, entryMagic)
	le.PutUint32(rec[4:], uint32(len(rec)-entryHead))
	le.PutUint64(rec[8:], arrived)
	le.PutUint32(rec[16:], crc32.Checksum(rec[entryHead:], castagnoli))
	le.PutUint32(rec[20:], 0)
	le.PutUint32(rec[24:], entrySum(rec, number, off))
}

// entrySum covers the head and the place where it lies.
func entrySum(head []byte, number uint64, off int64) uint32 {
	var b [40]byte
	copy(b[:], head[:24])
	binary.LittleEndian.PutUint64(b[24:], number)
	binary.LittleEndian.PutUint64(b[32:], uint64(off))
	return crc32.Checksum(b[:], castagnoli)
}

// entry is a good record's place in its file.
type entry struct {
	off, end int64
	arrived  uint64
	payload  []byte
}

// entryAt returns the record at off; ok is false if there is no good one.
func entryAt(data []byte, number uint64, off int64) (e entry, ok bool) {
	rest := data[off:]
	if len(rest) < entryHead || string(rest[:4]) != entryMagic || entrySum(rest, number, off) != binary.LittleEndian.Uint32(rest[24:]) {
		return entry{}, false
	}
	n := int(binary.LittleEndian.Uint32(rest[4:]))
	if n > MaxRecord || n > len(rest)-entryHead {
		return entry{}, false
	}
	payload := rest[entryHead : entryHead+n]
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(rest[16:]) {
		return entry{}, false
	}
	return entry{off: off, end: off + int64(entryHead+n), arrived: binary.LittleEndian.Uint64(rest[8:]), payload: payload}, true
}

// nextEntry finds the first good record at or after from.
func nextEntry(data []byte, number uint64, from int64) (entry, bool) {
	for from < int64(len(data)) {
		i := bytes.Index(data[from:], []byte(entryMagic))
		if i < 0 {
			break
		}
		if e, ok := entryAt(data, number, from+int64(i)); ok {
			return e, true
		}
		from += int64(i) + 1
	}
	return entry{}, false
}

// fileScan is what was found in one file.
type fileScan struct {
	records, damaged int
	good             int64 // the end of the last good record
}

// eachEntry visits the good records of a whole file that lie at from or behind it.
// It passes over what is damaged and goes on at the next good record. raw is good
// until visit returns.
func eachEntry(data []byte, number uint64, from int64, visit func(off int64, arrived uint64, raw []byte) error) (fileScan, error) {
	s := fileScan{good: min(headerSize, int64(len(data)))}
	var buf []byte
	for off := s.good; off < int64(len(data)); {
		e, ok := entryAt(data, number, off)
		if !ok {
			if e, ok = nextEntry(data, number, off+1); !ok {
				break
			}
			s.damaged++
		}
		off, s.good = e.end, e.end
		if e.off < from {
			continue
		}
		raw, err := unpack(buf, e.payload)
		if err != nil { // its checksum is good: it was written so
			s.damaged++
			continue
		}
		buf = raw[:cap(raw)]
		s.records++
		if err := visit(e.off, e.arrived, raw); err != nil {
			return s, err
		}
	}
	return s, nil
}

func unpack(buf, payload []byte) ([]byte, error) {
	n, err := s2.DecodedLen(payload)
	if err != nil || n > MaxRecord {
		return nil, fmt.Errorf("%w: length of the payload", ErrDamaged)
	}
	raw, err := s2.Decode(buf, payload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return raw, nil
}
