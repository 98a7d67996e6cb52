package latency

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/source"
)

// Store is a trace store; source.Tempo is one.
type Store interface {
	Whole(ctx context.Context, q source.WholeQuery) (td ptrace.Traces, next uint64, err error)
	Search(ctx context.Context, s source.Search) (source.Found, error)
	Trace(ctx context.Context, id string) (td ptrace.Traces, partial string, err error)
}

const (
	// pageTraces is how many traces are asked for at once: some 5 MiB.
	pageTraces = 2000
	// A store that does not answer whole traces is searched in slices of the range,
	// newest first, and read trace by trace, several at a time; up to foreignTraces.
	foreignTraces = 3000
	foreignSlices = 12
	atOnce        = 8
)

// Taken is what Gather took in.
type Taken struct {
	*Collector
	Whole bool     // all that is stored of the range
	Notes []string // what was left out
}

// Gather takes in the traces of a window that a query selects, the newest first,
// until all are there, the Collector is full, or the time is up. "" selects all.
func Gather(ctx context.Context, store Store, query string, w Window, until time.Time) (Taken, error) {
	if query == "" {
		query = "{}"
	}
	t := Taken{Collector: NewCollector(w), Whole: true}
	err := t.pages(ctx, store, query, until)
	if errors.Is(err, source.ErrNoWhole) {
		err = t.oneByOne(ctx, store, query, until)
	}
	return t, err
}

// pages reads whole traces page by page. A trace that came at the end of a page
// comes again at the beginning of the next.
func (t *Taken) pages(ctx context.Context, store Store, query string, until time.Time) error {
	seen := map[[16]byte]bool{}
	for end := t.window.To; ; {
		td, next, err := store.Whole(ctx, source.WholeQuery{Query: query, From: t.window.From, To: end, Limit: pageTraces})
		if err != nil {
			return err
		}
		page := map[[16]byte]bool{}
		groups := map[[16]byte][]made{}
		for _, id := range byTrace(td, groups, nil) {
			page[id] = true
			if !seen[id] {
				t.trace(newTree(id, groups[id]))
			}
		}
		seen = page
		switch {
		case next == 0 || next >= end && end != 0:
			return nil
		case t.counts.Beyond > 0:
			t.Whole = false
			return nil
		case time.Now().After(until):
			t.cut(fmt.Sprintf("Reading took too long: %s back to %s are taken in, older ones are not. A shorter range or a filter takes all in.",
				count(t.counts.Traces, "trace"), time.Unix(0, int64(next)).UTC().Format("15:04:05")+" UTC"))
			return nil
		}
		end = next
	}
}

func (t *Taken) cut(note string) {
	t.Whole = false
	t.Notes = append(t.Notes, note)
}

// oneByOne searches a store that knows no other way, and reads each trace.
func (t *Taken) oneByOne(ctx context.Context, store Store, query string, until time.Time) error {
	ids, cut, err := t.search(ctx, store, query)
	if err != nil {
		return err
	}
	if cut > 0 {
		t.cut(fmt.Sprintf("This trace store answers a limited number of traces a search: of %d of %d parts of the range the newest %d traces are taken in, not all.",
			cut, foreignSlices, foreignTraces/foreignSlices))
	}
	read, err := t.readEach(ctx, store, ids, until)
	if err == nil && read < len(ids) {
		t.cut(fmt.Sprintf("Reading took too long: %s of %s found are taken in, from all parts of the range. A shorter range or a filter takes all in.", number(read), count(len(ids), "trace")))
	}
	return err
}

// search finds ids, slice by slice of the range, so that one busy moment does not
// hide the rest. cut is how many slices had more.
func (t *Taken) search(ctx context.Context, store Store, query string) (ids []string, cut int, err error) {
	from, to := time.Unix(0, int64(t.window.From)), time.Unix(0, int64(t.window.To))
	length := to.Sub(from)
	slices := foreignSlices
	if length < foreignSlices*time.Second {
		slices = 1 // the API takes whole seconds
	}
	known := map[string]bool{}
	var parts [][]string
	for k := slices - 1; k >= 0; k-- {
		found, err := store.Search(ctx, source.Search{Query: query, Limit: foreignTraces / slices, SpansPerTrace: 1,
			From: from.Add(length * time.Duration(k) / time.Duration(slices)), To: from.Add(length * time.Duration(k+1) / time.Duration(slices))})
		if err != nil {
			return nil, 0, err
		}
		if len(found.Traces) >= foreignTraces/slices {
			cut++
		}
		var part []string
		for _, f := range found.Traces {
			if !known[f.ID] {
				known[f.ID] = true
				part = append(part, f.ID)
			}
		}
		parts = append(parts, part)
	}
	return byTurns(parts), cut, nil
}

// byTurns takes one of each part and begins again: who does not come to the end has
// read of the whole range evenly.
func byTurns(parts [][]string) (ids []string) {
	for nth, more := 0, true; more; nth++ {
		more = false
		for _, p := range parts {
			if nth < len(p) {
				ids, more = append(ids, p[nth]), true
			}
		}
	}
	return ids
}

// readEach reads traces by id, several at once, and returns how many were read.
func (t *Taken) readEach(ctx context.Context, store Store, ids []string, until time.Time) (int, error) {
	work := make(chan string)
	var mu sync.Mutex
	var readers sync.WaitGroup
	var failed error
	read := 0
	for range atOnce {
		readers.Go(func() {
			for id := range work {
				td, _, err := store.Trace(ctx, id)
				mu.Lock()
				switch {
				case errors.Is(err, source.ErrNoTrace):
					read++
				case err != nil:
					failed = errors.Join(failed, err)
				default:
					read++
					t.Add(td)
				}
				mu.Unlock()
			}
		})
	}
	stop := func() bool { mu.Lock(); defer mu.Unlock(); return failed != nil || time.Now().After(until) }
	for _, id := range ids {
		if stop() {
			break
		}
		work <- id
	}
	close(work)
	readers.Wait()
	return read, failed
}
