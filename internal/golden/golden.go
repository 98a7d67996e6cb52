// Package golden runs tests that are text: a file holds cases, each some lines of
// input, a line of four dashes, and the expected output, up to an empty line.
// Lines that begin with # between cases are comments. `go test -update` writes
// what came out in place of what was expected.
//
// Only tests import it; it runs in the test's goroutine.
package golden

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write golden files instead of comparing")

const dashes = "----"

// Run feeds each case's input to eval and compares what it returns. Trailing
// space and newlines of the output do not count.
func Run(t *testing.T, path string, eval func(t *testing.T, input string) string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.TrimRight(string(raw), "\n"), "\n\n")
	cases := 0
	for i, block := range blocks {
		comment, input, want, ok := split(block)
		if !ok {
			continue
		}
		cases++
		got := trim(eval(t, input))
		if got != want && !*update {
			t.Errorf("%s:\n%s\ngot:\n%s\nwant:\n%s", path, input, got, want)
		}
		blocks[i] = strings.TrimRight(comment+input+"\n"+dashes+"\n"+got, "\n")
	}
	if cases == 0 {
		t.Fatalf("%s has no case", path)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(blocks, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// split takes a block apart; ok is false for one of comments alone.
func split(block string) (comment, input, want string, ok bool) {
	lines := strings.Split(strings.Trim(block, "\n"), "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
		comment += lines[0] + "\n"
		lines = lines[1:]
	}
	for i, line := range lines {
		if line == dashes {
			return comment, strings.Join(lines[:i], "\n"), trim(strings.Join(lines[i+1:], "\n")), true
		}
	}
	return comment, strings.Join(lines, "\n"), "", len(lines) > 0
}

// trim drops space at line ends and empty lines, which end a case.
func trim(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \t\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
