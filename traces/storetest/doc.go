// Package storetest is the contract of a trace store, seen from outside: OTLP in,
// Tempo's HTTP API out. Run holds a target against it; ours in the tests of
// package traces, a real Tempo where its addresses are given. RunAnswers holds
// one against recorded queries and answers over a known data set.
//
// The target may hold other traces: the suite makes its own, with random ids.
package storetest
