package site

import (
	"embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The reference is made of the comments of the structs, so the two cannot
// differ.
//
//go:embed values.go subcharts.go generator.go
var sources embed.FS

// Doc is what the reference says of one key.
type Doc struct {
	Path    string // `[]` stands for an item of a list, NAME for a key that a user chooses
	Type    string
	Default string // as YAML; empty: none
	Text    string
	Section bool // it holds other keys
	Kept    bool // it means nothing outside Kubernetes
}

// Docs gives every key of values.yaml that is known here, in the order of the
// structs.
func Docs() ([]Doc, error) {
	comments, err := fieldComments()
	if err != nil {
		return nil, err
	}
	w := &docWriter{comments: comments}
	w.section(reflect.ValueOf(Default()), "")
	return w.docs, nil
}

// fieldComments maps "Struct.Field" to the field's comment.
func fieldComments() (map[string]string, error) {
	out := map[string]string{}
	for _, name := range []string{"values.go", "subcharts.go", "generator.go"} {
		src, err := sources.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read embedded %s: %w", name, err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("parse embedded %s: %w", name, err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if st, ok := spec.Type.(*ast.StructType); ok {
				for _, f := range st.Fields.List {
					out[spec.Name.Name+"."+f.Names[0].Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
				}
			}
			return false
		})
	}
	return out, nil
}

type docWriter struct {
	comments map[string]string
	docs     []Doc
}

func (w *docWriter) section(v reflect.Value, path string) {
	t := v.Type()
	for i := range t.NumField() {
		sf := t.Field(i)
		key := sf.Tag.Get("yaml")
		if key == ",rest" {
			continue
		}
		d := Doc{
			Path: join(path, key),
			Type: typeName(sf.Type),
			Text: w.comments[t.Name()+"."+sf.Name],
			Kept: sf.Type == reflect.TypeFor[Kept](),
		}
		inner, at := below(v.Field(i), d.Path)
		d.Section = inner.IsValid()
		example := strings.Contains(path, "[]") || strings.Contains(path, "NAME")
		if (!d.Section || sf.Type.Kind() == reflect.Slice) && !example {
			d.Default = defaultText(v.Field(i))
		}
		w.docs = append(w.docs, d)
		if d.Section {
			w.section(inner, at)
		}
	}
}

// below gives the struct that a field holds, if it does, and its path.
func below(v reflect.Value, path string) (reflect.Value, string) {
	switch v.Kind() {
	case reflect.Struct:
		return v, path
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			return reflect.Zero(v.Type().Elem()), path + "[]"
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Struct {
			return reflect.Zero(v.Type().Elem()), path + ".NAME"
		}
	}
	return reflect.Value{}, ""
}

func typeName(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Size]():
		return "size"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[Kept](), t.Kind() == reflect.Interface:
		return "any"
	case t == reflect.TypeFor[Strings]():
		return "string or list"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.Int:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "string"
	case reflect.Slice:
		return "list"
	}
	return "map"
}

// defaultText writes a default as one line of YAML; what does not fit one is
// left to the end of the page.
func defaultText(v reflect.Value) string {
	if size, ok := v.Interface().(Size); ok {
		return size.String()
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return durationText(d)
	}
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Float64:
		return fmt.Sprint(v.Interface())
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice:
		if all, ok := v.Interface().([]string); ok && len(all) > 0 {
			quoted := make([]string, len(all))
			for i, s := range all {
				quoted[i] = strconv.Quote(s)
			}
			return "[" + strings.Join(quoted, ", ") + "]"
		}
		if ports, ok := v.Interface().([]Port); ok {
			var all []string
			for _, p := range ports {
				all = append(all, fmt.Sprintf("%s %d", p.Name, p.Port))
			}
			return strings.Join(all, ", ")
		}
	}
	return ""
}

// durationText writes whole days as days.
func durationText(d time.Duration) string {
	if day := 24 * time.Hour; d > day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Explain gives what the reference says of a key and of those below it. Indices
// and names in the path are those of a real file. An unknown key is an error
// with the nearest known one.
func Explain(path string) ([]Doc, error) {
	docs, err := Docs()
	if err != nil {
		return nil, err
	}
	steps, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	var out []Doc
	keys := make([]string, 0, len(docs))
	for _, d := range docs {
		if covers(d.Path, steps) {
			out = append(out, d)
		}
		keys = append(keys, d.Path)
	}
	if len(out) > 0 {
		return out, nil
	}
	if near := nearest(path, keys); near != "" {
		return nil, fmt.Errorf("no key %q; did you mean %q?", path, near)
	}
	return nil, fmt.Errorf("no key %q; docs/reference/values.md lists them", path)
}

// covers tells whether a documented path is the one asked for, or below it.
func covers(doc string, asked []step) bool {
	have, err := parsePath(strings.ReplaceAll(doc, "[]", "[0]"))
	if err != nil || len(have) < len(asked) {
		return false
	}
	for i, st := range asked {
		if have[i].key != "NAME" && (have[i].inList != st.inList || have[i].key != st.key) {
			return false
		}
	}
	return true
}

// Reference is docs/reference/values.md.
func Reference() (string, error) {
	docs, err := Docs()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(referenceHead)
	b.WriteString("\n| key | type | default | |\n|---|---|---|---|\n")
	for _, d := range docs {
		if d.Section && !strings.Contains(d.Path, ".") {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| key | type | default | |\n|---|---|---|---|\n", d.Path, d.Text)
			continue
		}
		text := d.Text
		if d.Kept {
			text += " *Kubernetes only.*"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", d.Path, d.Type, cell(d.Default), text)
	}
	config, err := yaml.Marshal(Default().Collector.Config)
	if err != nil {
		return "", fmt.Errorf("write the collector's default: %w", err)
	}
	fmt.Fprintf(&b, "\n## Default of opentelemetry-collector.config\n\n```yaml\n%s```\n", config)
	return b.String(), nil
}

func cell(s string) string {
	if s == "" || s == `""` {
		return ""
	}
	return "`" + strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) + "`"
}

const referenceHead = `# values.yaml

Made of the comments in the package ` + "`site`" + ` by ` + "`go test ./site -run Reference -update`" + `; do not edit.

One file configures a site: the file that the SuperSONIC Helm chart (0.3.x) takes, and the section ` + "`local`" + `. Files given with
several ` + "`-f`" + ` merge as Helm merges them (maps deep, lists replace, null deletes), and ` + "`--set key=value`" + ` goes over them. A key that is
not in these tables is an error, except in the sections ` + "`prometheus`, `grafana`, `tempo` and `opentelemetry-collector`" + `, whose other keys
are kept and not used; ` + "`supersonic check`" + ` lists them. ` + "`[]`" + ` is an item of a list, NAME a key of your choice.
`
