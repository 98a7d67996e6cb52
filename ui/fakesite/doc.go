// Package fakesite is a small site for the tests of the page: a Tempo that
// answers from captured spans of a real Envoy and real Triton servers, and a
// Prometheus whose counters grow evenly, so that every number on the page can be
// told beforehand. Only tests import it.
package fakesite
