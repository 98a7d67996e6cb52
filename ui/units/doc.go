// Package units writes numbers as Grafana does: it knows every unit that Grafana's
// editor offers and the prefixes for units of one's own ("suffix:", "currency:",
// "time:", "si:", "bool:", ...).
//
// A unit becomes a payload.Format, a description small enough that the browser
// writes axis ticks and tooltips by it and knows no unit itself; Text writes by the
// same description here. Both are held against @grafana/data by table
// (testdata/oracle.json.gz, made by ui/view/oracle).
//
// It is pure: the time zone and the present moment are arguments. Who calls: ui/view.
package units
