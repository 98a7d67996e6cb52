package triton

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"time"
)

// Chosen ports lie below the kernel's range for outgoing connections (32768 on
// Linux), so that none of these takes a server's port while it restarts.
const firstChosen, lastChosen = 20000, 32000

const releaseWait = time.Second

// choosePort replaces port 0 of address by a free one, and returns a listener that
// holds it until the server starts. An address with a port is left alone.
func choosePort(address *string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(*address)
	if err != nil {
		return nil, err
	}
	if port != "0" {
		return nil, nil
	}
	for range 200 {
		try := net.JoinHostPort(host, strconv.Itoa(firstChosen+rand.IntN(lastChosen-firstChosen)))
		if l, err := net.Listen("tcp", try); err == nil {
			*address = try
			return l, nil
		}
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return nil, fmt.Errorf("no free port on %s: %w", host, err)
	}
	*address = l.Addr().String()
	return l, nil
}

// portsFree says which of the pod's ports somebody else has.
func portsFree(p Pod) error {
	for _, l := range []struct{ name, address string }{{"http", p.HTTP}, {"grpc", p.GRPC}, {"metrics", p.Metrics}} {
		if err := free(l.address); err != nil {
			hint := "choose another port"
			if errors.Is(err, syscall.EADDRINUSE) {
				hint = "port taken by another process; stop it or choose another port"
			}
			return fmt.Errorf("%s address %s: %w (%s)", l.name, l.address, err, hint)
		}
	}
	return nil
}

// free listens at address once. A port counts as taken when it is so for releaseWait:
// every process that is being started has copies of our sockets until it executes its
// program, and holds through our Close what choosePort held.
func free(address string) error {
	for deadline := time.Now().Add(releaseWait); ; time.Sleep(releaseWait / 100) {
		l, err := net.Listen("tcp", address)
		if err == nil {
			return l.Close()
		}
		if !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(deadline) {
			return err
		}
	}
}
