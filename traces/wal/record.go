package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/s2"
)

const (
	fileMagic   = "SSTRLOG\x00"
	recordMagic = "SREC"
	format      = 1

	headerSize = 32
	recordHead = 16

	// MaxRecord bounds a record before and after compression; a length above it is
	// damage, not data.
	MaxRecord = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged says that bytes on disk are not what was written.
var ErrDamaged = errors.New("damaged record")

func fileHeader(seq uint64) []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, fileMagic...)
	b = binary.LittleEndian.AppendUint32(b, format)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = binary.LittleEndian.AppendUint32(b, 0)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// errHeader says that a file has no header of ours: torn at creation, or damaged.
var errHeader = errors.New("damaged file header")

// checkHeader returns an error that is errHeader, or one that names a format of
// the future.
func checkHeader(b []byte, seq uint64) error {
	if len(b) < headerSize || string(b[:8]) != fileMagic ||
		crc32.Checksum(b[:28], castagnoli) != binary.LittleEndian.Uint32(b[28:]) {
		return errHeader
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != format {
		return fmt.Errorf("format %d is newer than this program (%d): use the program that wrote it", v, format)
	}
	if n := binary.LittleEndian.Uint64(b[16:]); n != seq {
		return fmt.Errorf("file says that it is number %d: it was renamed", n)
	}
	return nil
}

// encode returns a whole record with room for its head, which sealHead fills once
// the place is known.
func encode(raw []byte) []byte {
	buf := make([]byte, recordHead+s2.MaxEncodedLen(len(raw)))
	payload := s2.Encode(buf[recordHead:], raw)
	return buf[:recordHead+len(payload)]
}

func sealHead(rec []byte, seq uint64, off int64) {
	copy(rec, recordMagic)
	binary.LittleEndian.PutUint32(rec[4:], uint32(len(rec)-recordHead))
	binary.LittleEndian.PutUint32(rec[8:], crc32.Checksum(rec[recordHead:], castagnoli))
	binary.LittleEndian.PutUint32(rec[12:], headSum(rec, seq, off))
}

func headSum(head []byte, seq uint64, off int64) uint32 {
	var b [28]byte
	copy(b[:], head[:12])
	binary.LittleEndian.PutUint64(b[12:], seq)
	binary.LittleEndian.PutUint64(b[20:], uint64(off))
	return crc32.Checksum(b[:], castagnoli)
}

// parseHead returns the length of the payload, false if this is not the head of
// a record at off.
func parseHead(head []byte, seq uint64, off int64) (int, bool) {
	if len(head) < recordHead || string(head[:4]) != recordMagic ||
		headSum(head, seq, off) != binary.LittleEndian.Uint32(head[12:]) {
		return 0, false
	}
	n := binary.LittleEndian.Uint32(head[4:])
	return int(n), n <= MaxRecord
}

// decode checks a whole record, head included, and returns what Append was given.
func decode(rec []byte) ([]byte, error) {
	payload := rec[recordHead:]
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(rec[8:]) {
		return nil, fmt.Errorf("%w: checksum of the payload", ErrDamaged)
	}
	n, err := s2.DecodedLen(payload)
	if err != nil || n > MaxRecord {
		return nil, fmt.Errorf("%w: length of the payload", ErrDamaged)
	}
	raw, err := s2.Decode(nil, payload)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return raw, nil
}

// Scan is what walk found in a file.
type Scan struct {
	Records int
	// Damaged counts stretches of bytes in the middle that hold no good record.
	Damaged int
	// Good is the end of the last good record: what follows is a torn tail.
	Good int64
}

// walk calls visit for every good record of data, a whole file, in order. It
// skips what is damaged and goes on at the next good record.
func walk(data []byte, seq uint64, visit func(off int64, raw []byte) error) (Scan, error) {
	s := Scan{Good: min(headerSize, int64(len(data)))}
	for off := s.Good; off < int64(len(data)); {
		raw, next, ok := recordAt(data, seq, off)
		if !ok {
			off, ok = findNext(data, seq, off+1)
			if !ok {
				break
			}
			s.Damaged++
			continue
		}
		if err := visit(off, raw); err != nil {
			return s, err
		}
		s.Records++
		off, s.Good = next, next
	}
	return s, nil
}

func recordAt(data []byte, seq uint64, off int64) (raw []byte, next int64, ok bool) {
	rest := data[off:]
	n, ok := parseHead(rest, seq, off)
	if !ok || recordHead+n > len(rest) {
		return nil, 0, false
	}
	raw, err := decode(rest[:recordHead+n])
	return raw, off + int64(recordHead+n), err == nil
}

func findNext(data []byte, seq uint64, from int64) (int64, bool) {
	for {
		i := bytes.Index(data[from:], []byte(recordMagic))
		if i < 0 {
			return 0, false
		}
		off := from + int64(i)
		if _, _, ok := recordAt(data, seq, off); ok {
			return off, true
		}
		from = off + 1
	}
}
