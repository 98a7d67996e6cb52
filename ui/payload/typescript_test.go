package payload

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write ui/web/src/lib/api.ts")

const generated = "../web/src/lib/api.ts"

func TestTypesOfTheBrowserAreThoseOfTheServer(t *testing.T) {
	want := typeScript(t)
	if *update {
		if err := os.WriteFile(generated, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(generated)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s differs from this package; run go test ./ui/payload -update\n%s", generated, diff)
	}
}

func typeScript(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(files)
	var out strings.Builder
	out.WriteString("// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.\n")
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				writeInterface(t, &out, d)
			}
		}
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
	}
	t.Fatalf("no TypeScript for %T", e)
	return ""
}
