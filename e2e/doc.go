// Package e2e tests the whole site from outside: the built binary, real Triton
// servers, a real Envoy, Python's tritonclient and a real Chromium. What it
// asserts is what a client or an operator sees. Tests share one machine of two
// cores, so they run one after another.
//
// `make triton` installs the peers into .venv; a missing one fails the test.
package e2e
