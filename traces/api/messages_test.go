package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"supersonic/traces/api"
	"supersonic/traces/column/columntest"
	"supersonic/traces/storetest"
)

// messages are the answers as Tempo defines them: a field is its name, number and
// type, * a list, % a map from text.
const messages = `
SearchResponse traces 1 *Hit, metrics 2 SearchMetrics
Hit traceID 1 string, rootServiceName 2 string, rootTraceName 3 string, startTimeUnixNano 4 uint64, durationMs 5 uint32, spanSet 6 SpanSet, spanSets 7 *SpanSet, serviceStats 8 %Stats
Stats spanCount 1 uint32, errorCount 2 uint32
SpanSet spans 1 *Span, matched 2 uint32, attributes 3 *KeyValue
Span spanID 1 string, name 2 string, startTimeUnixNano 3 uint64, durationNanos 4 uint64, attributes 5 *KeyValue
SearchMetrics inspectedTraces 1 uint32, inspectedBytes 2 uint64, totalBlocks 3 uint32, completedJobs 4 uint32, totalJobs 5 uint32, inspectedSpans 7 uint64
MetadataMetrics inspectedBytes 1 uint64, totalJobs 2 uint32, completedJobs 3 uint32
SearchTagsResponse tagNames 1 *string, metrics 2 MetadataMetrics
SearchTagsV2Response scopes 1 *ScopeTags, metrics 2 MetadataMetrics
ScopeTags name 1 string, tags 2 *string
SearchTagValuesResponse tagValues 1 *string, metrics 2 MetadataMetrics
SearchTagValuesV2Response tagValues 1 *TagValue, metrics 2 MetadataMetrics
TagValue type 1 string, value 2 string
QueryRangeResponse series 1 *TimeSeries, metrics 2 SearchMetrics, status 3 PartialStatus, message 4 string
TimeSeries labels 1 *KeyValue, samples 2 *Sample, exemplars 4 *Exemplar
Sample timestampMs 2 int64, value 1 double
Exemplar labels 1 *KeyValue, value 2 double, timestampMs 3 int64
QueryInstantResponse series 1 *InstantSeries, metrics 2 SearchMetrics, status 3 PartialStatus, message 4 string
InstantSeries labels 1 *KeyValue, value 2 double
KeyValue key 1 string, value 2 AnyValue
AnyValue stringValue 1 string?, boolValue 2 bool?, intValue 3 int64?, doubleValue 4 double?, arrayValue 5 ArrayValue?, bytesValue 7 bytes?
ArrayValue values 1 *AnyValue`

var scalars = map[string]descriptorpb.FieldDescriptorProto_Type{
	"string": descriptorpb.FieldDescriptorProto_TYPE_STRING, "bytes": descriptorpb.FieldDescriptorProto_TYPE_BYTES, "bool": descriptorpb.FieldDescriptorProto_TYPE_BOOL,
	"uint32": descriptorpb.FieldDescriptorProto_TYPE_UINT32, "uint64": descriptorpb.FieldDescriptorProto_TYPE_UINT64,
	"int64": descriptorpb.FieldDescriptorProto_TYPE_INT64, "double": descriptorpb.FieldDescriptorProto_TYPE_DOUBLE,
	"PartialStatus": descriptorpb.FieldDescriptorProto_TYPE_ENUM,
}

func define(t *testing.T) protoreflect.MessageDescriptors {
	t.Helper()
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("answers.proto"), Package: proto.String("t"), Syntax: proto.String("proto3"),
		EnumType: []*descriptorpb.EnumDescriptorProto{{Name: proto.String("PartialStatus"), Value: []*descriptorpb.EnumValueDescriptorProto{
			{Name: proto.String("COMPLETE"), Number: proto.Int32(0)}, {Name: proto.String("PARTIAL"), Number: proto.Int32(1)},
		}}},
	}
	for line := range strings.Lines(strings.TrimSpace(messages)) {
		name, fields, _ := strings.Cut(strings.TrimSpace(line), " ")
		m := &descriptorpb.DescriptorProto{Name: &name}
		for f := range strings.SplitSeq(fields, ", ") {
			addField(t, m, f)
		}
		file.MessageType = append(file.MessageType, m)
	}
	fd, err := protodesc.NewFile(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return fd.Messages()
}

// addField adds what one field of messages says.
func addField(t *testing.T, m *descriptorpb.DescriptorProto, text string) {
	t.Helper()
	var name, kind string
	var number int32
	if _, err := fmt.Sscan(text, &name, &number, &kind); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, JsonName: &name, Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	kind, oneof := strings.CutSuffix(kind, "?")
	if oneof {
		f.OneofIndex = proto.Int32(0)
		if len(m.OneofDecl) == 0 {
			m.OneofDecl = []*descriptorpb.OneofDescriptorProto{{Name: proto.String("one")}}
		}
	}
	kind, list := strings.CutPrefix(kind, "*")
	kind, isMap := strings.CutPrefix(kind, "%")
	if list || isMap {
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	}
	if isMap {
		entry := &descriptorpb.DescriptorProto{Name: proto.String(strings.ToUpper(name[:1]) + name[1:] + "Entry"), Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)}}
		addField(t, entry, "key 1 string")
		addField(t, entry, "value 2 "+kind)
		m.NestedType = append(m.NestedType, entry)
		kind = m.GetName() + "." + entry.GetName()
	}
	of, scalar := scalars[kind]
	if !scalar {
		of = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE
	}
	f.Type = of.Enum()
	if !scalar || kind == "PartialStatus" {
		f.TypeName = proto.String(".t." + kind)
	}
	m.Field = append(m.Field, f)
}

// TestClientsReadTheSameFromBothForms reads answers as Tempo's clients do, who know
// its messages and refuse fields that these have not.
func TestClientsReadTheSameFromBothForms(t *testing.T) {
	even, odd := halves(columntest.Load(t))
	base := serve(t, engineOf(t, even, odd), api.Options{})
	types := define(t)
	f := func(kind, path string) {
		t.Helper()
		fromJSON, fromProto := dynamicpb.NewMessage(types.ByName(protoreflect.Name(kind))), dynamicpb.NewMessage(types.ByName(protoreflect.Name(kind)))
		if err := protojson.Unmarshal([]byte(ask(t, "GET", base+path).body), fromJSON); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := (proto.UnmarshalOptions{}).Unmarshal([]byte(ask(t, "GET", base+path, "Accept", "application/protobuf").body), fromProto); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if strings.Contains(path, "limit=") { // how much was read by then is chance
			metrics := fromJSON.Descriptor().Fields().ByName("metrics")
			fromJSON.Clear(metrics)
			fromProto.Clear(metrics)
		}
		if !proto.Equal(fromJSON, fromProto) {
			t.Errorf("%s differs: JSON %.500s\nprotobuf %.500s", path, protojson.Format(fromJSON), protojson.Format(fromProto))
		}
		if fromProto.GetUnknown() != nil {
			t.Errorf("%s has fields that the message has not", path)
		}
	}
	for _, r := range storetest.ReadAnswers(t, "../../traceql/testdata/answers.jsonl.gz") {
		switch q := hour + "&q=" + url.QueryEscape(r.Query); r.Kind {
		case "S":
			f("SearchResponse", "/api/search?limit=50&"+q)
		case "M":
			f("QueryRangeResponse", "/api/metrics/query_range?step=600&maxSeries=5&"+q)
		case "I":
			f("QueryInstantResponse", "/api/metrics/query?"+q)
		}
	}
	f("SearchTagsResponse", "/api/search/tags")
	f("SearchTagsV2Response", "/api/v2/search/tags")
	f("SearchTagValuesResponse", "/api/search/tag/service.name/values")
	f("SearchTagValuesV2Response", "/api/v2/search/tag/span.triton.batch_size/values")
	arrays := url.QueryEscape("{ resource.process.command_args != nil } | select(resource.process.command_args, resource.gpu.mig, event.exception.escaped)")
	f("SearchResponse", "/api/search?spss=100&"+hour+"&q="+arrays)
}
