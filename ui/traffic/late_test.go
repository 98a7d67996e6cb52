package traffic

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"supersonic/ui/fakesite"
	"supersonic/ui/source"
)

// counting counts the questions to a Prometheus.
type counting struct {
	Querier
	asked int
}

func (c *counting) Instant(ctx context.Context, query string, at time.Time) ([]source.Series, error) {
	c.asked++
	return c.Querier.Instant(ctx, query, at)
}

func TestTwoHundredServersThatCameWithinTheWindowAreAskedForTogether(t *testing.T) {
	// They have counted for two hours when they are first scraped, 30 s before noon.
	p := &fakesite.Prometheus{Counters: fakesite.Site(1, 200, models[:1], noon.Add(-2*time.Hour)), Started: noon.Add(-30 * time.Second)}
	for i := range 200 {
		p.Counters = append(p.Counters, fakesite.Counter{Labels: map[string]string{"__name__": "up", "pod": fmt.Sprint("supersonic-triton-", i)}, Gauge: 1})
	}
	q := &counting{Querier: ask(t, p)}
	grown, _, err := TritonTimes(context.Background(), q, last(5*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if len(grown) != 200 {
		t.Errorf("%d counters of 200 servers", len(grown))
	}
	for _, g := range grown {
		var server int
		fmt.Sscanf(g.Pod, "supersonic-triton-%d", &server)
		if rate := float64(10 + 5*server); !near(g.By, rate*.004*(1+.3*float64(server))*.3e6*30) {
			t.Fatalf("%s of %s grew by %v", g.Metric, g.Pod, g.By)
		}
	}
	if q.asked > 15 {
		t.Errorf("Prometheus is asked %d times", q.asked)
	}
}

func TestServersAreAskedForTogetherAsLongAsEachWasScrapedOnce(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	spans, second := map[string]Window{}, map[string]time.Time{}
	var late []string
	for i, scraped := range [][]int{{0, 5}, {2, 7}, {4, 9}, {5, 10}, {9, 14}, {11}, {400, 405}} {
		name := fmt.Sprint("pod-", i)
		late = append(late, name)
		spans[name] = Window{From: at(scraped[0])}
		if len(scraped) > 1 {
			second[name] = at(scraped[1])
		}
	}
	var groups [][]string
	var moments []int
	for len(late) > 0 {
		some, when := scrapedOnce(late, spans, second)
		for _, name := range some {
			next, again := second[name]
			if when.Before(spans[name].From) || again && !when.Before(next) {
				t.Errorf("%s was not scraped once at %s", name, when)
			}
		}
		groups, moments, late = append(groups, some), append(moments, int(when.Sub(noon).Seconds())), late[len(some):]
	}
	if !slices.Equal(moments, []int{4, 9, 11, 400}) {
		t.Errorf("%v at %v", groups, moments)
	}
}
