package generator

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A segment is the file of one push, which may be several requests:
//
//	"SSPUSHES" | format u32 | crc32c of these 12 bytes u32 | records
//	record: length u32 | samples u32 | crc32c of these 8 bytes and the payload u32 | payload
//
// All numbers are little-endian. The payload is the request as it is sent: snappy.
const (
	segmentMagic  = "SSPUSHES"
	segmentFormat = 1
	segmentHead   = 16
	recordHead    = 12
	maxRequest    = 64 << 20 // bytes of a payload; ours have about 0.1 MiB
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errDamaged says that a segment's bytes are not what was written.
var errDamaged = errors.New("damaged")

func encodeSegment(requests []*request) []byte {
	b := append(make([]byte, 0, segmentHead), segmentMagic...)
	b = binary.LittleEndian.AppendUint32(b, segmentFormat)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	for _, q := range requests {
		at := len(b)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(q.body)))
		b = binary.LittleEndian.AppendUint32(b, uint32(q.samples))
		sum := crc32.Update(crc32.Checksum(b[at:], castagnoli), castagnoli, q.body)
		b = binary.LittleEndian.AppendUint32(b, sum)
		b = append(b, q.body...)
	}
	return b
}

// decodeSegment reads a segment. With an error that is errDamaged it returns the
// requests before the damage: what follows it cannot be told apart.
func decodeSegment(b []byte) ([]*request, error) {
	if len(b) < segmentHead || string(b[:8]) != segmentMagic || crc32.Checksum(b[:12], castagnoli) != binary.LittleEndian.Uint32(b[12:]) {
		return nil, fmt.Errorf("%w: no header of ours", errDamaged)
	}
	if f := binary.LittleEndian.Uint32(b[8:]); f != segmentFormat {
		return nil, fmt.Errorf("format %d is newer than this program (%d)", f, segmentFormat)
	}
	var out []*request
	for at := segmentHead; at < len(b); {
		if len(b)-at < recordHead {
			return out, fmt.Errorf("%w: cut off at byte %d", errDamaged, at)
		}
		n := binary.LittleEndian.Uint32(b[at:])
		if n > maxRequest || int(n) > len(b)-at-recordHead {
			return out, fmt.Errorf("%w: cut off at byte %d", errDamaged, at)
		}
		body := b[at+recordHead : at+recordHead+int(n)]
		if crc32.Update(crc32.Checksum(b[at:at+8], castagnoli), castagnoli, body) != binary.LittleEndian.Uint32(b[at+8:]) {
			return out, fmt.Errorf("%w: checksum at byte %d", errDamaged, at)
		}
		out = append(out, &request{body: body, samples: int(binary.LittleEndian.Uint32(b[at+4:]))})
		at += recordHead + int(n)
	}
	return out, nil
}
