package traffic

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"supersonic/ui/source"
)

// samplesAtOnce bounds what one query for all scrapes of some pods brings.
const samplesAtOnce = 200_000

// firstScrapes finds the first scrape within the window of the pods that were not known
// before it: of many pods at once, as after a site's start that is each of hundreds.
func firstScrapes(ctx context.Context, q Querier, spans map[string]Window, second map[string]time.Time, w Window) error {
	var late []string
	for _, name := range sortedKeys(spans) {
		if spans[name].From.IsZero() {
			late = append(late, name)
		}
	}
	atOnce := max(1, samplesAtOnce/int(w.length()/lowestStep+1))
	for _, late := range byLabel(late) {
		for some := range slices.Chunk(late, atOnce) {
			if err := firstScrapesOf(ctx, q, some, spans, second, w); err != nil {
				return err
			}
		}
	}
	return nil
}

func firstScrapesOf(ctx context.Context, q Querier, some []string, spans map[string]Window, second map[string]time.Time, w Window) error {
	raw, err := q.Instant(ctx, fmt.Sprintf("{__name__=\"up\",%s}[%s]", targets(some), duration(w.length())), w.To)
	if err != nil {
		return err
	}
	for _, s := range raw {
		name := pod(s.Labels)
		at, known := spans[name]
		good := succeeded(s)
		if !known || len(good) == 0 || !at.From.IsZero() {
			continue
		}
		spans[name] = Window{From: good[0], To: at.To}
		if len(good) > 1 {
			second[name] = good[1]
		}
	}
	return nil
}

// lateBegins are the counters, at their first scrape, of the pods that were first
// scraped within the window, but for those known to have begun there.
func lateBegins(ctx context.Context, q Querier, selector string, spans map[string]Window, second map[string]time.Time, began map[string]bool, w Window) ([]source.Series, error) {
	var late []string
	for name, at := range spans {
		if !began[name] && at.From.After(w.From) {
			late = append(late, name)
		}
	}
	var all []source.Series
	for _, late := range byLabel(late) {
		slices.SortFunc(late, func(a, b string) int {
			return cmp.Or(spans[a].From.Compare(spans[b].From), strings.Compare(a, b))
		})
		got, err := beginsOf(ctx, q, selector, late, spans, second)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

func beginsOf(ctx context.Context, q Querier, selector string, late []string, spans map[string]Window, second map[string]time.Time) ([]source.Series, error) {
	var all []source.Series
	for len(late) > 0 {
		some, at := scrapedOnce(late, spans, second)
		late = late[len(some):]
		got, err := q.Instant(ctx, fmt.Sprintf("last_over_time(%s[%s])", strings.TrimSuffix(selector, "}")+","+targets(some)+"}", duration(lookback)), at)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	return all, nil
}

// podsAtOnce bounds a query that names pods.
const podsAtOnce = 100

// scrapedOnce are the first of some pods, in the order of their first scrapes, that have
// all been scraped once at a moment, and that moment: one query tells what their first
// scrapes brought.
func scrapedOnce(late []string, spans map[string]Window, second map[string]time.Time) (some []string, at time.Time) {
	until := spans[late[0]].From.Add(lookback - time.Second)
	for i, name := range late[:min(len(late), podsAtOnce)] {
		if next, known := second[name]; known && next.Before(until) {
			until = next
		}
		if from := spans[name].From; i > 0 && !from.Before(until) {
			return late[:i], at
		}
		at = spans[name].From
	}
	return late[:min(len(late), podsAtOnce)], at
}

// targets selects the series of several pods, which are all known by one label.
func targets(names []string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = regexp.QuoteMeta(name)
	}
	return fmt.Sprintf("%s=~%q", label(names[0]), strings.Join(list, "|"))
}

// byLabel parts names of pods by the label that they are known by.
func byLabel(names []string) [][]string {
	by := map[string][]string{}
	for _, name := range names {
		by[label(name)] = append(by[label(name)], name)
	}
	return slices.Collect(maps.Values(by))
}
