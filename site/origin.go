package site

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Origin says where a value was written. The zero Origin is our default.
type Origin struct {
	File      string // as the user named it, or "--set KEY"; empty for a default
	Line, Col int    // from 1; 0 where there is none
	User      bool   // the user wrote it, in a file or by --set

	order int // place among the files, for sorting errors
}

// String gives file:line:col, the --set, or "default".
func (o Origin) String() string {
	switch {
	case o.File == "":
		return "default"
	case o.Line == 0:
		return o.File
	case o.Col == 0:
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Col)
}

// compare orders by file, line and column.
func (o Origin) compare(p Origin) int {
	return cmp.Or(cmp.Compare(o.order, p.order), cmp.Compare(o.Line, p.Line), cmp.Compare(o.Col, p.Col))
}

// set tells whether the value comes from the command line, whose types are
// guesses: there a string may stand for a number.
func (o Origin) set() bool { return strings.HasPrefix(o.File, "--set") }

// Origin tells where the value at path was written. Paths are written as for
// --set: dots between keys, `\.` for a dot inside a key, [0] for an item of a
// list; [grpc] is the item whose name is grpc. A path that no user wrote gives
// the zero Origin.
func (s *Site) Origin(path string) Origin {
	n := s.user.find(path)
	if n == nil {
		return Origin{}
	}
	return n.origin
}

// Nearest is Origin, but for a path that no user wrote it gives the place of the
// longest part of it that one wrote: what a component says about
// exporters.otlp.tls belongs to exporters.otlp if tls was left out.
func (s *Site) Nearest(path string) Origin {
	steps, err := parsePath(path)
	if err != nil {
		return Origin{}
	}
	var last Origin
	n := s.user
	for _, st := range steps {
		if n = n.step(st); n == nil {
			break
		}
		last = n.origin
	}
	return last
}

// step is one part of a key path: a key, or an item of a list by number or name.
type step struct {
	key     string
	index   int
	inList  bool
	byName  bool
	literal string // as written in brackets
}

// parsePath splits a key path.
func parsePath(path string) ([]step, error) {
	p := &setParser{in: path}
	steps, stop, err := p.path()
	if err != nil {
		return nil, err
	}
	if stop != 0 {
		return nil, fmt.Errorf("key path %q: unexpected %q", path, stop)
	}
	return steps, nil
}

// find returns the value at path, nil if there is none.
func (n *node) find(path string) *node {
	steps, err := parsePath(path)
	if err != nil {
		return nil
	}
	for _, st := range steps {
		if n = n.step(st); n == nil {
			return nil
		}
	}
	return n
}

func (n *node) step(st step) *node {
	switch {
	case n == nil:
		return nil
	case !st.inList:
		if n.kind != kindMap {
			return nil
		}
		return n.fields[st.key]
	case n.kind != kindList:
		return nil
	case st.byName:
		for _, item := range n.items {
			if name := item.step(step{key: "name"}); name != nil && name.value == st.literal {
				return item
			}
		}
		return nil
	case st.index < len(n.items):
		return n.items[st.index]
	}
	return nil
}

// join appends a key to a path, its dots escaped.
func join(path, key string) string {
	key = strings.NewReplacer(`\`, `\\`, ".", `\.`, "[", `\[`, "=", `\=`, ",", `\,`).Replace(key)
	if path == "" {
		return key
	}
	return path + "." + key
}

// item appends an index to a path.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
