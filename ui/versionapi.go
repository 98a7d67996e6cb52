package ui

import (
	"net/http"
	"strconv"

	"supersonic/ui/access"
	"supersonic/ui/payload"
)

// versionRoutes are the questions about what a dashboard was before.
func (u *UI) versionRoutes(a asks) {
	a.get("/api/dashboards/uid/{uid}/versions", u.versions)
	a.get("/api/dashboards/uid/{uid}/versions/{version}", u.version)
	a.post("/api/dashboards/restore", u.restore)
}

func (u *UI) versions(r *http.Request) (any, error) {
	list, err := u.boards.History(r.PathValue("uid"))
	if err != nil {
		return nil, unsaved(err)
	}
	list.CanRestore = !list.Provisioned && u.mayEdit(r)
	return list, nil
}

// version is the JSON of a version, as it was saved.
func (u *UI) version(r *http.Request) (any, error) {
	n, err := strconv.Atoi(r.PathValue("version"))
	if err != nil {
		return nil, reject(http.StatusBadRequest, "version "+strconv.Quote(r.PathValue("version"))+" is no number", "the list of versions has those that are kept")
	}
	d, err := u.boards.Version(r.PathValue("uid"), n)
	if err != nil {
		return nil, unsaved(err)
	}
	return d.JSON, nil
}

func (u *UI) restore(r *http.Request) (any, error) {
	var in payload.DashboardRestore
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	if !u.mayEdit(r) {
		return nil, reject(http.StatusForbidden, "you may look at versions, not restore one", "sign in as an editor")
	}
	saved, err := u.boards.Restore(in, access.Of(r.Context()).Name)
	if err != nil {
		return nil, unsaved(err)
	}
	return saved, nil
}
