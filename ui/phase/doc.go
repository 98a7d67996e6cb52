// Package phase cuts the time of a request into phases: wait in the gateway,
// network, the server's queue, input, compute, output, the answer. One trace
// (waterfall) and many traces (latency) are cut by this one piece of code.
//
// A span gives intervals by its events (OfGateway, OfServer); Sweep gives each
// instant to the most specific of the intervals that cover it, so that phases add
// up to the whole, members of an ensemble that overlap included.
//
// Everything here is pure and may be called from any number of goroutines.
package phase
