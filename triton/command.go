package triton

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// checkCommand refuses a command that no pod could run: a script that cannot be
// parsed, no tritonserver anywhere, no model repository at all. It judges what is
// written plainly in the script and leaves what only running it can tell to the pods.
func (c *Config) checkCommand() error {
	argv := append(slices.Clone(c.Command), c.Args...)
	servers, err := serversIn(argv)
	if err != nil {
		return err
	}
	if len(c.ModelRepositories) > 0 {
		if gone := missing(c.ModelRepositories); len(gone) == len(c.ModelRepositories) {
			return fmt.Errorf("model repository %s is missing: local.triton.modelRepository must name directories of this machine", strings.Join(gone, ", "))
		}
	}
	for _, words := range servers {
		if _, err := c.find(words[0]); err != nil {
			return err
		}
		if err := c.checkRepositories(words); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkRepositories(words []string) error {
	if len(c.ModelRepositories) > 0 {
		return nil
	}
	var given []string
	for _, f := range parseFlags(words[1:]) {
		if f.name == "model-repository" || f.name == "model-store" {
			given = append(given, f.value)
		}
	}
	if slices.Contains(words, "") { // a word that only running the script can tell
		return nil
	}
	if len(given) == 0 {
		return errors.New("triton.args names no model repository: add --model-repository=DIR, or set local.triton.modelRepository")
	}
	if gone := missing(given); len(gone) == len(given) {
		return fmt.Errorf("no model repository of triton.args is on this machine (%s): set local.triton.modelRepository to where the models are", strings.Join(gone, ", "))
	}
	return nil
}

// serversIn returns the calls of tritonserver that stand plainly in a command. A
// word with expansions is "", but for the known ones around literal text.
func serversIn(argv []string) ([][]string, error) {
	text, _, name, ok := shellCommand(argv, ".")
	if !ok {
		if len(argv) > 0 && filepath.Base(argv[0]) == "tritonserver" {
			return [][]string{argv}, nil
		}
		return nil, nil
	}
	file, err := parseScript(name, text)
	if err != nil {
		return nil, err
	}
	var found [][]string
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		words := make([]string, len(call.Args))
		for i, w := range call.Args {
			words[i] = plain(w)
		}
		for i, w := range words {
			if w != "" && filepath.Base(w) == "tritonserver" && (i == 0 || wrappers[filepath.Base(words[0])] || words[0] == "exec") {
				found = append(found, words[i:])
				break
			}
		}
		return true
	})
	return found, nil
}

// plain is a word's text when it is literal, quoted or not. "--trace-config=...$(hostname)"
// keeps its literal beginning: only what starts with an expansion is unknown.
func plain(w *syntax.Word) string {
	text := ""
	for _, part := range w.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			text += part.Value
		case *syntax.SglQuoted:
			text += part.Value
		case *syntax.DblQuoted:
			for _, q := range part.Parts {
				if lit, ok := q.(*syntax.Lit); ok {
					text += lit.Value
				} else {
					return known(text)
				}
			}
		default:
			return known(text)
		}
	}
	return text
}

// known keeps the beginning of a word whose rest is not known, unless the rest
// decides: a repository, or the server's own name.
func known(begin string) string {
	if strings.HasPrefix(begin, "--trace-config") || strings.HasPrefix(begin, "--id") {
		return begin
	}
	return ""
}
