package block

import (
	"encoding/binary"
	"strconv"

	"supersonic/traces/column"
)

// Format is the format number of both files.
const Format = 1

const parquetMagic = "PAR1"

// Parquet's own numbers.
const (
	typeBool, typeInt64, typeDouble, typeBytes, typeFixed = 0, 2, 5, 6, 7
	required, optional, repeated                          = 0, 1, 2
	logicalString, logicalMap, logicalList, logicalUUID   = 1, 2, 3, 14
	convertedUTF8, convertedMap, convertedList            = 0, 1, 3
	encPlain, encRLE, encDelta, encDictionary             = 0, 3, 5, 8
	codecNone, codecZstd                                  = 0, 6
	pageData, pageDictionary                              = 0, 2
)

var parquetTypes = [forms]int32{
	formInt: typeInt64, formDouble: typeDouble, formBool: typeBool, formText: typeBytes,
	formUUID: typeFixed, formID8: typeFixed, formID16: typeFixed,
}

// pageHeader is what precedes a page's bytes.
func pageHeader(dictionary bool, raw, size int, crc uint32, values int, encoding int32) []byte {
	t := &thrift{}
	t.begin()
	kind, in := int32(pageData), int16(5)
	if dictionary {
		kind, in = pageDictionary, 7
	}
	t.i32(1, kind)
	t.i32(2, int32(raw))
	t.i32(3, int32(size))
	t.i32(4, int32(crc))
	t.in(in)
	t.i32(1, int32(values))
	t.i32(2, encoding)
	if !dictionary {
		t.i32(3, encRLE)
		t.i32(4, encRLE)
	}
	t.end()
	t.end()
	return t.b
}

// footer is Parquet's description of the whole file.
func footer(ix *index) []byte {
	t := &thrift{}
	t.begin()
	t.i32(1, 2)
	schema(t, ix.leaves)
	t.i64(3, int64(ix.meta.Rows))
	t.list(4, thriftStruct, len(ix.groups))
	for i := range ix.groups {
		rowGroup(t, ix, i)
	}
	t.list(5, thriftStruct, 1)
	t.begin()
	t.text(1, "supersonic.format")
	t.text(2, strconv.Itoa(Format))
	t.end()
	t.text(6, "supersonic")
	t.list(7, thriftStruct, len(ix.leaves))
	for range ix.leaves {
		t.begin()
		t.in(1)
		t.end()
		t.end()
	}
	t.end()
	t.b = binary.LittleEndian.AppendUint32(t.b, uint32(len(t.b)))
	return append(t.b, parquetMagic...)
}

// element writes one element of the schema; kind is -1 for a group.
func element(t *thrift, name string, kind, width, repetition, children, converted int32, logical int16) {
	t.begin()
	if kind >= 0 {
		t.i32(1, kind)
	}
	if width > 0 {
		t.i32(2, width)
	}
	if repetition >= 0 {
		t.i32(3, repetition)
	}
	t.text(4, name)
	if children > 0 {
		t.i32(5, children)
	}
	if converted >= 0 {
		t.i32(6, converted)
	}
	if logical > 0 {
		t.mark(10, logical)
	}
	t.end()
}

// schema writes the tree of columns, flattened.
func schema(t *thrift, leaves []leaf) {
	var count [nests]int
	for _, l := range leaves {
		count[l.nest]++
	}
	elements, top := 1+len(leaves), count[nestNone]
	for n := nestRest; n < nests; n++ {
		if count[n] > 0 {
			top++
			elements += len(path(n, "")) - 1
		}
	}
	t.list(2, thriftStruct, elements)
	element(t, "spans", -1, 0, -1, int32(top), -1, 0)
	in := nestNone
	for i := range leaves {
		l := &leaves[i]
		if l.nest != in {
			in = l.nest
			groups(t, in, int32(count[in]))
		}
		leafElement(t, l)
	}
}

func groups(t *thrift, in nest, leaves int32) {
	p := path(in, "")
	if in == nestRest {
		element(t, p[0], -1, 0, required, 1, convertedMap, logicalMap)
		element(t, p[1], -1, 0, repeated, leaves, -1, 0)
		return
	}
	element(t, p[0], -1, 0, required, 1, convertedList, logicalList)
	element(t, p[1], -1, 0, repeated, 1, -1, 0)
	element(t, p[2], -1, 0, required, leaves, -1, 0)
}

// path is where a leaf is in the schema.
func path(in nest, name string) []string {
	switch in {
	case nestRest:
		return []string{"attributes", "key_value", name}
	case nestEvent:
		return []string{"events", "list", "element", name}
	case nestLink:
		return []string{"links", "list", "element", name}
	}
	return []string{name}
}

func leafElement(t *thrift, l *leaf) {
	repetition, converted, logical, width := int32(required), int32(-1), int16(0), int32(0)
	if l.optional {
		repetition = optional
	}
	switch {
	case l.form == formUUID:
		logical = logicalUUID
	case l.form == formText && l.key.Type == column.String && !l.blob:
		converted, logical = convertedUTF8, logicalString
	}
	if parquetTypes[l.form] == typeFixed {
		width = int32(l.form.width())
	}
	element(t, l.name, parquetTypes[l.form], width, repetition, 0, converted, logical)
}

func rowGroup(t *thrift, ix *index, g int) {
	group := &ix.groups[g]
	var raw, size int64
	t.begin()
	t.list(1, thriftStruct, len(ix.leaves))
	for i := range ix.leaves {
		r, s := columnChunk(t, ix, g, i)
		raw, size = raw+r, size+s
	}
	rows := 0
	for _, p := range ix.pages[group.first : group.first+group.pages] {
		rows += p.Rows
	}
	t.i64(2, raw)
	t.i64(3, int64(rows))
	t.i64(5, group.chunks[0].offset)
	t.i64(6, size)
	t.i16(7, int16(g))
	t.end()
}

func columnChunk(t *thrift, ix *index, g, at int) (raw, size int64) {
	l, c := &ix.leaves[at], &ix.groups[g].chunks[at]
	first := c.offset
	if c.dict.count > 0 {
		raw += int64(c.dict.head) + int64(c.dict.raw)
		first += c.dict.whole()
	}
	slots, values := int64(0), int64(0)
	for i := range c.pages {
		p := &c.pages[i]
		raw += int64(p.head) + int64(p.raw)
		slots, values = slots+int64(p.slots), values+int64(p.values)
	}
	size = c.size()
	t.begin()
	t.i64(2, c.offset)
	t.in(3)
	t.i32(1, parquetTypes[l.form])
	encodings := []int32{encRLE, int32(c.encoding)}
	if c.dict.count > 0 {
		encodings = append(encodings, encPlain)
	}
	t.list(2, thriftI32, len(encodings))
	for _, e := range encodings {
		t.b = binary.AppendVarint(t.b, int64(e))
	}
	names := path(l.nest, l.name)
	t.list(3, thriftBinary, len(names))
	for _, n := range names {
		t.item(n)
	}
	t.i32(4, int32(c.codec))
	t.i64(5, slots)
	t.i64(6, raw)
	t.i64(7, size)
	t.i64(9, first)
	if c.dict.count > 0 {
		t.i64(11, c.offset)
	}
	statistics(t, l, c, slots-values)
	t.end()
	t.end()
	return raw, size
}

// statistics lets foreign readers leave out row groups by a number.
func statistics(t *thrift, l *leaf, c *chunk, nulls int64) {
	if l.form != formInt || l.rel != relNone || l.nest != nestNone {
		return
	}
	lo, hi, ok := c.zone()
	t.in(12)
	t.i64(3, nulls)
	if ok {
		t.text(5, string(binary.LittleEndian.AppendUint64(nil, uint64(hi))))
		t.text(6, string(binary.LittleEndian.AppendUint64(nil, uint64(lo))))
	}
	t.end()
}
