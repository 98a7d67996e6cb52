package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCasesAreReadWithTheirCommentsAndAnswers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	text := "# about\n\n# first\nup one\n----\nUP ONE\n\nup two\n----\nUP TWO\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var seen []string
	Run(t, path, func(_ *testing.T, input string) string {
		seen = append(seen, input)
		return strings.ToUpper(input) + "\n"
	})
	if len(seen) != 2 || seen[1] != "up two" {
		t.Errorf("cases %q", seen)
	}
}
