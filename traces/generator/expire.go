package generator

import "time"

// fifo is a queue of things that expire in the order in which they came, because
// all wait equally long.
type fifo[T any] struct {
	items []T
	head  int
}

func (f *fifo[T]) push(v T) { f.items = append(f.items, v) }
func (f *fifo[T]) len() int { return len(f.items) - f.head }

func (f *fifo[T]) pop() {
	var none T
	f.items[f.head] = none
	if f.head++; f.head > 64 && f.head > len(f.items)/2 {
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
}

// waiting is anything with a deadline. Settled ones stay in their queue until it
// comes by, and count for nothing.
type waiting interface {
	due() time.Time
	settled() bool
}

// expire calls end for what is due at now and not settled, in order.
func expire[T waiting](f *fifo[T], now time.Time, end func(T)) {
	for f.len() > 0 {
		first := f.items[f.head]
		if !first.settled() && first.due().After(now) {
			return
		}
		f.pop()
		if !first.settled() {
			end(first)
		}
	}
}

// next is the earliest of at and the deadline of what waits first.
func next[T waiting](f *fifo[T], at time.Time) time.Time {
	for f.len() > 0 && f.items[f.head].settled() {
		f.pop()
	}
	if f.len() > 0 && f.items[f.head].due().Before(at) {
		return f.items[f.head].due()
	}
	return at
}

// wait is embedded by what waits.
type wait struct {
	deadline time.Time
	done     bool
}

func (w *wait) due() time.Time { return w.deadline }
func (w *wait) settled() bool  { return w.done }
