package traces

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/rounds"
	"supersonic/traces/storetest"
)

// killRounds is how often the store is killed; `make soak` asks for a thousand.
func killRounds(t *testing.T) int {
	text := os.Getenv("SUPERSONIC_SOAK_KILLS")
	if text == "" {
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("SUPERSONIC_SOAK_KILLS: %v", err)
	}
	return n
}

// killed is what a store that is killed again and again has acknowledged.
type killed struct {
	mu    sync.Mutex
	spans map[pcommon.TraceID]int
	round []pcommon.TraceID
	first chan struct{} // closed at the first acknowledgement of a round
}

// TestKillAtRandomInstants kills the store while exports, cuts and merges are
// under way. Whatever it acknowledged must be there after the next start, whole,
// by id and by search.
func TestKillAtRandomInstants(t *testing.T) {
	dir, rounds := t.TempDir(), killRounds(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	k := &killed{spans: map[pcommon.TraceID]int{}}
	acked, oldest := 0, time.Now()
	for round := range rounds {
		service := fmt.Sprintf("round-%d", round)
		cmd, target := child(t, dir, 400)
		k.load(t, cmd, target, service, time.Duration(rng.Int64N(int64(250*time.Millisecond))))
		acked += len(k.round)

		cmd, target = child(t, dir, 400)
		c := storetest.NewClient(t, target)
		for _, id := range k.round {
			k.whole(t, c, id)
		}
		var a storetest.Answer
		c.GetJSON("/api/search?limit=100000&q="+url.QueryEscape(`{ span.storetest.tag = "`+service+`" }`)+fmt.Sprintf("&start=%d&end=%d", oldest.Unix()-60, time.Now().Unix()+60), &a)
		have := map[string]bool{}
		for _, id := range a.IDs() {
			have[id] = true
		}
		for _, id := range k.round {
			if !have[hex.EncodeToString(id[:])] {
				t.Fatalf("round %d: the search does not show %s, one of %d that were acknowledged", round, id, len(k.round))
			}
		}
		cmd.Process.Kill()
		cmd.Wait()
	}
	_, target := child(t, dir, 400)
	c := storetest.NewClient(t, target)
	checked := 0
	for id := range k.spans { // of all rounds: merges must not have lost what a start had
		k.whole(t, c, id)
		if checked++; checked == 5000 {
			break
		}
	}
	t.Logf("%d kills, %d traces acknowledged, none lost", 2*rounds, acked)
}

// load exports from several clients until the store is killed, some time after it
// acknowledged something. Every fourth trace comes in two exports.
func (k *killed) load(t *testing.T, cmd *exec.Cmd, target storetest.Target, service string, after time.Duration) {
	t.Helper()
	k.round, k.first = nil, make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			c := storetest.NewClient(t, target)
			for n := 0; ; n++ {
				id, spans := storetest.NewID(), 1+n%7
				for piece := range 1 + (n+1)%4/3 {
					if _, err := c.ExportGRPC(pieceOf(id, service, spans, piece), false); err != nil {
						return // killed
					}
					k.ack(id, spans, piece == 0)
				}
				once.Do(func() { close(k.first) })
			}
		})
	}
	<-k.first
	<-time.After(after)
	cmd.Process.Kill()
	wg.Wait()
	cmd.Wait()
}

// pieceOf is spans of a trace that no other piece has.
func pieceOf(id pcommon.TraceID, tag string, spans, piece int) ptrace.Traces {
	td := storetest.Trace(id, tag, spans, time.Now())
	for _, s := range td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().All() {
		own := s.SpanID()
		own[0] = byte(piece)
		s.SetSpanID(own)
	}
	return td
}

func (k *killed) ack(id pcommon.TraceID, spans int, first bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spans[id] += spans
	if first {
		k.round = append(k.round, id)
	}
}

// whole wants every acknowledged span of a trace. Spans whose acknowledgement the
// kill cut off may be there too.
func (k *killed) whole(t *testing.T, c *storetest.Client, id pcommon.TraceID) {
	t.Helper()
	status, _, body := c.Get("/api/traces/"+hex.EncodeToString(id[:]), "application/protobuf")
	if status != http.StatusOK {
		t.Fatalf("acknowledged trace %s: %d %s", id, status, body)
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	if err != nil {
		t.Fatal(err)
	}
	if td.SpanCount() < k.spans[id] {
		t.Fatalf("trace %s has %d spans, %d were acknowledged", id, td.SpanCount(), k.spans[id])
	}
}

func TestSixtyThousandTracesAreSixtyThousand(t *testing.T) {
	const each = 500
	exports := rounds.Of(t, 120) / 4 * 4
	target, _ := start(t, testConfig(t.TempDir()), Deps{Log: testLog(t)})
	var wg sync.WaitGroup
	begun := time.Now()
	for worker := range 4 {
		wg.Go(func() {
			c := storetest.NewClient(t, target)
			for range exports / 4 {
				td := ptrace.NewTraces()
				for range each {
					storetest.Trace(storetest.NewID(), fmt.Sprintf("worker-%d", worker), 2, begun).ResourceSpans().MoveAndAppendTo(td.ResourceSpans())
				}
				c.MustExport(td)
			}
		})
	}
	wg.Wait()
	var a storetest.Answer
	storetest.NewClient(t, target).GetJSON(fmt.Sprintf("/api/search?limit=100000&q=%s&start=%d&end=%d", url.QueryEscape(`{}`), begun.Unix()-60, begun.Unix()+600), &a)
	seen := map[string]bool{}
	for _, id := range a.IDs() {
		seen[id] = true
	}
	if len(seen) != exports*each {
		t.Errorf("%d traces were acknowledged, a search finds %d", exports*each, len(seen))
	}
}
