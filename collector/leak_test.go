package collector

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails if a goroutine is left when every collector has stopped. No
// embedded library needs an exception as of v0.158.0; one that will is to be named here.
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

// expected tells the idle connections of this test's own http.Get.
func expected(stack string) bool {
	return strings.Contains(stack, "net/http.(*persistConn)")
}
