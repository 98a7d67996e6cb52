// Package cli is the command line: one file a command, each a thin layer over
// stack. Main parses, runs and maps errors to exit codes: 0 after a clean stop,
// 1 when something failed while it ran, 2 when the command line or a
// configuration was refused. It is called by cmd/supersonic and by tests; it keeps
// no state.
package cli
