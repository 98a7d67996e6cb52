package site

import (
	"fmt"
	"strconv"
	"strings"
)

// Bounds of a --set, so that a typing mistake costs an error and not memory.
const (
	maxSetBytes = 64 << 10
	maxSetIndex = 1000
	maxSetDepth = 30
)

// applySet lays one --set over the tree: Helm's syntax. `a.b=c` sets a key,
// `\.` is a dot inside a key, `a[0].b` an item of a list, `{x,y}` a list, a
// comma separates several settings, `\,` is a comma. A value is null, a boolean
// or a whole number where it reads as one, else a string. Beyond Helm's syntax,
// `a[x].b` is the item of the list that is named x, of the file's list or else
// of the default one, which the other items of then stay.
func applySet(root *node, arg string, order int) error {
	if len(arg) > maxSetBytes {
		return Errors{{Origin: Origin{File: "--set", User: true, order: order}, Msg: fmt.Sprintf("is longer than %d KiB", maxSetBytes>>10), Hint: "put it in a file and give it with -f"}}
	}
	p := &setParser{in: arg}
	for p.pos < len(p.in) {
		begin := p.pos
		if err := p.assignment(root, order); err != nil {
			key, _, _ := strings.Cut(p.in[begin:], "=") // the value may be a secret
			return Errors{{Origin: Origin{File: "--set " + key, User: true, order: order}, Msg: err.Error(), Hint: "write --set KEY=VALUE, for example --set envoy.replicas=2"}}
		}
	}
	return nil
}

// setParser reads Helm's --set syntax, and key paths, which are its left side.
type setParser struct {
	in  string
	pos int
}

func (p *setParser) assignment(root *node, order int) error {
	begin := p.pos
	steps, stop, err := p.path()
	if err != nil {
		return err
	}
	key := p.in[begin:p.pos]
	if stop != '=' {
		return fmt.Errorf("key %q has no value", strings.TrimSuffix(key, ","))
	}
	o := Origin{File: "--set " + strings.TrimSuffix(key, "="), User: true, order: order}
	v, err := p.value(o)
	if err != nil {
		return err
	}
	return assign(root, steps, v, o)
}

// path reads keys and indices up to an unescaped = or comma or the end, which it
// consumes and returns (0 at the end).
func (p *setParser) path() (steps []step, stop byte, err error) {
	for {
		key, stop := p.word(".=[,")
		if key == "" {
			return nil, 0, fmt.Errorf("empty key at character %d", p.pos+1)
		}
		steps = append(steps, step{key: key})
		for stop == '[' {
			var st step
			if st, err = p.index(); err != nil {
				return nil, 0, err
			}
			steps = append(steps, st)
			stop = p.next()
			if stop != 0 && !strings.ContainsRune(".=[,", rune(stop)) {
				return nil, 0, fmt.Errorf("unexpected %q after ]", stop)
			}
		}
		if len(steps) > maxSetDepth {
			return nil, 0, fmt.Errorf("is nested deeper than %d keys", maxSetDepth)
		}
		if stop != '.' {
			return steps, stop, nil
		}
	}
}

// word reads up to an unescaped byte of stops, which it consumes and returns.
func (p *setParser) word(stops string) (string, byte) {
	var b strings.Builder
	for p.pos < len(p.in) {
		c := p.in[p.pos]
		p.pos++
		switch {
		case c == '\\' && p.pos < len(p.in):
			b.WriteByte(p.in[p.pos])
			p.pos++
		case strings.IndexByte(stops, c) >= 0:
			return b.String(), c
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), 0
}

func (p *setParser) next() byte {
	if p.pos == len(p.in) {
		return 0
	}
	p.pos++
	return p.in[p.pos-1]
}

func (p *setParser) index() (step, error) {
	s, stop := p.word("]")
	if stop != ']' {
		return step{}, fmt.Errorf("[ without ]")
	}
	i, err := strconv.Atoi(s)
	switch {
	case err != nil && s != "":
		return step{inList: true, byName: true, literal: s}, nil
	case err != nil || i < 0 || i > maxSetIndex:
		return step{}, fmt.Errorf("index [%s] is not between 0 and %d", s, maxSetIndex)
	}
	return step{inList: true, index: i, literal: s}, nil
}

func (p *setParser) value(o Origin) (*node, error) {
	if p.pos == len(p.in) || p.in[p.pos] != '{' {
		s, _ := p.word(",")
		return guess(s, o), nil
	}
	p.pos++
	list := &node{kind: kindList, origin: o}
	for {
		s, stop := p.word(",}")
		if stop == 0 {
			return nil, fmt.Errorf("{ without }")
		}
		if stop != '}' || s != "" || len(list.items) > 0 {
			list.items = append(list.items, guess(s, o))
		}
		if stop == '}' {
			break
		}
	}
	if c := p.next(); c != 0 && c != ',' {
		return nil, fmt.Errorf("unexpected %q after }", c)
	}
	return list, nil
}

// guess gives a value the type that Helm gives it; 007 stays a string.
func guess(s string, o Origin) *node {
	n := &node{kind: kindString, value: s, raw: s, origin: o}
	switch s {
	case "null":
		return &node{kind: kindNull, raw: s, origin: o}
	case "true", "false":
		n.kind, n.value = kindBool, s == "true"
		return n
	}
	if i, err := strconv.Atoi(s); err == nil && (s == "0" || s[0] != '0' && s[0] != '+') {
		n.kind, n.value = kindInt, i
	}
	return n
}

// assign writes v at steps below n, making maps and lists on the way.
func assign(n *node, steps []step, v *node, o Origin) error {
	for i, st := range steps {
		last := i == len(steps)-1
		child, err := n.slot(st, o)
		if err != nil {
			return err
		}
		if last {
			*child = *v
			return nil
		}
		if want := steps[i+1]; child.kind == kindNull {
			child.kind, child.origin = kindMap, o
			child.fields = map[string]*node{}
			if want.inList {
				child.kind, child.fields = kindList, nil
			}
			if want.byName {
				if def := defaultAt(steps[:i+1]); def != nil && def.kind == kindList {
					child.items = def.items
				}
			}
		}
		n = child
	}
	return nil
}

// slot returns the value at st, a new null where there is none.
func (n *node) slot(st step, o Origin) (*node, error) {
	switch {
	case !st.inList && n.kind != kindMap:
		return nil, fmt.Errorf("key %q is below %s (%s)", st.key, n.kind, n.origin)
	case !st.inList:
		child := n.fields[st.key].clone(o)
		n.put(st.key, child)
		return child, nil
	case n.kind != kindList:
		return nil, fmt.Errorf("index [%s] is below %s (%s)", st.literal, n.kind, n.origin)
	case st.byName:
		for i, item := range n.items {
			if name := item.step(step{key: "name"}); name != nil && name.value == st.literal {
				n.items[i] = item.clone(o)
				return n.items[i], nil
			}
		}
		return nil, fmt.Errorf("the list has no item named %q", st.literal)
	}
	n.items = append([]*node(nil), n.items...)
	for len(n.items) <= st.index {
		n.items = append(n.items, &node{origin: o})
	}
	n.items[st.index] = n.items[st.index].clone(o)
	return n.items[st.index], nil
}

// clone copies the top of a value, so that a change does not reach others that
// share it through an alias; nil gives a null.
func (n *node) clone(o Origin) *node {
	if n == nil {
		return &node{origin: o}
	}
	c := *n
	if n.kind == kindMap {
		c.fields, c.keys = make(map[string]*node, len(n.fields)), nil
		for _, k := range n.keys {
			c.put(k, n.fields[k])
		}
	}
	return &c
}
