package otlp

import (
	"cmp"
	"encoding/binary"

	"supersonic/traces/column"
)

// maxNesting is how deep values may lie within values. All that walks a value calls
// itself for each level: without a bound an export of a few MiB ends the process
// for want of stack, which no recover can help. An attribute that nests deeper is
// left out, whatever Limits say.
const maxNesting = 64

// keyValue reads a KeyValue into a zero a. The form in which everybody writes it is
// read without a loop over fields.
func (a *Attr) keyValue(kv []byte, depth int) error {
	if len(kv) >= 4 && kv[0] == 1<<3|wireBytes && kv[1] < 0x80 {
		k := 2 + int(kv[1])
		if k < len(kv) && kv[k] == 2<<3|wireBytes {
			n, i := uvarint(kv, k+1)
			if i > 0 && n == uint64(len(kv)-i) {
				a.Key = kv[2:k:k]
				return a.value(kv[i:len(kv):len(kv)], depth)
			}
		}
	}
	return a.keyValueFields(kv, depth)
}

func (a *Attr) keyValueFields(kv []byte, depth int) error {
	a.Type = column.Empty
	for i := 0; i < len(kv); {
		var tag uint64
		var err error
		switch tag, i = uvarint(kv, i); tag {
		case 1<<3 | wireBytes:
			a.Key, i = chunk(kv, i)
		case 2<<3 | wireBytes:
			var v []byte
			if v, i = chunk(kv, i); i >= 0 {
				err = a.anyValue(v, depth) // of several, what the last one sets counts
			}
		default:
			i, err = unknown(kv, i, tag, 1<<1|1<<2)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

// value reads an AnyValue: at once if it is one field of a plain type.
func (a *Attr) value(v []byte, depth int) error {
	if len(v) >= 2 {
		switch v[0] {
		case 1<<3 | wireBytes, 7<<3 | wireBytes:
			if n, i := uvarint(v, 1); i > 0 && n == uint64(len(v)-i) {
				a.Type, a.Text = column.String, v[i:]
				if v[0] != 1<<3|wireBytes {
					a.Type = column.Bytes
				}
				return nil
			}
		case 3<<3 | wireVarint:
			if n, i := uvarint(v, 1); i == len(v) {
				a.Type, a.Num = column.Int, n
				return nil
			}
		case 4<<3 | wire64:
			if len(v) == 9 {
				a.Type, a.Num = column.Float, binary.LittleEndian.Uint64(v[1:])
				return nil
			}
		}
	}
	a.Type = column.Empty
	return a.anyValue(v, depth)
}

// anyValue reads an AnyValue over what a has: the last field counts.
func (a *Attr) anyValue(v []byte, depth int) error {
	if depth++; depth > maxNesting {
		return errNesting
	}
	for i := 0; i < len(v); {
		var tag, n uint64
		var raw []byte
		var err error
		switch tag, i = uvarint(v, i); tag {
		case 1<<3 | wireBytes:
			raw, i = chunk(v, i)
			a.Type, a.Num, a.Text = column.String, 0, raw
		case 2<<3 | wireVarint:
			n, i = uvarint(v, i)
			a.Type, a.Num, a.Text = column.Bool, min(n, 1), nil
		case 3<<3 | wireVarint:
			n, i = uvarint(v, i)
			a.Type, a.Num, a.Text = column.Int, n, nil
		case 4<<3 | wire64:
			n, i = fixed64(v, i)
			a.Type, a.Num, a.Text = column.Float, n, nil
		case 5<<3 | wireBytes:
			raw, i = chunk(v, i)
			a.Type, a.Num, a.Text = column.Array, 0, v
			err = checkParts(raw, depth, (*Attr).anyValue)
		case 6<<3 | wireBytes:
			raw, i = chunk(v, i)
			a.Type, a.Num, a.Text = column.Map, 0, v
			err = checkParts(raw, depth, (*Attr).keyValue)
		case 7<<3 | wireBytes:
			raw, i = chunk(v, i)
			a.Type, a.Num, a.Text = column.Bytes, 0, raw
		default:
			i, err = unknown(v, i, tag, 1<<1|1<<2|1<<3|1<<4|1<<5|1<<6|1<<7)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

// checkParts reads the parts of an ArrayValue or a KeyValueList, to see that they
// are whole.
func checkParts(list []byte, depth int, read func(*Attr, []byte, int) error) error {
	for i := 0; i < len(list); {
		var tag uint64
		var err error
		if tag, i = uvarint(list, i); tag == 1<<3|wireBytes {
			var raw []byte
			if raw, i = chunk(list, i); i >= 0 {
				var part Attr
				err = read(&part, raw, depth)
			}
		} else {
			i, err = unknown(list, i, tag, 1<<1)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

// list is a list of attributes that is being read.
type list struct {
	attrs   *[]Attr // the arena
	begin   int     // where the list begins in it
	stamp   int     // which of a name's stamps it uses
	serial  uint32
	after   int32 // the place in names.next of the attribute before
	most    int
	dropped uint32
	marks   Marks
}

// newList begins a list. Lists within spans have an arena and stamps of their own,
// so that the order of fields does not matter.
func (b *Batch) newList(kind int) list {
	b.names.serial++
	l := list{attrs: &b.outer, serial: b.names.serial, after: int32(kind), most: b.home.limits.Attributes}
	if kind == ofEvent || kind == ofLink {
		l.attrs, l.stamp = &b.inner, 1
	}
	l.begin = len(*l.attrs)
	return l
}

// reopen continues a list that was ended: a resource may come in pieces.
func (b *Batch) reopen(kind int, had []Attr) list {
	l := b.newList(kind)
	*l.attrs = append(*l.attrs, had...)
	for i := range had {
		b.names.list[had[i].Name].stamps[l.stamp] = l.serial
	}
	return l
}

func (l *list) end() []Attr {
	return (*l.attrs)[l.begin:len(*l.attrs):len(*l.attrs)]
}

// add reads a KeyValue into the list, within the limits, if it has no such key yet.
// room is how many bytes the span may still take, see Limits.SpanBytes.
func (b *Batch) add(l *list, kv []byte, room *int) error {
	*l.attrs = append(*l.attrs, Attr{})
	last := len(*l.attrs) - 1
	a := &(*l.attrs)[last]
	if err := a.keyValue(kv, 0); err == errNesting {
		l.leaveOut(last)
		return b.memory.take(0)
	} else if err != nil {
		return err
	}
	a.Name = b.intern(a.Key, l.after)
	l.after = a.Name + lists
	name := &b.names.list[a.Name]
	if name.stamps[l.stamp] == l.serial {
		*l.attrs = (*l.attrs)[:last]
		return b.memory.take(0)
	}
	name.stamps[l.stamp] = l.serial
	size := len(kv)
	if len(a.Text) > b.home.limits.ValueBytes {
		size -= b.cutValue(a)
		l.marks |= ValueCut
	}
	if (last-l.begin >= l.most || size > *room || len(a.Key) > b.home.limits.ValueBytes) && string(a.Key) != MarkKey {
		l.leaveOut(last)
		return b.memory.take(0)
	}
	*room -= size
	return b.memory.take(attrSize)
}

// leaveOut takes the last attribute away again, for a limit.
func (l *list) leaveOut(last int) {
	*l.attrs = (*l.attrs)[:last]
	l.dropped++
	l.marks |= AttributesCut
}
