// Package access decides who may look at the page and who may change it, by the
// keys of grafana.ini that the chart sets: anonymous access and its role, the
// administrator's name and password, the login form, sign-in by OpenID Connect
// (auth.generic_oauth).
//
// Guard stands in front of every question of the page. A reader is anonymous,
// signed in by a cookie, or names himself with each request by HTTP Basic. Roles
// are Grafana's: a Viewer sees, an Editor changes dashboards, an Admin too.
//
// What it keeps: sessions, by the hash of their token, in one file of the data
// directory, so that a restart signs nobody out; nothing else. Passwords and
// tokens never reach a log or an answer. After several wrong passwords an
// address has to wait.
//
// Safe for concurrent use.
package access
