package ui

import (
	"net/http"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// marks are the annotations of a dashboard: of a draft if they came along.
func (u *UI) marks(r *http.Request) (any, error) {
	var q payload.PanelQuestion
	if err := readJSON(r, &q); err != nil {
		return nil, err
	}
	d, err := u.model(q)
	if err != nil {
		return nil, err
	}
	list := d.Annotations
	if isJSON(q.Model) {
		drafted, err := grafana.ParseDashboard(append(append([]byte(`{"title":"","panels":[],"annotations":`), q.Model...), '}'))
		if err != nil {
			return nil, reject(http.StatusBadRequest, "annotations: "+err.Error(), `they have to be the "annotations" of a dashboard`)
		}
		list = drafted.Annotations
	}
	env, _, err := u.filled(r, d, asking{From: q.From, To: q.To, NowMs: q.NowMs, UTC: q.UTC, Zone: q.Zone, Vars: q.Vars, Filters: q.Filters})
	if err != nil {
		return nil, err
	}
	return u.runner.Marks(r.Context(), env, list), nil
}
