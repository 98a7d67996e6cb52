package triton

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// shells are the programs whose scripts are interpreted here and not run, so that
// the tritonserver words in them are seen.
var shells = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true}

// wrappers run the command that follows their own arguments.
var wrappers = map[string]bool{
	"env": true, "nice": true, "ionice": true, "numactl": true, "taskset": true, "timeout": true, "nohup": true,
	"chrt": true, "stdbuf": true, "time": true, "tini": true, "dumb-init": true, "catchsegv": true,
}

// parseScript parses what `sh -c` was given. name stands in the error.
func parseScript(name, text string) (*syntax.File, error) {
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), name)
	if err != nil {
		return nil, fmt.Errorf("not a shell script that can be read: %w", err)
	}
	return f, nil
}

// shellCommand tells whether argv is a shell with a script: the script's text, the
// parameters ($0 first), and the file it came from.
func shellCommand(argv []string, dir string) (text string, params []string, name string, ok bool) {
	if len(argv) < 2 || !shells[filepath.Base(argv[0])] {
		return "", nil, "", false
	}
	for i, word := range argv[1:] {
		rest := argv[i+2:]
		switch {
		case strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.Contains(word, "c"):
			if len(rest) == 0 {
				return "", nil, "", false
			}
			params = []string{argv[0]}
			if len(rest) > 1 {
				params = rest[1:]
			}
			return rest[0], params, "triton.args", true
		case strings.HasPrefix(word, "-"):
			continue
		}
		file := word
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		body, err := os.ReadFile(file)
		if err != nil {
			return "", nil, "", false
		}
		return string(body), append([]string{word}, rest...), word, true
	}
	return "", nil, "", false
}

// execution runs one pod's command once. Commands of the script run as they are;
// a tritonserver gets its arguments edited, hostname prints the pod's name.
type execution struct {
	pod    string
	env    []string
	output *os.File
	// server starts a tritonserver: argv[0] is the name as written.
	server func(argv []string) (path string, args, env []string, err error)
	// started is told of each process, and whether it is the server.
	started  func(p *process, server bool)
	stopping func() bool
}

// statusStopped is a shell's status after SIGTERM.
const statusStopped = 143

// errStopping ends a script whose pod stops: it runs no further command, or one
// that waits in a loop would never end.
var errStopping = errors.New("the pod stops")

// run executes argv to its end and returns its status as a shell has it. The
// error is for what prevented it: a script that cannot be read, a server that
// cannot be started.
func (x *execution) run(ctx context.Context, argv []string) (int, error) {
	dir, err := os.Getwd()
	if err != nil {
		return 1, err
	}
	env := append(os.Environ(), x.env...)
	code, err := x.command(ctx, argv, expand.ListEnviron(env...), dir, nil, x.output, x.output)
	if errors.Is(err, errStopping) {
		err = nil
	}
	return code, err
}

func (x *execution) command(ctx context.Context, argv []string, env expand.Environ, dir string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	if x.stopping() {
		return statusStopped, errStopping
	}
	if text, params, name, ok := shellCommand(argv, dir); ok {
		return x.script(ctx, name, text, params, env, dir, stdin, stdout, stderr)
	}
	switch base := filepath.Base(argv[0]); {
	case base == "hostname", base == "uname" && len(argv) == 2 && argv[1] == "-n":
		fmt.Fprintln(stdout, x.pod)
		return 0, nil
	case base == "tritonserver":
		return x.start(argv, nil, env, dir, stdin, stdout, stderr)
	case wrappers[base]:
		for i, word := range argv {
			if filepath.Base(word) == "tritonserver" {
				return x.start(argv[i:], argv[:i], env, dir, stdin, stdout, stderr)
			}
		}
	}
	path, err := interp.LookPathDir(dir, env, argv[0])
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 127, nil
	}
	return x.wait(path, argv, environ(env), dir, stdin, stdout, stderr, false)
}

// start runs a tritonserver, behind the words of a wrapper if there are any.
func (x *execution) start(argv, wrapper []string, env expand.Environ, dir string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	server, args, more, err := x.server(argv)
	if err != nil {
		return 126, err
	}
	words := append([]string{server}, args...)
	path := server
	if len(wrapper) > 0 {
		words = append(append([]string{}, wrapper...), words...)
		if path, err = interp.LookPathDir(dir, env, wrapper[0]); err != nil {
			return 127, err
		}
	}
	return x.wait(path, words, mergeEnv(environ(env), more), dir, stdin, stdout, stderr, true)
}

func (x *execution) wait(path string, argv, env []string, dir string, stdin io.Reader, stdout, stderr io.Writer, server bool) (int, error) {
	p, err := startProcess(path, argv, env, dir, stdin, stdout, stderr)
	if err != nil {
		return 126, fmt.Errorf("start %s: %w", path, err)
	}
	x.started(p, server)
	<-p.ended
	return p.code(), nil
}

func (x *execution) script(ctx context.Context, name, text string, params []string, env expand.Environ, dir string, stdin io.Reader, stdout, stderr io.Writer) (int, error) {
	file, err := parseScript(name, text)
	if err != nil {
		return 2, err
	}
	var failed error
	handler := func(interp.ExecHandlerFunc) interp.ExecHandlerFunc {
		return func(ctx context.Context, args []string) error {
			hc := interp.HandlerCtx(ctx)
			code, err := x.command(ctx, args, hc.Env, hc.Dir, hc.Stdin, hc.Stdout, hc.Stderr)
			if err != nil {
				failed = err
				return err
			}
			if code != 0 {
				return interp.ExitStatus(code)
			}
			return nil
		}
	}
	options := []interp.RunnerOption{
		interp.Env(env), interp.Dir(dir), interp.StdIO(stdin, stdout, stderr), interp.ExecHandlers(handler),
	}
	if len(params) > 1 {
		options = append(options, interp.Params(append([]string{"--"}, params[1:]...)...))
	}
	shell, err := interp.New(options...)
	if err != nil {
		return 2, fmt.Errorf("interpret %s: %w", name, err)
	}
	err = shell.Run(ctx, file)
	var status interp.ExitStatus
	switch {
	case errors.Is(failed, errStopping):
		return statusStopped, nil
	case failed != nil:
		return 126, failed
	case errors.As(err, &status):
		return int(status), nil
	case err != nil && ctx.Err() == nil:
		return 1, fmt.Errorf("%s: %w", name, err)
	}
	return 0, nil
}

// environ is the exported part of a shell's environment.
func environ(env expand.Environ) []string {
	var list []string
	for name, v := range env.Each {
		if v.IsSet() && v.Exported && v.Kind == expand.String {
			list = append(list, name+"="+v.String())
		}
	}
	return list
}

// mergeEnv sets the variables of more over env.
func mergeEnv(env, more []string) []string {
	set := map[string]int{}
	var out []string
	for _, kv := range append(append([]string{}, env...), more...) {
		name, _, _ := strings.Cut(kv, "=")
		if i, ok := set[name]; ok {
			out[i] = kv
			continue
		}
		set[name] = len(out)
		out = append(out, kv)
	}
	return out
}
