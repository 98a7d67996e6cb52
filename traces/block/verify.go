package block

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"supersonic/internal/faultfs"
)

// verifyBytes is how much is read at once.
const verifyBytes = 1 << 20

// sum is the checksum of a file's first bytes.
func (b *Block) sum(ctx context.Context, f faultfs.File, name string, size int64) (crc uint32, err error) {
	buf := make([]byte, min(size, verifyBytes))
	for at := int64(0); at < size; at += int64(len(buf)) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		buf = buf[:min(int64(len(buf)), size-at)]
		if err := b.readAt(f, name, buf, at); err != nil {
			return 0, err
		}
		crc = crc32.Update(crc, crc32.IEEETable, buf)
	}
	return crc, nil
}

func (b *Block) verifyIndex(ctx context.Context) error {
	crc, err := b.sum(ctx, b.index, IndexFile, b.size-4)
	if err != nil {
		return err
	}
	var last [4]byte
	if err := b.readAt(b.index, IndexFile, last[:], b.size-4); err != nil {
		return err
	}
	if crc != binary.LittleEndian.Uint32(last[:]) {
		return b.damage(IndexFile, 0, "the file has another checksum")
	}
	return nil
}

// verifyData looks for the page where the file as a whole is not what it was.
func (b *Block) verifyData(ctx context.Context) error {
	crc, err := b.sum(ctx, b.data, DataFile, b.ix.data.size)
	if err != nil || crc == b.ix.data.crc {
		return err
	}
	m := &memory{}
	for g := range b.ix.groups {
		for i := range b.ix.leaves {
			k := &b.ix.groups[g].chunks[i]
			c := b.leaf(i)
			if k.dict.count > 0 {
				if _, err := c.bytes(m, codecNone, k.offset+int64(k.dict.head), k.dict.size, k.dict.size, k.dict.crc); err != nil {
					return err
				}
			}
			for n := range k.pages {
				e := &k.pages[n]
				if _, err := c.bytes(m, codecNone, e.offset+int64(e.head), e.size, e.size, e.crc); err != nil {
					return fmt.Errorf("page %d: %w", b.ix.groups[g].first+n, err)
				}
			}
		}
	}
	return b.damage(DataFile, 0, "the file has another checksum, though its pages have theirs: a header of a page or the beginning was changed")
}
