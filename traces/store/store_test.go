package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/span"
)

type blockMeta = block.Meta

// tiny makes cuts and merges frequent.
func tiny() Options {
	return Options{
		Head: head.Options{MaxRows: 40, CarryRows: 10}, SegmentBytes: 3000, FanIn: 3, MaxBlockRows: 700,
		CutAge: time.Minute, CutIdle: 40 * time.Second, IdleRows: 20, CarryAge: time.Second, RewriteAfter: 2 * time.Minute,
	}
}

func soak() time.Duration {
	minutes, _ := strconv.ParseFloat(os.Getenv("SUPERSONIC_SOAK_MINUTES"), 64)
	return time.Duration(minutes * float64(time.Minute))
}

// TestTheStoreAgreesWithAModel lets a store run through random histories: appends to
// old and new traces, cuts, merges, deletions, failing writes, power cuts.
func TestTheStoreAgreesWithAModel(t *testing.T) {
	begun, limit := time.Now(), max(soak(), 2*time.Second)
	seed := uint64(begun.UnixNano())
	if env := os.Getenv("SUPERSONIC_SEED"); env != "" {
		seed, _ = strconv.ParseUint(env, 10, 64)
	}
	n := 0
	for ; time.Since(begun) < limit; n++ {
		t.Run(fmt.Sprint("seed=", seed+uint64(n)), func(t *testing.T) { history(t, seed+uint64(n)) })
		if t.Failed() {
			return
		}
	}
	t.Logf("%d histories from seed %d", n, seed)
}

func history(t *testing.T, seed uint64) {
	opts := tiny()
	r := rand.New(rand.NewPCG(seed, 2))
	if r.IntN(3) == 0 {
		opts.Retention = time.Duration(5+r.IntN(30)) * time.Minute
	}
	w := newWorld(t, seed, opts)
	w.mustOpen()
	faults := r.IntN(2) == 0
	for range 50 + r.IntN(250) {
		w.step(faults)
	}
	w.fail = nil
	w.check()
	if err := w.s.Close(); err != nil {
		w.fatalf("close: %v", err)
	}
	w.mustOpen()
	w.check()
	// A record that was refused as its sync failed may be found all the same.
	if rows := w.s.State().HeadRows; rows != 0 && !faults {
		w.fatalf("%d rows are in the head after a clean stop", rows)
	}
	w.s.Close()
}

// step does one random thing.
func (w *world) step(faults bool) {
	w.now = w.now.Add(time.Duration(w.r.IntN(3000)) * time.Millisecond)
	switch n := w.r.IntN(100); {
	case n < 45:
		traces := make([]span.TraceID, 1+w.r.IntN(20))
		for i := range traces {
			traces[i] = w.trace()
		}
		w.append(traces...)
		w.s.cutDue()
	case n < 60:
		w.write()
	case n < 70:
		w.s.keepOnce()
	case n < 74:
		w.cut(w.r.IntN(2) == 0)
	case n < 80:
		w.check()
	case n < 84 && len(w.ids) > 0:
		ids := make([]span.TraceID, 1+w.r.IntN(3))
		for i := range ids {
			ids[i] = w.ids[max(0, len(w.ids)-1-w.r.IntN(60))]
		}
		w.delete(ids...)
	case n < 87:
		w.now = w.now.Add(time.Duration(w.r.IntN(200)) * time.Second)
	case n < 90:
		w.crash()
		w.check()
	case n < 92:
		if err := w.s.Close(); err != nil && w.fail == nil {
			w.fatalf("close: %v", err)
		}
		w.fail = nil
		w.mustOpen()
		w.check()
	case faults:
		w.faults()
	}
}

// faults lets some of the next operations fail, or none.
func (w *world) faults() {
	w.fail = nil
	if w.r.IntN(2) == 0 {
		return
	}
	rate := 1 + w.r.IntN(6)
	r := rand.New(rand.NewPCG(w.r.Uint64(), 3))
	w.fail = func(_ int, op faultfs.Op, _ string, size int) faultfs.Fault {
		if r.IntN(rate) > 0 {
			return faultfs.Fault{}
		}
		return faultfs.Fault{Err: syscall.ENOSPC, Torn: r.IntN(size + 1)}
	}
}

// script is a fixed run in which everything happens once.
func script(w *world) {
	for round := range 6 {
		for i := range 6 {
			traces := make([]span.TraceID, 12)
			for k := range traces {
				traces[k] = w.trace()
			}
			w.append(traces...)
			w.now = w.now.Add(time.Second)
			w.s.cutDue()
			if i%2 == 1 {
				w.write()
			}
		}
		w.s.keepOnce()
		if round%2 == 1 {
			w.delete(w.ids[len(w.ids)-3], w.ids[len(w.ids)/2])
			w.now = w.now.Add(3 * time.Minute)
			w.s.keepOnce()
		}
	}
}

// TestNothingIsLostWhicheverOperationFails fails each of the changing operations of a
// run, alone or with all after it, then cuts the power or goes on.
func TestNothingIsLostWhicheverOperationFails(t *testing.T) {
	w := newWorld(t, 7, tiny())
	w.mustOpen()
	script(w)
	total := w.fault.Ops()
	step, first := 61, int(time.Now().UnixNano()%61) // others at each run
	if soak() > 0 {
		step, first = 1, 0
	}
	t.Logf("%d operations, each %dth fails, from %d on", total, step, first)
	for n := first; n < total; n += step {
		for _, sticky := range []bool{false, true} {
			w := newWorld(t, 7, tiny())
			w.fail = func(i int, _ faultfs.Op, _ string, size int) faultfs.Fault {
				if i == n || sticky && i > n {
					return faultfs.Fault{Err: syscall.ENOSPC, Torn: size / 2}
				}
				return faultfs.Fault{}
			}
			w.note("operation %d fails, sticky %v", n, sticky)
			if err := w.open(); err != nil {
				if n > 60 {
					w.fatalf("open: %v", err)
				}
				w.fail = nil
				w.mustOpen()
			}
			script(w)
			w.check()
			if !sticky || n%2 == 0 {
				w.fail = nil
				script(w)
				w.check()
			}
			w.crash()
			w.check()
			if w.damaged > 0 {
				w.fatalf("operation %d: damage", n)
			}
			w.s.Close()
		}
	}
}

func TestASecondStoreIsKeptOut(t *testing.T) {
	dir := t.TempDir()
	s, _, err := Open(faultfs.OS{}, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(faultfs.OS{}, dir, Options{}); !errors.Is(err, faultfs.ErrLocked) {
		t.Errorf("the second: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, _, err = Open(faultfs.OS{}, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// TestAFullDiskRefusesAndHeals keeps blocks from being written: heads wait, two of
// them, then exports are refused whole, with the cause; and all goes on when the disk
// has room.
func TestAFullDiskRefusesAndHeals(t *testing.T) {
	w := newWorld(t, 21, tiny())
	w.mustOpen()
	w.fail = func(_ int, op faultfs.Op, name string, _ int) faultfs.Fault {
		if strings.Contains(name, "/tmp/") && op == faultfs.OpWrite {
			return faultfs.Fault{Err: syscall.ENOSPC}
		}
		return faultfs.Fault{}
	}
	var err error
	for n := 0; err == nil; n++ {
		if n > 40 {
			w.fatalf("%d exports were taken", n)
		}
		raw, spans := w.export(w.newTrace(), w.newTrace(), w.newTrace(), w.newTrace())
		before := w.s.log.Bytes()
		if err = w.send(raw, spans); err != nil {
			for k := range spans {
				delete(w.maybe, k) // nothing of it is kept
			}
			if w.s.log.Bytes() != before {
				w.fatalf("a refused export is in the log")
			}
		}
		w.s.cutDue()
		_ = w.write()
	}
	if !errors.Is(err, ErrBusy) || !errors.Is(err, syscall.ENOSPC) || w.s.State().Waiting != 2 {
		w.fatalf("%v, %+v", err, w.s.State())
	}
	w.check()
	w.crash()
	w.check()
	w.fail = nil
	w.settle()
	w.append(w.newTrace())
	w.check()
	w.s.Close()
}
