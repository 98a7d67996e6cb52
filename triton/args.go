package triton

import (
	"fmt"
	"net"
	"strings"
)

// flag is one argument of tritonserver as getopt_long reads it: "--name=value",
// "--name value" or, when name is empty, any other word.
type flag struct {
	name  string
	value string
	words []string // as written; kept so that what we do not touch stays as it was
}

// takesNoValue are tritonserver's options without an argument.
var takesNoValue = map[string]bool{"help": true, "disable-auto-complete-config": true}

// edited are the options that the editor reads or changes: only of these is it
// known that a word after them is their value. Everything else passes untouched.
var edited = map[string]bool{
	"http-port": true, "http-address": true, "grpc-port": true, "grpc-address": true,
	"metrics-port": true, "metrics-address": true, "allow-http": true, "allow-grpc": true,
	"allow-metrics": true, "model-repository": true, "model-store": true,
	"backend-directory": true, "cache-directory": true, "exit-timeout-secs": true,
	"trace-config": true, "trace-file": true, "trace-level": true, "trace-rate": true,
	"trace-count": true, "trace-log-frequency": true,
}

// parseFlags splits the arguments after the program's name.
func parseFlags(args []string) []flag {
	var flags []flag
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			return append(flags, flag{words: args[i:]})
		}
		body, isLong := strings.CutPrefix(word, "--")
		name, value, hasValue := strings.Cut(body, "=")
		if !isLong || !edited[name] {
			flags = append(flags, flag{words: args[i : i+1]})
			continue
		}
		f := flag{name: name, value: value, words: args[i : i+1]}
		if !hasValue && i+1 < len(args) && !takesNoValue[name] {
			f.value, f.words = args[i+1], args[i:i+2]
			i++
		}
		flags = append(flags, f)
	}
	return flags
}

// edits is what must change in a server's arguments.
type edits struct {
	pod          Pod
	repositories []string // replace all of the command's; nil keeps them
	// backends and caches are the directories for a command that names none, or
	// one that does not exist here; empty leaves it to the server.
	backends, caches string
	dirExists        func(string) bool
	tracing          *Tracing
}

// note is one change that an operator may wonder about: a constant message and
// its values, for the log.
type note struct {
	message string
	args    []any
	warn    bool
}

// arguments is an edited command line and what is known of it.
type arguments struct {
	args         []string // without the program's name
	repositories []string
	exitTimeout  string // of --exit-timeout-secs; empty when not given
	notes        []note
}

// edit changes the arguments of a tritonserver: where it listens, what it serves
// when the file of this machine says so, and how it traces. Unknown and
// unconcerned arguments keep their place and spelling; ours come last, where they
// win over an abbreviation that the editor did not recognise. Only an option that
// lacks its value stays behind them, or it would take the first of ours.
func edit(args []string, e edits) arguments {
	var a arguments
	var added []string
	repositoriesWritten := false
	var backends, caches string
	var trace []flag
	var rest []string
	for _, f := range parseFlags(args) {
		if len(f.words) > 0 && f.name == "" && f.words[0] == "--" {
			rest = f.words
			continue
		}
		keep := true
		switch f.name {
		case "http-port", "http-address", "grpc-port", "grpc-address", "metrics-port", "metrics-address":
			keep = false
		case "allow-http", "allow-grpc":
			keep = !isFalse(f.value)
			if !keep {
				a.note("a disabled endpoint is enabled: the site needs it", "argument", f.text())
			}
		case "model-repository", "model-store":
			if keep = e.repositories == nil; keep {
				a.repositories = append(a.repositories, f.value)
			} else if !repositoriesWritten {
				repositoriesWritten = true
				a.repositories = e.repositories
				for _, r := range e.repositories {
					a.args = append(a.args, "--model-repository="+r)
				}
			}
		case "backend-directory":
			backends, keep = f.value, false
		case "cache-directory":
			caches, keep = f.value, false
		case "exit-timeout-secs":
			a.exitTimeout = f.value
		case "trace-config", "trace-file", "trace-level", "trace-rate", "trace-count", "trace-log-frequency":
			if !f.lacksValue() {
				trace, keep = append(trace, f), false
			}
		}
		if keep && f.lacksValue() {
			rest, keep = f.words, false
		}
		if keep {
			a.args = append(a.args, f.words...)
		}
	}
	if e.repositories != nil && !repositoriesWritten {
		a.repositories = e.repositories
		for _, r := range e.repositories {
			added = append(added, "--model-repository="+r)
		}
	}
	added = append(added, e.directory(&a, "backend-directory", backends, e.backends)...)
	added = append(added, e.directory(&a, "cache-directory", caches, e.caches)...)
	a.args = append(a.args, added...)
	a.args = append(a.args, e.traceArguments(&a, trace)...)
	a.args = append(a.args, listenArguments(e.pod)...)
	a.args = append(a.args, rest...)
	return a
}

// directory chooses between the directory that the command names and ours.
func (e edits) directory(a *arguments, option, theirs, ours string) []string {
	switch {
	case ours == "" && theirs == "":
		return nil
	case ours == "" || theirs != "" && e.dirExists(theirs):
		return []string{"--" + option + "=" + theirs}
	case theirs != "":
		a.note("a directory of the command does not exist on this machine, another is used",
			"option", "--"+option, "command", theirs, "used", ours)
	}
	return []string{"--" + option + "=" + ours}
}

func listenArguments(p Pod) []string {
	var words []string
	httpHost, metricsHost := "", ""
	for _, l := range []struct{ option, address string }{{"http", p.HTTP}, {"grpc", p.GRPC}, {"metrics", p.Metrics}} {
		host, port, _ := net.SplitHostPort(l.address)
		switch l.option {
		case "http":
			httpHost = host
		case "metrics":
			metricsHost = host
		}
		// --metrics-address is younger than 23.10 and follows --http-address.
		if l.option != "metrics" || httpHost != metricsHost {
			words = append(words, fmt.Sprintf("--%s-address=%s", l.option, host))
		}
		words = append(words, fmt.Sprintf("--%s-port=%s", l.option, port))
	}
	return words
}

func (a *arguments) note(message string, args ...any) {
	a.notes = append(a.notes, note{message: message, args: args})
}

func (a *arguments) warn(message string, args ...any) {
	a.notes = append(a.notes, note{message: message, args: args, warn: true})
}

// lacksValue tells whether f is an option of which the command line ended before
// its value.
func (f flag) lacksValue() bool {
	return f.name != "" && len(f.words) == 1 && !strings.Contains(f.words[0], "=") && !takesNoValue[f.name]
}

func (f flag) text() string { return strings.Join(f.words, " ") }

func isFalse(v string) bool {
	switch strings.ToLower(v) {
	case "false", "0", "off":
		return true
	}
	return false
}
