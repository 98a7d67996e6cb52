package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"supersonic/internal/freeport"
)

const own = "supersonic"

// target is a running store.
type target struct {
	kind      string
	otlp, api string
	pid       int
	dir       string
}

// startOwn runs our program on free ports, its generator writing to receiver, and
// waits until it is ready.
func startOwn(c config, receiver string) (target, func(), error) {
	dir, made := c.dir, false
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "bench-traces"); err != nil {
			return target{}, nil, err
		}
		made = true
	}
	ports, release, err := freeport.Take(3)
	if err != nil {
		return target{}, nil, err
	}
	defer release()
	values := fmt.Sprintf(`tempo: {tempo: {retention: 87600h, metricsGenerator: {remoteWriteUrl: "%s"}, server: {http_listen_port: %d}, receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:%d"}, http: {endpoint: "127.0.0.1:%d"}}}}}}
`, receiver, ports[0], ports[1], ports[2])
	file := filepath.Join(dir, "values.yaml")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return target{}, nil, err
	}
	if err := os.WriteFile(file, []byte(values), 0o600); err != nil {
		return target{}, nil, err
	}
	cmd := exec.Command(c.store, "traces", "-f", file, "--data-dir", dir)
	if c.memory != "" {
		cmd.Env = append(os.Environ(), "GOMEMLIMIT="+c.memory)
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		return target{}, nil, err
	}
	stop := func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if made {
			os.RemoveAll(dir)
		}
	}
	t := target{
		kind: own, otlp: fmt.Sprintf("127.0.0.1:%d", ports[1]), api: fmt.Sprintf("http://127.0.0.1:%d", ports[0]),
		pid: cmd.Process.Pid, dir: filepath.Join(dir, "traces"),
	}
	if err := t.waitReady(time.Minute); err != nil {
		stop()
		return target{}, nil, err
	}
	return t, stop, nil
}

// newReceiver takes the generator's remote writes and forgets them.
func newReceiver() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
}

func (t target) waitReady(limit time.Duration) error {
	for end := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get(t.api + "/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s is not ready after %s: %w", t.api, limit, err)
		}
	}
}

// cpu is the CPU time of the process so far, of all its threads, to the
// nanosecond; a thread that ended takes its time along, which Go's rarely do.
func (t target) cpu() (time.Duration, error) {
	if t.pid == 0 {
		return 0, nil
	}
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", t.pid))
	if err != nil || len(tasks) == 0 {
		return 0, fmt.Errorf("process %d is gone", t.pid)
	}
	var sum time.Duration
	for _, file := range tasks {
		b, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(string(bytes.Fields(b)[0]), 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// memory is the most resident memory so far, and what it is now, in MB.
func (t target) memory() (peak, now float64) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", t.pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(b)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kb); n == 1 {
			peak = kb / 1024
		}
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			now = kb / 1024
		}
	}
	return peak, now
}

// files visits the regular files of the store.
func (t target) files(visit func(path string, size int64)) {
	if t.dir == "" {
		return
	}
	filepath.WalkDir(t.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				visit(path, info.Size())
			}
		}
		return nil
	})
}

func (t target) disk() (bytes int64) {
	t.files(func(_ string, size int64) { bytes += size })
	return bytes
}

// opened visits the store's files, opened.
func (t target) opened(visit func(f *os.File, size int64)) {
	t.files(func(path string, size int64) {
		f, err := os.Open(path)
		if err != nil {
			return // it was merged away
		}
		defer f.Close()
		visit(f, size)
	})
}

// chill drops the store's files from the page cache.
func (t target) chill() {
	t.opened(func(f *os.File, size int64) {
		f.Sync()
		unix.Fadvise(int(f.Fd()), 0, size, unix.FADV_DONTNEED)
	})
}

// heat reads the store's files, so that they are in the page cache: what a question
// costs that was never asked, of a disk that needs no waiting for.
func (t target) heat() {
	t.opened(func(f *os.File, _ int64) { io.Copy(io.Discard, f) })
}

// calibrate runs a loop that is always the same and returns the CPU time that it
// took, in ms.
func calibrate() float64 {
	used := func() time.Duration {
		var u syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begun := used()
	block := make([]byte, 1<<20)
	counts := map[uint32]int{}
	for i := range 64 {
		sum := sha256.Sum256(block)
		copy(block[i*32:], sum[:])
		for j := 0; j+4 < len(block); j += 64 {
			counts[uint32(block[j])|uint32(block[j+1])<<8|uint32(i)<<16]++
		}
	}
	return float64((used() - begun).Microseconds()) / 1000
}
