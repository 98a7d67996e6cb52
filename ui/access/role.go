package access

import (
	"context"
	"strings"
)

// Role is what a reader may do, in Grafana's words.
type Role string

// Roles, from the least.
const (
	None   Role = ""
	Viewer Role = "Viewer"
	Editor Role = "Editor"
	Admin  Role = "Admin"
)

// role reads a role as files and providers write it; ok is false for another word.
func role(text string) (r Role, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "viewer":
		return Viewer, true
	case "editor":
		return Editor, true
	case "admin", "grafanaadmin":
		return Admin, true
	case "none", "":
		return None, true
	}
	return None, false
}

// MayRead tells whether r sees anything.
func (r Role) MayRead() bool { return r != None }

// MayEdit tells whether r changes dashboards.
func (r Role) MayEdit() bool { return r == Editor || r == Admin }

// Reader is who asks.
type Reader struct {
	Name      string // "" for an anonymous one
	Role      Role
	Anonymous bool
	By        string // "password", "oauth", "basic"; "" for an anonymous one
}

type readerKey struct{}

// Of is the reader of a request that passed Guard; one without a role elsewhere.
func Of(ctx context.Context) Reader {
	r, _ := ctx.Value(readerKey{}).(Reader)
	return r
}

func with(ctx context.Context, r Reader) context.Context {
	return context.WithValue(ctx, readerKey{}, r)
}
