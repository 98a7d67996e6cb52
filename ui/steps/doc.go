// Package steps knows lengths of time between points: how they are written, and
// which one suits a range. The rules are those that Grafana documents, held against
// @grafana/data (ui/view/oracle). Dashboards (ui/query), Explore and ui/view ask it;
// it asks nobody. All functions are pure.
package steps
