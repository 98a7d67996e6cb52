// Package columntest is what tests of Segments need: a Segment made of spans in
// the plainest way, for the others to be compared with (New, Diff), a check of what
// every Segment promises (Check), the reference traffic (Load), and spans as odd as
// OTLP allows (Random).
//
// It is written to be seen to be right. Nothing but tests imports it.
package columntest
