package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/span"
)

// The small files: a magic of 8 bytes, what they hold (little-endian), crc32c.
const (
	notesMagic   = "SSTRTRC1"
	deletedMagic = "SSTRDEL1"
	floorMagic   = "SSTRFLR1"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errSealed = errors.New("not what was written: the checksum or the length is wrong")

func seal(magic string, body []byte) []byte {
	b := append([]byte(magic), body...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func unseal(magic string, b []byte) ([]byte, error) {
	if len(b) < len(magic)+4 || string(b[:len(magic)]) != magic {
		return nil, errSealed
	}
	body, sum := b[:len(b)-4], b[len(b)-4:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, errSealed
	}
	return body[len(magic):], nil
}

// tombstone is a deletion of a trace.
type tombstone struct {
	id       span.TraceID
	cut      uint64    // parts of cuts up to it lose the trace
	position uint64    // and records of the log below it
	at       time.Time // of Delete
}

const tombstoneBytes = 16 + 8 + 8 + 8

func encodeTombstones(list []tombstone) []byte {
	body := make([]byte, 0, tombstoneBytes*len(list))
	for _, t := range list {
		body = append(body, t.id[:]...)
		body = binary.LittleEndian.AppendUint64(body, t.cut)
		body = binary.LittleEndian.AppendUint64(body, t.position)
		body = binary.LittleEndian.AppendUint64(body, uint64(t.at.UnixNano()))
	}
	return seal(deletedMagic, body)
}

func decodeTombstones(b []byte) ([]tombstone, error) {
	body, err := unseal(deletedMagic, b)
	if err != nil || len(body)%tombstoneBytes != 0 {
		return nil, errSealed
	}
	list := make([]tombstone, len(body)/tombstoneBytes)
	for i := range list {
		b, t := body[i*tombstoneBytes:], &list[i]
		copy(t.id[:], b)
		t.cut = binary.LittleEndian.Uint64(b[16:])
		t.position = binary.LittleEndian.Uint64(b[24:])
		t.at = time.Unix(0, int64(binary.LittleEndian.Uint64(b[32:])))
	}
	return list, nil
}

// floor is what the blocks that are gone would tell.
type floor struct {
	position uint64 // replay starts here
	cut      uint64 // the latest that was a block
}

func encodeFloor(f floor) []byte {
	return seal(floorMagic, binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, f.position), f.cut))
}

func decodeFloor(b []byte) (floor, error) {
	body, err := unseal(floorMagic, b)
	if err != nil || len(body) != 16 {
		return floor{}, errSealed
	}
	return floor{binary.LittleEndian.Uint64(body), binary.LittleEndian.Uint64(body[8:])}, nil
}

// readFile returns all bytes of a file.
func readFile(files faultfs.FS, path string) ([]byte, error) {
	f, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	data := make([]byte, size)
	if _, err := f.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}
