package query

import (
	"context"
	"fmt"

	"supersonic/ui/grafana"
	"supersonic/ui/source"
)

func (r *Runner) tempoTarget(ctx context.Context, q Question, d Source, t grafana.Target) answer {
	return failed(t.RefID, d, "", &Absent{"not yet", ""})
}

// search asks a trace store for traces.
func (r *Runner) search(ctx context.Context, d Source, s source.Search) (source.Found, bool, error) {
	key := fmt.Sprintf("search\x00%s\x00%d\x00%d\x00%d\x00%d", s.Query, s.From.UnixMilli(), s.To.UnixMilli(), s.Limit, s.SpansPerTrace)
	return ask(ctx, r, d, key, func(ctx context.Context) (source.Found, int, error) {
		found, err := d.tempo().Search(ctx, s)
		return found, 500 * len(found.Traces), err
	})
}
