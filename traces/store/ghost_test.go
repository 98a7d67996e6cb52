package store

import (
	"strings"
	"syscall"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/head"
)

// TestABlockThatWasTakenBackStaysAway publishes a block in vain: neither that nor its
// taking back is known to be on disk. It names a place in the log that was never
// reached, as no segment could be begun. The next process begins segments of those
// numbers; when the power is cut then, the block must not come back and say that it
// has what is in them.
func TestABlockThatWasTakenBackStaysAway(t *testing.T) {
	for seed := range uint64(60) {
		w := newWorld(t, seed, tiny())
		w.mustOpen()
		w.append(w.newTrace(), w.newTrace())
		renamed := false
		w.fail = func(_ int, op faultfs.Op, name string, _ int) faultfs.Fault {
			renamed = renamed || op == faultfs.OpRename
			if op == faultfs.OpSync && strings.HasSuffix(name, ".log") || renamed && op == faultfs.OpSyncDir {
				return faultfs.Fault{Err: syscall.ENOSPC}
			}
			return faultfs.Fault{}
		}
		w.s.log.Rotate()
		for range 3 {
			if w.append(w.newTrace()) == nil {
				w.fatalf("a segment was begun")
			}
		}
		w.cut(false)
		if w.write() == nil || w.s.log.Low()>>32 == 1 {
			w.fatalf("a block was published, or the log is where it was")
		}
		head := w.s.State().HeadRows
		_ = w.s.Close() // in vain as well
		w.fail = nil
		w.mustOpen()
		if w.s.State().HeadRows != head {
			w.fatalf("%d spans wait, not %d", w.s.State().HeadRows, head)
		}
		for range 4 {
			w.append(w.newTrace(), w.newTrace())
			w.s.log.Rotate()
		}
		w.crash()
		w.check()
		w.s.Close()
	}
}

// TestWhatAnOpenReliesOnIsOnDisk ends a process between the renaming of a block and
// the syncing of its directory. The next one drops the log behind it, which a power cut
// must find in the block then.
func TestWhatAnOpenReliesOnIsOnDisk(t *testing.T) {
	for seed := range uint64(60) {
		w := newWorld(t, seed, tiny())
		w.mustOpen()
		w.append(w.newTrace(), w.newTrace())
		w.s.log.Rotate()
		w.append(w.newTrace())
		if _, err := w.s.cut(head.CarryNone); err != nil {
			w.fatalf("%v", err)
		}
		renamed := false
		w.fail = func(_ int, op faultfs.Op, _ string, _ int) faultfs.Fault {
			if renamed { // dead
				return faultfs.Fault{Err: syscall.EIO}
			}
			renamed = op == faultfs.OpRename
			return faultfs.Fault{}
		}
		_ = w.write()
		_ = w.s.Close()
		w.fail = nil
		w.mustOpen()
		w.crash()
		w.check()
		w.s.Close()
	}
}
