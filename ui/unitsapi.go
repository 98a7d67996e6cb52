package ui

import (
	"net/http"

	"supersonic/ui/payload"
	known "supersonic/ui/units"
)

func (u *UI) unitRoutes(a asks) {
	a.get("/api/units", u.listUnits)
}

// listUnits is what the editor of a panel offers.
func (u *UI) listUnits(*http.Request) (any, error) {
	var list payload.Units
	for _, one := range known.List() {
		list.Units = append(list.Units, payload.Unit{ID: one.ID, Name: one.Name, Group: one.Group})
	}
	return list, nil
}
