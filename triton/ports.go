package triton

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Chosen ports lie below the kernel's range for outgoing connections (32768 on
// Linux), so that none of these takes a server's port while it restarts.
const firstChosen, lastChosen = 20000, 32000

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
