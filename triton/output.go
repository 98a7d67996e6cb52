package triton

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	logBytes  = 16 << 20 // a pod's log is rotated once it is larger; one old file is kept
	lineBytes = 16 << 10 // longer lines are cut
	tailLines = 8        // of the end of a crashed server's output, shown in the log
	warnBurst = 20       // error lines of a pod that reach the log at once ...
	warnEvery = 5 * time.Second
	problems  = 8 // different diagnoses kept of one run
)

// noise are error lines of every healthy server on a machine without a GPU.
var noise = []string{"CUDA driver version is insufficient", "CudaDriverHelper has not been initialized", "Failed to initialize NVML"}

// output is where a pod's command writes: a bounded file, the log for its errors,
// and what is known of why it failed.
type output struct {
	path string
	pod  string
	log  *slog.Logger
	now  func() time.Time

	mu      sync.Mutex // guards what follows
	file    *os.File
	size    int64
	tail    []string
	found   []string
	crashed bool
	// unloaded is closed when a stopping server has no model and no request left.
	unloaded chan struct{}
	tokens   float64
	last     time.Time
	dropped  int
}

func openOutput(dir, pod string, log *slog.Logger) (*output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("directory for the servers' logs: %w", err)
	}
	o := &output{path: filepath.Join(dir, pod+".log"), pod: pod, log: log, now: time.Now, tokens: warnBurst, unloaded: make(chan struct{})}
	return o, o.open()
}

func (o *output) open() error {
	f, err := os.OpenFile(o.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("log of server %s: %w", o.pod, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return fmt.Errorf("log of server %s: %w", o.pod, err)
	}
	o.file, o.size = f, info.Size()
	return nil
}

func (o *output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	err := o.file.Close()
	o.file = nil
	return err
}

// begin forgets what the run before said.
func (o *output) begin() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail, o.found, o.crashed = nil, nil, false
	o.unloaded = make(chan struct{})
}

// read takes lines from r until it ends. The file being full or gone does not stop
// it: a server must never block on its output.
func (o *output) read(r io.Reader) {
	b := bufio.NewReaderSize(r, lineBytes)
	for {
		line, err := b.ReadSlice('\n')
		if len(line) > 0 {
			o.line(strings.TrimRight(string(line), "\r\n"))
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

func (o *output) line(text string) {
	o.mu.Lock()
	o.write(text)
	o.remember(text)
	show, dropped := o.allow(text)
	o.mu.Unlock()
	if show {
		o.log.Warn("server says", "pod", o.pod, "line", text, "left_out", dropped)
	}
}

func (o *output) write(text string) {
	if o.file == nil {
		return
	}
	if o.size > logBytes {
		o.file.Close()
		o.file = nil
		if os.Rename(o.path, o.path+".1") != nil || o.open() != nil {
			return
		}
	}
	n, _ := fmt.Fprintln(o.file, text)
	o.size += int64(n)
}

func (o *output) remember(text string) {
	if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "+-") || strings.HasPrefix(text, "| ") {
		return
	}
	if len(o.tail) == tailLines {
		o.tail = append(o.tail[:0], o.tail[1:]...)
	}
	o.tail = append(o.tail, text)
	if strings.Contains(text, "Found 0 live models and 0 in-flight non-inference requests") {
		select {
		case <-o.unloaded:
		default:
			close(o.unloaded)
		}
	}
	o.crashed = o.crashed || crashSignal(text) != ""
	if why := diagnose(text); why != "" && len(o.found) < problems {
		o.found = append(o.found, why)
	}
}

// allow decides whether a line reaches the log: errors only, a burst, then one
// every few seconds; how many were left out is told with the next.
func (o *output) allow(text string) (show bool, dropped int) {
	if !isError(text) {
		return false, 0
	}
	now := o.now()
	if !o.last.IsZero() {
		o.tokens = min(warnBurst, o.tokens+float64(now.Sub(o.last))/float64(warnEvery))
	}
	o.last = now
	if o.tokens < 1 {
		o.dropped++
		return false, 0
	}
	o.tokens--
	dropped, o.dropped = o.dropped, 0
	return true, dropped
}

// findings returns the diagnoses of this run and the last lines it wrote.
func (o *output) findings() (found, tail []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]string(nil), o.found...), append([]string(nil), o.tail...)
}

// isUnloaded returns a channel that is closed when a stopping server has no model
// and no request left.
func (o *output) isUnloaded() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.unloaded
}

// sawCrash tells whether the server wrote that it caught a deadly signal.
func (o *output) sawCrash() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.crashed
}

// isError tells an error line in either of Triton's formats ("E1123 12:20:08..."
// and "2026-11-23T12:20:08Z 123 E file.cc:1] ...") or of its start-up.
func isError(text string) bool {
	for _, n := range noise {
		if strings.Contains(text, n) {
			return false
		}
	}
	if strings.HasPrefix(text, "error: ") || strings.Contains(text, "unrecognized option") || crashSignal(text) != "" {
		return true
	}
	if len(text) > 5 && text[0] == 'E' && text[1] >= '0' && text[1] <= '9' && text[2] >= '0' && text[2] <= '9' {
		return true
	}
	if len(text) > 20 && text[4] == '-' && text[10] == 'T' {
		for _, word := range strings.Fields(text)[1:] {
			if strings.Contains(word, "]") {
				return false
			}
			if word == "E" {
				return true
			}
		}
	}
	return false
}
