// Package explore answers the questions of the page's Explore: searches with
// their spans as rows, heat maps of durations, what differs between a selection
// and the rest, metrics queries with their exemplars, and the service graph's
// table. It knows what a query of either language means for its picture: steps,
// units, legends; and it reads and writes the TraceQL that forms and selections
// stand for.
//
// It asks through package source and keeps nothing between calls; all functions
// are safe for concurrent use. The role ui calls it. Answers are bounded: see
// MaxSpans, MaxSeries and MaxExemplars.
package explore
