// Package view makes of frames what a panel shows: transformations, options and
// overrides of fields, names, units, colours, thresholds, mappings, reductions and
// legends, as Grafana's documentation describes them and as @grafana/data computes
// them (oracle/). The browser gets columns and instructions (payload.PanelView) and
// draws.
//
// What a panel asks for and nobody here knows becomes a note on the panel.
//
// It is pure and keeps nothing between calls; Make may be called from many
// goroutines. It never changes the values of the frames that it is given: they may
// be shared with a cache. It runs no query (ui/query does) and knows no HTTP.
package view
