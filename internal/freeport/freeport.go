// Package freeport gives tests and measurements ports that stay theirs until they
// listen on them. Port 0 does not when a port must be known before its listener is
// there: the kernel may give the same one to another process's connection in between.
// Calls may be concurrent.
package freeport

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
	"testing"
)

// The ports that Linux and macOS give to connections and to listeners on port 0
// begin at 32768 and at 49152, those that the triton role gives to servers at 20000.
const (
	lowest = 10000
	count  = 10000
	tries  = 500
)

// For is Take for a test, which has the ports until it ends.
func For(t testing.TB, n int) []int {
	t.Helper()
	ports, release, err := Take(n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return ports
}

// Take returns n TCP ports of 127.0.0.1 on which nobody listens and that no other
// call, of this process or of another, is given before release.
func Take(n int) (ports []int, release func(), err error) {
	var marks []*net.UDPConn
	release = func() {
		for _, m := range marks {
			m.Close()
		}
	}
	for range tries {
		if len(ports) == n {
			return ports, release, nil
		}
		port := lowest + rand.IntN(count)
		if mark := take(port); mark != nil {
			ports, marks = append(ports, port), append(marks, mark)
		}
	}
	release()
	return nil, nil, fmt.Errorf("%d free ports on 127.0.0.1: only %d found from %d to %d in %d tries", n, len(ports), lowest, lowest+count-1, tries)
}

// take marks a free port as given by holding its number of UDP, which nothing else
// here uses: other processes see that, and lose it when this one is killed.
func take(port int) *net.UDPConn {
	mark, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return nil
	}
	// A connection tells who listens and leaves the port alone: a listener of ours would
	// live on in every process that is being started until that executes its program.
	c, err := net.Dial("tcp", mark.LocalAddr().String())
	if !errors.Is(err, syscall.ECONNREFUSED) {
		if err == nil {
			c.Close()
		}
		mark.Close()
		return nil
	}
	return mark
}
