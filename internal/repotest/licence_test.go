package repotest

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// allowed are the licences that we may link, by words that their texts share.
var allowed = map[string]*regexp.Regexp{
	"Apache-2.0": regexp.MustCompile(`Apache License|apache\.org/licenses/LICENSE-2\.0`),
	"MIT":        regexp.MustCompile(`(?is)Permission is hereby granted, free of charge`),
	"BSD":        regexp.MustCompile(`(?is)Redistribution and use in source and binary forms`),
	"ISC":        regexp.MustCompile(`(?is)Permission to use, copy, modify, and(/or)? distribute this software`),
	"MPL-2.0":    regexp.MustCompile(`Mozilla Public License,? [Vv]ersion 2\.0`),
	"Unlicense":  regexp.MustCompile(`free and unencumbered software released into the public domain`),
}

func TestLinkedModulesAreUnderLicencesThatWeMayUse(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var pkg struct {
			Module *struct{ Path, Dir string }
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if pkg.Module == nil || pkg.Module.Path == module || seen[pkg.Module.Path] {
			continue
		}
		seen[pkg.Module.Path] = true
		if name := licence(pkg.Module.Dir); name == "" {
			t.Errorf("%s: no licence found that we may use (Apache-2.0, MIT, BSD, ISC, MPL)", pkg.Module.Path)
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d modules were looked at: the list is not whole", len(seen))
	}
}

func licence(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	for _, e := range entries {
		upper := strings.ToUpper(e.Name())
		if e.IsDir() || !(strings.HasPrefix(upper, "LICEN") || strings.HasPrefix(upper, "COPYING") || strings.HasPrefix(upper, "UNLICENSE")) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		for name, words := range allowed {
			if words.Match(text) {
				return name
			}
		}
	}
	return ""
}
