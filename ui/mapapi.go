package ui

import (
	"net/http"
	"time"

	"supersonic/ui/source"
	"supersonic/ui/traffic"
)

func (u *UI) mapRoutes(a asks) {
	a.get("/api/map", u.trafficMap)
	a.get("/api/models", u.models)
	a.get("/api/charts", u.charts)
}

func (u *UI) trafficMap(r *http.Request) (any, error) {
	prometheus, w, err := u.window(r)
	if err != nil {
		return nil, err
	}
	return traffic.Map(r.Context(), prometheus, w, mapFilter(r))
}

// mapFilter reads which part of the traffic is asked about.
func mapFilter(r *http.Request) traffic.Filter {
	return traffic.Filter{Release: r.FormValue("release"), Model: r.FormValue("model"), Pods: r.FormValue("pods"), Open: r.Form["open"]}
}

func (u *UI) models(r *http.Request) (any, error) {
	prometheus, w, err := u.window(r)
	if err != nil {
		return nil, err
	}
	return traffic.Models(r.Context(), prometheus, w, mapFilter(r), r.FormValue("server"))
}

func (u *UI) charts(r *http.Request) (any, error) {
	prometheus, w, err := u.window(r)
	if err != nil {
		return nil, err
	}
	return traffic.Charts(r.Context(), prometheus, w)
}

func (u *UI) window(r *http.Request) (source.Prometheus, traffic.Window, error) {
	from, to, err := timeRange(r, 5*time.Minute)
	if err != nil {
		return source.Prometheus{}, traffic.Window{}, err
	}
	prometheus, err := u.prometheus()
	return prometheus, traffic.Window{From: from, To: to}, err
}
