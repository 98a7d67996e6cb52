package block

import "encoding/binary"

// Types of Thrift's compact protocol.
const (
	thriftTrue   = 1
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thrift writes Thrift's compact protocol, in which Parquet describes itself. No
// block is read by it: what our reader needs is in the index.
type thrift struct {
	b    []byte
	last int16
	outs []int16 // last of the structs around
}

func (t *thrift) field(id int16, typ byte) {
	if d := id - t.last; d > 0 && d <= 15 {
		t.b = append(t.b, byte(d)<<4|typ)
	} else {
		t.b = binary.AppendVarint(append(t.b, typ), int64(id))
	}
	t.last = id
}

func (t *thrift) i16(id, v int16) { t.field(id, thriftI16); t.b = binary.AppendVarint(t.b, int64(v)) }

func (t *thrift) i32(id int16, v int32) {
	t.field(id, thriftI32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thrift) i64(id int16, v int64) {
	t.field(id, thriftI64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thrift) text(id int16, v string) {
	t.field(id, thriftBinary)
	t.item(v)
}

// item is a text within a list.
func (t *thrift) item(v string) {
	t.b = append(binary.AppendUvarint(t.b, uint64(len(v))), v...)
}

// list begins a list of n items.
func (t *thrift) list(id int16, typ byte, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|typ)
		return
	}
	t.b = binary.AppendUvarint(append(t.b, 0xf0|typ), uint64(n))
}

// begin begins a struct that is an item of a list, or the whole.
func (t *thrift) begin() {
	t.outs = append(t.outs, t.last)
	t.last = 0
}

// in begins a struct that is a field.
func (t *thrift) in(id int16) {
	t.field(id, thriftStruct)
	t.begin()
}

func (t *thrift) end() {
	t.b = append(t.b, 0)
	t.last = t.outs[len(t.outs)-1]
	t.outs = t.outs[:len(t.outs)-1]
}

// mark is a union's member without content.
func (t *thrift) mark(id, member int16) {
	t.in(id)
	t.in(member)
	t.end()
	t.end()
}
