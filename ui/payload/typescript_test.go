package payload

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write ui/web/src/lib/api")

const generated = "../web/src/lib/api"

const header = "// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.\n"

// Each file of this package has one of the browser's; index.ts has them all.
func TestTypesOfTheBrowserAreThoseOfTheServer(t *testing.T) {
	want := typeScript(t)
	if *update {
		write(t, want)
	}
	have, err := filepath.Glob(filepath.Join(generated, "*.ts"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, path := range have {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(path)] = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs from this package; run go test ./ui/payload -update\n%s", generated, diff)
	}
}

func write(t *testing.T, files map[string]string) {
	t.Helper()
	if err := os.RemoveAll(generated); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(generated, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(generated, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// typeScript is the browser's files by name.
func typeScript(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	bodies, home := map[string]string{}, map[string]string{} // home: in which file a type is
	index := header
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		module := strings.TrimSuffix(name, ".go")
		var out strings.Builder
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				writeInterface(t, &out, d)
				home[d.Specs[0].(*ast.TypeSpec).Name.Name] = module
			}
		}
		if out.Len() > 0 {
			bodies[module] = out.String()
			index += "export * from './" + module + "'\n"
		}
	}
	all := map[string]string{"index.ts": index}
	for module, body := range bodies {
		all[module+".ts"] = header + imports(module, body, home) + body
	}
	return all
}

var field = regexp.MustCompile(`(?m)^  \w+: (.*)$`)
var typeName = regexp.MustCompile(`[A-Z]\w+`)

// imports are the lines by which a module knows the types that others hold.
func imports(module, body string, home map[string]string) string {
	used := map[string]map[string]bool{}
	for _, line := range field.FindAllStringSubmatch(body, -1) {
		for _, name := range typeName.FindAllString(line[1], -1) {
			if from := home[name]; from != "" && from != module {
				if used[from] == nil {
					used[from] = map[string]bool{}
				}
				used[from][name] = true
			}
		}
	}
	var out strings.Builder
	for _, from := range slices.Sorted(maps.Keys(used)) {
		fmt.Fprintf(&out, "import type { %s } from './%s'\n", strings.Join(slices.Sorted(maps.Keys(used[from])), ", "), from)
	}
	return out.String()
}

func writeInterface(t *testing.T, out *strings.Builder, d *ast.GenDecl) {
	t.Helper()
	spec := d.Specs[0].(*ast.TypeSpec)
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		t.Fatalf("%s is not a struct; the browser would not get it", spec.Name.Name)
	}
	fmt.Fprintf(out, "\n/** %s */\nexport interface %s {\n", oneLine(d.Doc), spec.Name.Name)
	for _, f := range fields.Fields.List {
		if comment := oneLine(f.Doc) + oneLine(f.Comment); comment != "" {
			fmt.Fprintf(out, "  /** %s */\n", comment)
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
		if tag == "" || strings.Contains(tag, ",") {
			t.Fatalf("%s.%s needs a plain json tag", spec.Name.Name, f.Names[0].Name)
		}
		fmt.Fprintf(out, "  %s: %s\n", tag, tsType(t, f.Type))
	}
	out.WriteString("}\n")
}

func oneLine(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}

func tsType(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.StarExpr:
		return tsType(t, e.X) + " | null"
	case *ast.ArrayType:
		inner := tsType(t, e.Elt)
		if strings.Contains(inner, " ") {
			inner = "(" + inner + ")"
		}
		return inner + "[]"
	case *ast.Ident:
		switch e.Name {
		case "string":
			return "string"
		case "bool":
			return "boolean"
		case "int", "float64":
			return "number"
		}
		return e.Name
	case *ast.MapType:
		return "Record<" + tsType(t, e.Key) + ", " + tsType(t, e.Value) + ">"
	case *ast.SelectorExpr:
		if e.Sel.Name == "RawMessage" {
			return "unknown"
		}
	}
	t.Fatalf("no TypeScript for %T", e)
	return ""
}
