package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// serverWord is the argument by which this program stands in for tritonserver: it
// runs the real one behind a line that takes its time.
const serverWord = "as-server"

// What can ail one server of a site.
const (
	far    = "far"    // it is reached through a line that takes its time
	mute   = "mute"   // its readiness is fine and its port for gRPC answers nobody who connects
	robbed = "robbed" // others compute on its core; the other servers have the other cores
	fewer  = "fewer"  // it has one instance of each model
)

// trouble is a server and what ails it.
type trouble struct {
	pod, kind string
	by        time.Duration // of far: longer, each way
}

// apply makes the site start its servers through this program.
func (t trouble) apply(dir, values, models string) error {
	found, err := filepath.Glob(".venv/lib/python3.*/site-packages/pytriton/tritonserver/bin/tritonserver")
	if err == nil && len(found) == 0 {
		err = errors.New("no tritonserver in .venv: run `make triton`")
	}
	if err != nil {
		return err
	}
	real, err := filepath.Abs(found[0])
	if err != nil {
		return err
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	root, venv := filepath.Dir(filepath.Dir(real)), strings.Split(real, "/lib/python3.")[0]
	script := fmt.Sprintf("#!/bin/sh\nexport PATH=%q:$PATH VIRTUAL_ENV=%q LD_LIBRARY_PATH=%q\nexec %q %s %q %s %s %s %q --backend-directory=%q \"$@\"\n",
		venv+"/bin", venv, root+"/python_backend_stubs/lib", own, serverWord, real, t.pod, t.kind, t.by, models, root+"/backends")
	server := filepath.Join(dir, "tritonserver")
	if err := os.WriteFile(server, []byte(script), 0o755); err != nil {
		return err
	}
	text, err := os.ReadFile(values)
	if err != nil {
		return err
	}
	text = []byte(strings.Replace(string(text), "local: {triton: {", fmt.Sprintf("local: {triton: {server: %q, ", server), 1))
	return os.WriteFile(values, text, 0o644)
}

// serve runs a server: its path, the pod that something ails, what, by how much, the
// models of a pod with fewer, and the server's own arguments. It returns the exit status.
func serve(args []string) int {
	real, ill, kind, models := args[0], os.Getenv("HOSTNAME") == args[1], args[2], args[4]
	by, err := time.ParseDuration(args[3])
	args = args[5:]
	switch {
	case kind == robbed:
		err = errors.Join(err, rob(ill))
	case ill && kind == far:
		err = errors.Join(err, detour(args, by))
	case ill && kind == mute:
		err = errors.Join(err, fallMute(args))
	case ill && kind == fewer:
		for i, a := range args {
			if strings.HasPrefix(a, "--model-repository=") {
				args[i] = "--model-repository=" + models
			}
		}
	}
	cmd := exec.Command(real, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			cmd.Process.Signal(s)
		}
	}()
	cmd.Wait()
	return cmd.ProcessState.ExitCode()
}

// rob gives the server that is ill the last core and two threads of this program that
// compute on it, and every other server the cores before it. The thread that calls
// it is the one to start the server.
func rob(ill bool) error {
	last := runtime.NumCPU() - 1
	if last == 0 {
		return errors.New("one core: nobody can be robbed of it alone")
	}
	runtime.LockOSThread()
	var cores unix.CPUSet
	for i := range last {
		cores.Set(i)
	}
	if ill {
		cores.Zero()
		cores.Set(last)
	}
	if err := unix.SchedSetaffinity(0, &cores); err != nil || !ill {
		return err
	}
	for range 2 {
		go func() {
			runtime.LockOSThread()
			if unix.SchedSetaffinity(0, &cores) == nil {
				for {
				}
			}
		}()
	}
	return nil
}

// ownGRPC moves the server's port for gRPC and returns the old one and the new.
func ownGRPC(args []string) (public, own string, err error) {
	for i, a := range args {
		port, is := strings.CutPrefix(a, "--grpc-port=")
		if !is {
			continue
		}
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer free.Close()
		own := free.Addr().String()
		args[i] = "--grpc-port=" + own[strings.LastIndexByte(own, ':')+1:]
		return port, own, nil
	}
	return "", "", errors.New("no --grpc-port=N among the server's arguments")
}

// fallMute listens at the server's port with a queue of connections that is full:
// the kernel answers nobody who wants to connect.
func fallMute(args []string) error {
	port, _, err := ownGRPC(args)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	err = errors.Join(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Port: number, Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0))
	if err != nil {
		return err
	}
	for range 3 {
		if _, err := net.DialTimeout("tcp", "127.0.0.1:"+port, 100*time.Millisecond); err != nil {
			return nil // it is full; the connections before this one stay
		}
	}
	return errors.New("a full queue of connections takes more")
}

// detour gives the server another port for gRPC and relays what comes to the old one.
func detour(args []string, by time.Duration) error {
	port, own, err := ownGRPC(args)
	if err != nil {
		return err
	}
	front, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err == nil {
		go relay(front, own, by)
	}
	return err
}

func relay(front net.Listener, target string, by time.Duration) {
	for {
		client, err := front.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", target)
		if err != nil {
			client.Close()
			continue
		}
		go later(server, client, by)
		go later(client, server, by)
	}
}

// later copies what it reads some time after it came, however much comes meanwhile.
func later(to io.WriteCloser, from io.Reader, by time.Duration) {
	type piece struct {
		at   time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer to.Close()
		for p := range pieces {
			time.Sleep(time.Until(p.at.Add(by)))
			if _, err := to.Write(p.data); err != nil {
				break
			}
		}
		for range pieces { // what is read is dropped: the other end is gone
		}
	}()
	defer close(pieces)
	for {
		buffer := make([]byte, 32<<10)
		n, err := from.Read(buffer)
		if n > 0 {
			pieces <- piece{time.Now(), buffer[:n]}
		}
		if err != nil {
			return
		}
	}
}
