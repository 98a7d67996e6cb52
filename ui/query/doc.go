// Package query runs the queries of a dashboard: it fills variables, chooses
// steps, finds data sources by uid or by name, asks them and makes frames of what
// they answer. It knows what Grafana's documentation says of variables, of
// $__interval and its kin, and of the queries of Prometheus and Tempo; how a value
// is written and drawn is for ui/view.
//
// Package ui calls it once a panel. Identical queries that are under way, or were
// answered a moment ago, are asked once (Runner). Everything is bounded: queries
// at a data source at once, the time of each, series, points and rows of an
// answer, answers that are kept.
//
// Concurrency: a Runner serves many callers. An Env belongs to one question and is
// not changed once it is filled. Columns of a frame may be shared between panels
// and are never changed in place.
package query
