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
	"strings"
	"syscall"
	"time"
)

// serverWord is the argument by which this program stands in for tritonserver: it
// runs the real one behind a line that takes its time.
const serverWord = "as-server"

// putFar makes the site start its servers through this program.
func (s situation) putFar(dir, values string) error {
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
	script := fmt.Sprintf("#!/bin/sh\nexport PATH=%q:$PATH VIRTUAL_ENV=%q LD_LIBRARY_PATH=%q\nexec %q %s %q %s %s --backend-directory=%q \"$@\"\n",
		venv+"/bin", venv, root+"/python_backend_stubs/lib", own, serverWord, real, s.farPod, s.farBy, root+"/backends")
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

// serve runs a server: its path, the pod that is far and by how much, and the
// server's own arguments. It returns the exit status.
func serve(args []string) int {
	real, pod := args[0], args[1]
	by, err := time.ParseDuration(args[2])
	args = args[3:]
	if err == nil && os.Getenv("HOSTNAME") == pod {
		err = detour(args, by)
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

// detour gives the server another port for gRPC and relays what comes to the old one.
func detour(args []string, by time.Duration) error {
	for i, a := range args {
		port, is := strings.CutPrefix(a, "--grpc-port=")
		if !is {
			continue
		}
		front, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			return err
		}
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		target := free.Addr().String()
		free.Close()
		args[i] = "--grpc-port=" + target[strings.LastIndexByte(target, ':')+1:]
		go relay(front, target, by)
		return nil
	}
	return errors.New("no --grpc-port=N among the server's arguments")
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
