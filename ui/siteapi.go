package ui

import (
	"context"
	"net/http"

	"supersonic/ui/health"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

func (u *UI) siteRoutes(a asks) {
	a.get("/api/site", u.site)
	a.get("/api/status", u.status)
}

func (u *UI) site(*http.Request) (any, error) {
	out := payload.Site{Release: u.cfg.Release, Namespace: u.cfg.Namespace, Version: u.cfg.Version, Off: u.off()}
	tempo, _ := u.cfg.defaultOf(TypeTempo)
	prometheus, _ := u.cfg.defaultOf(TypePrometheus)
	for _, d := range u.cfg.DataSources {
		out.DataSources = append(out.DataSources, payload.DataSource{Name: d.Name, Type: d.Type, UID: d.uid(), URL: d.shownURL(),
			IsDefault: d.IsDefault, Used: d.uid() == tempo.uid() || d.uid() == prometheus.uid()})
	}
	return out, nil
}

func (u *UI) off() []payload.OffPart {
	var list []payload.OffPart
	for _, o := range u.cfg.Off {
		list = append(list, payload.OffPart{Part: o.Part, Cost: o.Cost})
	}
	return list
}

func (u *UI) status(r *http.Request) (any, error) {
	out := u.watch.Look(r.Context())
	out.Off = u.off()
	return out, nil
}

// prometheus is the one that the trace store's service map names, else the
// default one: both hold the same series at this site.
func (u *UI) prometheus() (source.Prometheus, error) {
	d, known := u.cfg.defaultOf(TypePrometheus)
	if t, has := u.cfg.defaultOf(TypeTempo); has && t.ServiceMapUID != "" {
		if named, found := u.cfg.dataSource(t.ServiceMapUID); found && named.Type == TypePrometheus {
			d, known = named, true
		}
	}
	if !known {
		return source.Prometheus{}, reject(http.StatusServiceUnavailable, "this site has no Prometheus", u.lacking("prometheus.enabled", TypePrometheus))
	}
	return source.Prometheus{Client: u.clients[d.uid()]}, nil
}

// lacking is the next step where a site has no data source of a type: its own part may
// be switched off by this key.
func (u *UI) lacking(key, kind string) string {
	add := "add a data source of type " + kind + " under grafana.datasources"
	for _, o := range u.cfg.Off {
		if o.Part == key {
			return key + " is switched off: switch it on, or " + add
		}
	}
	return add
}

func (u *UI) roles() []health.Role {
	var list []health.Role
	for _, r := range u.cfg.Roles {
		role := health.Role{Name: r.Role, Pod: r.Pod, MetricsURL: r.MetricsURL, HealthURL: r.HealthURL}
		for _, a := range r.Addresses {
			role.Addresses = append(role.Addresses, payload.Address{Name: a.Name, Addr: a.Addr})
		}
		list = append(list, role)
	}
	return list
}

// stores are the data sources, each with a question that it answers only to who may
// ask it about what it holds.
func (u *UI) stores() []health.Store {
	var list []health.Store
	for _, d := range u.cfg.DataSources {
		s := health.Store{StoreStatus: payload.StoreStatus{Name: d.Name, Type: d.Type, UID: d.uid(), URL: d.shownURL()}}
		switch client := u.clients[d.uid()]; d.Type {
		case TypeTempo:
			s.Ask = asked(source.Tempo{Client: client}.Answers)
		case TypePrometheus:
			s.Ask = asked(source.Prometheus{Client: client}.Answers)
		}
		list = append(list, s)
	}
	return list
}

func asked(answers func(context.Context) error) func(context.Context) payload.StoreStatus {
	return func(ctx context.Context) payload.StoreStatus {
		err := answers(ctx)
		if err == nil {
			return payload.StoreStatus{State: health.Healthy}
		}
		if source.Answered(err) {
			return payload.StoreStatus{State: health.Unhealthy, Reason: err.Error(), Hint: source.Hint(err)}
		}
		return payload.StoreStatus{State: health.Unreachable, Reason: err.Error(), Hint: "is it running? Else check the data source's url"}
	}
}

func (u *UI) supervised() []health.Pod {
	if u.deps.Servers == nil {
		return nil
	}
	var list []health.Pod
	for _, s := range u.deps.Servers.ServerStates() {
		list = append(list, health.Pod{Name: s.Pod, State: s.State, Reason: s.Reason})
	}
	return list
}
