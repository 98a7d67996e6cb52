package collector

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// librariesLeave are goroutines that embedded libraries start once for a process
// and never stop, by the function that runs.
var librariesLeave = []string{
	"go.opencensus.io/stats/view.(*worker).start", // started by an init of the prometheus receiver's discovery code
	"github.com/golang/glog",                      // flushes logs; Kubernetes client of the same
	"k8s.io/klog/v2.(*flushDaemon)",               // the same
}

func TestMain(m *testing.M) {
	code := m.Run()
	if left := goroutinesLeft(); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left after every collector stopped:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// goroutinesLeft are the stacks of goroutines that did not end within 5 s.
func goroutinesLeft() string {
	var left []string
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); <-time.After(20 * time.Millisecond) {
		buf := make([]byte, 4<<20)
		buf = buf[:runtime.Stack(buf, true)]
		left = left[:0]
		for _, stack := range strings.Split(string(buf), "\n\n")[1:] {
			if !expected(stack) {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
	}
	return strings.Join(left, "\n\n")
}

func expected(stack string) bool {
	if strings.Contains(stack, "net/http.(*persistConn)") {
		return true // idle connections of this test's own http.Get
	}
	for _, f := range librariesLeave {
		if strings.Contains(stack, f) {
			return true
		}
	}
	return false
}
