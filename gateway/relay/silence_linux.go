package relay

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// silence is how long a server's host may leave sent bytes unacknowledged. One that
// vanishes without a word would otherwise hold its calls until TCP gives up, a
// quarter of an hour later.
const silence = 30 * time.Second

// boundSilence sets TCP_USER_TIMEOUT before a connection is made.
func boundSilence(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silence.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
