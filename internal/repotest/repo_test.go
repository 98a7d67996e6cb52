package repotest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "supersonic"

// goFile is a parsed file of ours; dir is relative to the root, "" for the root.
type goFile struct {
	path, dir string
	lines     int
	syntax    *ast.File
	fset      *token.FileSet
}

func (f goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

func root(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// tracked lists what git keeps, and what it would keep if added.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// text is what is in a file that git keeps, nil if it is deleted and not yet committed.
func text(t *testing.T, base, path string) []byte {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(base, path))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return src
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	base := root(t)
	for _, path := range tracked(t) {
		if !strings.HasSuffix(path, ".go") {
			continue
		}
		src := text(t, base, path)
		if src == nil {
			continue
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, path, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(path)
		if dir == "." {
			dir = ""
		}
		files = append(files, goFile{path, dir, strings.Count(string(src), "\n"), syntax, fset})
	}
	return files
}

// arrows is the order of the tree: a package may import those of a lower level,
// and of its own folder.
var arrows = []struct {
	level   int
	folders []string
}{
	{0, []string{"internal"}},
	{1, []string{"traceql", "site", "deploy"}},
	{2, []string{"gateway/", "traces/", "triton/", "collector/", "metrics/", "ui/"}}, // engines
	{3, []string{"gateway", "traces", "triton", "collector", "metrics", "ui"}},       // roles
	{4, []string{"stack"}},
	{5, []string{"cli"}},
	{6, []string{"cmd", "e2e", "bench"}},
}

func top(dir string) string {
	first, _, _ := strings.Cut(dir, "/")
	return first
}

func level(dir string) int {
	for _, a := range arrows {
		for _, f := range a.folders {
			engine, isEngine := strings.CutSuffix(f, "/")
			if isEngine && strings.HasPrefix(dir, f) && top(dir) == engine || !isEngine && (dir == f || top(dir) == f) {
				return a.level
			}
		}
	}
	return -1
}

func TestImportsPointDownwards(t *testing.T) {
	const why = "two roles meet over gRPC, OTLP or HTTP so that each can be swapped for the system whose place it takes; only stack sees every role"
	for _, f := range goFiles(t) {
		own := level(f.dir)
		if own < 0 {
			t.Errorf("%s: folder %q is in no level: add it to arrows", f.path, f.dir)
			continue
		}
		for _, imp := range f.syntax.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			dir, ours := strings.CutPrefix(path, module+"/")
			if !ours || top(dir) == top(f.dir) {
				continue
			}
			if level(dir) >= own || dir == "site" && own >= 2 && own <= 3 {
				if f.isTest() && own <= 3 && level(dir) <= 3 && dir != "site" {
					continue // a contract may be tested against the other role
				}
				t.Errorf("%s imports %s: %s", f.path, path, why)
			}
		}
	}
}

func TestEmbeddedEnginesAreFenced(t *testing.T) {
	fences := []struct {
		prefix, why string
		except      []string
		may         []string
	}{
		{"github.com/prometheus/prometheus/", "its globals are fenced in metrics", []string{"github.com/prometheus/prometheus/prompb"}, []string{"metrics", "e2e"}},
		{"go.opentelemetry.io/collector/", "its globals are fenced in collector; others take its data types alone", []string{"go.opentelemetry.io/collector/pdata/"}, []string{"collector"}},
		{"github.com/open-telemetry/", "its globals are fenced in collector", nil, []string{"collector"}},
	}
	for _, f := range goFiles(t) {
		for _, imp := range f.syntax.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			for _, fence := range fences {
				if strings.HasPrefix(path, fence.prefix) && !contains(fence.may, top(f.dir)) && !hasAnyPrefix(path, fence.except) {
					t.Errorf("%s imports %s: %s", f.path, path, fence.why)
				}
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func TestEachPackageSaysWhatItIs(t *testing.T) {
	docs := map[string]int{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		docs[f.dir] += 0
		if f.syntax.Doc != nil {
			docs[f.dir]++
		}
	}
	for dir, n := range docs {
		if n != 1 {
			t.Errorf("package in %q has %d package comments, want 1: a newcomer reads it first", dir, n)
		}
	}
}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	const fileLines, functionLines = 500, 100
	for _, f := range goFiles(t) {
		if f.lines > fileLines {
			t.Errorf("%s has %d lines: past %d a file holds more than one concept", f.path, f.lines, fileLines)
		}
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1
			if n > functionLines && !f.isTest() {
				t.Errorf("%s: %s has %d lines: a function is read in one look", f.path, fn.Name.Name, n)
			}
		}
	}
}

func TestFilesOfThePageStaySmall(t *testing.T) {
	const lines = 400
	base := root(t)
	for _, path := range tracked(t) {
		if !strings.HasPrefix(path, "ui/web/") || !slices.Contains([]string{".ts", ".svelte", ".mjs", ".css"}, filepath.Ext(path)) {
			continue
		}
		if n := bytes.Count(text(t, base, path), []byte("\n")); n > lines {
			t.Errorf("%s has %d lines: past %d it shows more than one thing", path, n, lines)
		}
	}
}

func TestTestsDoNotSleepOrSkip(t *testing.T) {
	for _, f := range goFiles(t) {
		if !f.isTest() {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			at := f.fset.Position(n.Pos())
			if x.Name == "time" && sel.Sel.Name == "Sleep" && !sleepsInPoll(f, n) {
				t.Errorf("%s: time.Sleep waits too long or not long enough: poll with a deadline, or use testing/synctest", at)
			}
			if x.Name == "t" && strings.HasPrefix(sel.Sel.Name, "Skip") {
				t.Errorf("%s: a skipped test counts as passed: make what it needs a part of the set-up", at)
			}
			return true
		})
	}
}

// sleepsInPoll tells whether a sleep is the pause of a poll with a deadline: its
// line or the line before says so.
func sleepsInPoll(f goFile, n ast.Node) bool {
	line := f.fset.Position(n.Pos()).Line
	for _, g := range f.syntax.Comments {
		at := f.fset.Position(g.End()).Line
		if (at == line || at == line-1) && strings.Contains(g.Text(), "poll") {
			return true
		}
	}
	return false
}

func TestNoFileNamesAMachine(t *testing.T) {
	machine := regexp.MustCompile(`/(work|root|home)/[a-z]|/tmp/(helpers|warm)`)
	base := root(t)
	for _, path := range tracked(t) {
		if strings.Contains(path, "testdata/") || strings.HasSuffix(path, "package-lock.json") || path == "internal/repotest/repo_test.go" {
			continue
		}
		src, err := os.ReadFile(filepath.Join(base, path))
		if err != nil || len(src) > 1<<20 {
			continue
		}
		for i, line := range strings.Split(string(src), "\n") {
			if machine.MatchString(line) {
				t.Errorf("%s:%d names a path of one machine: %s", path, i+1, strings.TrimSpace(line))
			}
		}
	}
}
