package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on what a file may hold: real ones have some hundred lines.
const (
	maxFileBytes = 4 << 20 // dashboards may be inside
	maxNodes     = 200_000 // after aliases are followed
	maxDepth     = 100
)

// readFile reads one file of the user. order is its place among them.
func readFile(name string, order int) (*node, error) {
	o := Origin{File: name, User: true, order: order}
	fail := func(msg, hint string) (*node, error) {
		return nil, Errors{{Origin: o, Msg: msg, Hint: hint}}
	}
	if strings.Contains(name, "://") {
		return fail("is an address, not a file", "download it first")
	}
	f, err := os.Open(name)
	if err != nil {
		return fail(withoutPath(err), "check the path given with -f")
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return fail("is a directory", "name the file inside it")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return fail(withoutPath(err), "")
	}
	if len(data) > maxFileBytes {
		return fail(fmt.Sprintf("is larger than %d MiB", maxFileBytes>>20), "is it a values file?")
	}
	return parseYAML(data, o)
}

// withoutPath gives the reason alone: the name already stands before it.
func withoutPath(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Op + ": " + pe.Err.Error()
	}
	return err.Error()
}

// parseYAML reads one document. An empty one is an empty map.
func parseYAML(data []byte, o Origin) (*node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := decodeNode(dec, &doc); {
	case errors.Is(err, io.EOF):
		return newMap(o), nil
	case err != nil:
		return nil, syntaxError(err, data, o)
	}
	r := &reader{origin: o}
	root := r.node(&doc, "", 0)
	var next yaml.Node
	switch err := decodeNode(dec, &next); {
	case err == nil:
		at := r.at(&next)
		r.errs = append(r.errs, &Error{Origin: at, Msg: "a second document begins here", Hint: "a values file is one document; give two files with two -f"})
	case !errors.Is(err, io.EOF):
		return nil, syntaxError(err, data, o)
	}
	if len(r.errs) == 0 && root.kind == kindNull {
		return newMap(o), nil
	}
	if len(r.errs) == 0 && root.kind != kindMap {
		r.fail(root.origin, "", "is "+root.kind.String()+", not a map of sections", "a values file begins with keys such as triton: and envoy:")
	}
	if err := r.errs.orNil(); err != nil {
		return nil, err
	}
	return root, nil
}

// decodeNode turns a panic of the library on hostile input into an error.
func decodeNode(dec *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	return dec.Decode(into)
}

// libraryPlace is the library's prefix; its line numbers are those of the
// enclosing section as often as not, so they are not used.
var libraryPlace = regexp.MustCompile(`^(?:yaml: )?(?:line \d+: )?`)

func yamlMessage(err error) string {
	return err.Error()[len(libraryPlace.FindString(err.Error())):]
}

// syntaxError gives the library's message the line where it arises, and a hint
// for the mistakes that everybody makes.
func syntaxError(err error, data []byte, o Origin) error {
	e := &Error{Origin: o, Msg: yamlMessage(err)}
	lines := bytes.SplitAfter(data, []byte("\n"))
	e.Line = failingLine(lines, e.Msg)
	line := lines[e.Line-1]
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	if tab := bytes.IndexByte(indent, '\t'); tab >= 0 {
		e.Col, e.Hint = tab+1, "the line is indented by a tab; YAML wants spaces"
		return Errors{e}
	}
	for _, h := range syntaxHints {
		if strings.Contains(e.Msg, h.message) {
			e.Hint = h.hint
			break
		}
	}
	return Errors{e}
}

var syntaxHints = []struct{ message, hint string }{
	{"mapping values are not allowed", `a value that contains ": " needs quotes, and keys of one section the same indentation`},
	{"did not find expected key", "keys of one section need the same indentation"},
	{"expected ':'", "a key ends in a colon and a space"},
	{"cannot start any token", "a value that begins with @, ` or % needs quotes"},
	{"unexpected end of stream", "a quote that opens here is not closed"},
	{"expected ',' or", "a bracket that opens here is not closed"},
	{"UTF-8", "save the file as UTF-8"},
	{"control characters", "is it a text file?"},
}

// failingLine finds the line, from 1, with which the file begins to fail as the
// whole does: the first lines up to it fail with the same message, without it
// they do not.
func failingLine(lines [][]byte, msg string) int {
	fails := func(n int) bool {
		var doc yaml.Node
		dec := yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:n+1], nil)))
		for {
			err := decodeNode(dec, &doc)
			if err != nil {
				return !errors.Is(err, io.EOF) && yamlMessage(err) == msg
			}
		}
	}
	n := sort.Search(len(lines), fails)
	return min(n, len(lines)-1) + 1
}

// reader turns the library's tree into ours.
type reader struct {
	origin Origin
	nodes  int
	full   bool // a bound was reached and reported
	errs   Errors
}

func (r *reader) at(y *yaml.Node) Origin {
	o := r.origin
	o.Line, o.Col = y.Line, y.Column
	return o
}

func (r *reader) fail(o Origin, path, msg, hint string) {
	r.errs = append(r.errs, &Error{Origin: o, Path: path, Msg: msg, Hint: hint})
}

func (r *reader) node(y *yaml.Node, path string, depth int) *node {
	n := &node{origin: r.at(y)}
	if r.nodes++; r.full || r.nodes > maxNodes || depth > maxDepth {
		if !r.full {
			r.fail(n.origin, "", "is nested too deep, or grows too large through its aliases", "")
		}
		r.full = true
		return n
	}
	switch y.Kind {
	case yaml.DocumentNode:
		if len(y.Content) == 0 {
			return n
		}
		return r.node(y.Content[0], path, depth)
	case yaml.AliasNode:
		return r.node(y.Alias, path, depth+1)
	case yaml.MappingNode:
		r.mapping(y, n, path, depth)
	case yaml.SequenceNode:
		n.kind = kindList
		for i, c := range y.Content {
			n.items = append(n.items, r.node(c, item(path, i), depth+1))
		}
	case yaml.ScalarNode:
		r.scalar(y, n)
	}
	return n
}

// mapping reads keys in order; `<<` gives what the map itself does not.
func (r *reader) mapping(y *yaml.Node, n *node, path string, depth int) {
	n.kind, n.fields = kindMap, map[string]*node{}
	var merged []*node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode {
			r.fail(r.at(k), path, "a key must be a word", "the braces of a template need quotes")
			continue
		}
		if k.Value == "" {
			r.fail(r.at(k), path, "a key is empty", "")
			continue
		}
		at := join(path, k.Value)
		child := r.node(v, at, depth+1)
		if k.ShortTag() == "!!merge" {
			merged = append(merged, child)
			continue
		}
		child.origin = r.at(k)
		if first, has := n.fields[k.Value]; has {
			r.fail(child.origin, at, fmt.Sprintf("is here a second time, first in line %d", first.origin.Line), "keep one of the two, or join them")
			continue
		}
		n.put(k.Value, child)
	}
	for _, m := range merged {
		r.inherit(n, m)
	}
}

func (r *reader) inherit(n, from *node) {
	switch from.kind {
	case kindList:
		for _, m := range from.items {
			r.inherit(n, m)
		}
	case kindMap:
		for _, k := range from.keys {
			if _, has := n.fields[k]; !has {
				n.put(k, from.fields[k])
			}
		}
	default:
		r.fail(from.origin, "", "<< wants a map", "")
	}
}

func (r *reader) scalar(y *yaml.Node, n *node) {
	n.kind, n.raw = kindString, y.Value
	switch y.ShortTag() {
	case "!!null":
		n.kind = kindNull
		return
	case "!!str":
		n.value = y.Value
		if y.Style == 0 || y.Style == yaml.TaggedStyle && y.Tag == "" {
			if b, ok := oldBool(y.Value); ok {
				n.kind, n.value = kindBool, b
			}
		}
		return
	case "!!timestamp":
		n.value = y.Value
		return
	}
	var v any
	if err := y.Decode(&v); err != nil {
		r.fail(n.origin, "", strings.TrimPrefix(err.Error(), "yaml: "), "")
		n.value = ""
		return
	}
	switch v := v.(type) {
	case bool:
		n.kind, n.value = kindBool, v
	case int:
		n.kind, n.value = kindInt, v
	case float64:
		n.kind, n.value = kindFloat, v
	case string:
		n.value = v
	case int64, uint64: // beyond the machine's int: kept for sections that pass through
		n.kind, n.value = kindFloat, toFloat(v)
	default:
		r.fail(n.origin, "", fmt.Sprintf("the tag %s is not known", y.Tag), "write the value without a tag")
		n.value = ""
	}
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	}
	return 0
}

// oldBool knows the booleans of YAML 1.1, which Helm reads.
func oldBool(s string) (value, ok bool) {
	switch s {
	case "yes", "Yes", "YES", "on", "On", "ON":
		return true, true
	case "no", "No", "NO", "off", "Off", "OFF":
		return false, true
	}
	return false, false
}
