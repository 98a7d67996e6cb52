package head

import (
	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// More names the attribute that takes those whose names are too many: a map (the
// OTLP protobuf of its AnyValue) of names and values. See Options.MaxKeys.
const More = "supersonic.more"

// field is a column of which values are kept as entries: of rows, events, links,
// resources, scopes.
type field struct {
	key    column.Key
	number uint32
	dict   dict
	uses   int // entries

	value int64  // of an Int: the last value
	of    uint64 // and its record
}

// fieldBytes is about what a field takes without its texts: itself, its places in
// two maps and the list, its name.
const fieldBytes = 400

// Fields that each head has, by number: what is not an attribute.
const (
	fieldName = iota
	fieldState
	fieldMessage
	fieldDropped
	fieldDroppedEvents
	fieldDroppedLinks
	fieldResourceDropped
	fieldResourceURL
	fieldScopeName
	fieldScopeVersion
	fieldScopeDropped
	fieldScopeURL
	fieldEventName
	fieldLinkState
	fixedFields
)

// fixedKeys are the columns of the fields above.
func fixedKeys() [fixedFields]column.Key {
	return [fixedFields]column.Key{
		fieldName: column.Name, fieldState: column.TraceState, fieldMessage: column.StatusMessage,
		fieldDropped: column.Dropped, fieldDroppedEvents: column.DroppedEvents, fieldDroppedLinks: column.DroppedLinks,
		fieldResourceDropped: column.ResourceDrop, fieldResourceURL: column.ResourceURL,
		fieldScopeName: column.ScopeName, fieldScopeVersion: column.ScopeVersion,
		fieldScopeDropped: column.ScopeDropped, fieldScopeURL: column.ScopeURL,
		fieldEventName: column.EventName, fieldLinkState: column.LinkState,
	}
}

// scopes and types are how many of each there are.
const (
	scopes = int(column.ScopeLink) + 1
	types  = int(column.Empty) + 1
)

// fields finds fields by name.
type fields struct {
	list   []*field
	types  []column.Type // by number: what a reader of entries needs
	byName [scopes][types]map[string]*field
	known  map[column.Key]uint32 // numbers, for readers: made anew when there are more
}

func (f *fields) init() {
	for _, key := range fixedKeys() {
		f.add(key)
	}
}

func (f *fields) add(key column.Key) *field {
	if f.byName[key.Scope][key.Type] == nil {
		f.byName[key.Scope][key.Type] = make(map[string]*field)
	}
	n := &field{key: key, number: uint32(len(f.list))}
	f.list = append(f.list, n)
	f.types = append(f.types, key.Type)
	f.byName[key.Scope][key.Type][key.Name] = n
	return n
}

// find returns the field of an attribute, nil if it is new.
func (f *fields) find(scope column.Scope, a *otlp.Attr) *field {
	return f.byName[scope][a.Type][string(a.Key)]
}
