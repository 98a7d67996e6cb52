package triton

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// process is a running command with its process group. A thread of its own waits
// for it, because the kernel ties Pdeathsig to the thread that started the child.
type process struct {
	pid   int
	ended chan struct{} // closed after it was waited for and its group killed
	state *os.ProcessState
}

// startProcess runs argv with the given environment; argv[0] is what the process
// is told, path what runs.
func startProcess(path string, argv, env []string, dir string, stdin io.Reader, stdout, stderr io.Writer) (*process, error) {
	cmd := &exec.Cmd{
		Path: path, Args: argv, Env: env, Dir: dir,
		Stdin: stdin, Stdout: stdout, Stderr: stderr,
		SysProcAttr: processAttributes(),
	}
	p := &process{ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		defer close(p.ended)
		awaitExit(p.pid)
		// The leader is not reaped yet, so its number cannot be another group's:
		// what it left behind (stubs of the python backend) ends with it.
		p.kill()
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) && cmd.ProcessState == nil {
			return
		}
		p.state = cmd.ProcessState
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// terminate asks the leader to stop. Its children are its own business.
func (p *process) terminate() { _ = syscall.Kill(p.pid, syscall.SIGTERM) }

// kill ends the whole group. It must not be called after ended is closed.
func (p *process) kill() { _ = syscall.Kill(-p.pid, syscall.SIGKILL) }

// code is the exit status as a shell has it: 128 + signal after a signal.
func (p *process) code() int {
	if p.state == nil {
		return 1
	}
	if ws, ok := p.state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return p.state.ExitCode()
}

// ending says how it ended: "exit status 1", "signal: segmentation fault".
func (p *process) ending() string {
	if p.state == nil {
		return "unknown exit"
	}
	return p.state.String()
}

// cause is ending as a label with few values.
func (p *process) cause() string {
	if p.state == nil {
		return "unknown"
	}
	if ws, ok := p.state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Sprintf("signal %d", ws.Signal())
	}
	return fmt.Sprintf("exit %d", p.state.ExitCode())
}
