package api

import (
	"context"
	"net/http"

	"supersonic/traces/query"
)

// deleteBatch is how many traces a deletion by query removes at a time.
const deleteBatch = 10_000

var errNoDelete = refused{http.StatusForbidden, "traces are not deleted over HTTP: the key local.traces.deletion of values.yaml allows it"}

type jsonDeleted struct {
	Deleted int         `json:"deletedTraces"`
	Metrics jsonMetrics `json:"metrics"`
}

func deleted(n int, stats query.Stats) answer {
	return answer{kind: typeJSON, stats: stats, body: marshal(jsonDeleted{n, newMetrics(stats)})}
}

// deleteOne removes one trace; that there is none is 404.
func (h *Handler) deleteOne(ctx context.Context, _ query.Engine, r *http.Request) (answer, error) {
	if h.opts.Delete == nil {
		return answer{}, errNoDelete
	}
	org, err := h.orgID(r.Header)
	if err != nil {
		return answer{}, err
	}
	id, err := parseTraceID(r.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	n, err := h.opts.Delete(ctx, org, [][16]byte{id})
	if err == nil && n == 0 {
		err = query.ErrNotFound
	}
	return deleted(n, query.Stats{}), err
}

// deleteSelected removes every trace that a query selects, in batches: what an
// error or a cancelled request leaves is still there and can be asked for again.
func (h *Handler) deleteSelected(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
	if h.opts.Delete == nil {
		return answer{}, errNoDelete
	}
	org, err := h.orgID(r.Header)
	if err != nil {
		return answer{}, err
	}
	params, err := paramsOf(r)
	if err != nil {
		return answer{}, err
	}
	req := query.SearchRequest{Query: params.Get("q"), Limit: deleteBatch}
	if req.Query == "" {
		return answer{}, bad("no query: give one as q; { } with start and end is every trace of that time")
	}
	if req.Range, err = parseRange(params); err != nil {
		return answer{}, err
	}
	total := 0
	var stats query.Stats
	for {
		res, err := e.Search(ctx, req)
		stats.Add(res.Stats)
		if err != nil {
			return answer{stats: stats}, err
		}
		ids := make([][16]byte, len(res.Traces))
		for i, t := range res.Traces {
			ids[i] = t.ID
		}
		n := 0
		if len(ids) > 0 {
			if n, err = h.opts.Delete(ctx, org, ids); err != nil {
				return answer{stats: stats}, err
			}
		}
		total += n
		if !res.More || n == 0 {
			return deleted(total, stats), nil
		}
	}
}
