// Package browse runs the scripts of ui/web/e2e, which drive Chromium through the
// page, for Go tests that have a site to show it. It knows nothing of what a script
// does: a script compares what is seen with what the site's APIs answer, prints what
// it did and ends with a status. Tests import it; each call is a process of its own.
package browse
