// Package servicegraph reads the graph that a trace store's metrics generator makes of
// spans and keeps in a Prometheus: who calls whom, how often, how slowly, how many of
// the calls fail. Dashboards (ui/query) and Explore draw it, each in its own form. It
// asks by a function that it is given and keeps nothing.
package servicegraph
