// Package pattern reads regular expressions as Grafana's files have them: those of
// JavaScript. Go's own are taken wherever they can be (RE2, whose time grows with the
// text alone); one with look-around, which RE2 has not, is searched by trying, within a
// bound: a pattern that takes longer once finds nothing from then on and says so.
//
// ui/query (variables) and ui/view (matchers, mappings, transformations) use it. A Pattern
// may be used by many goroutines.
package pattern
