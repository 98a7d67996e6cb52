// Package tracefile reads traces from a file: OTLP/JSON as collectors, Tempo and
// Grafana write it. One document or many after each other (a line each, or not),
// each of one of these forms:
//
//	{"resourceSpans": [...]}            OTLP/JSON; ids are hex digits
//	{"batches": [...]}                  Tempo's API and Grafana's export; ids are base64 or hex digits
//	{"trace": {"resourceSpans": [...]}} Tempo's second API
//
// What is not known in it is passed over, as OTLP asks of its readers. A file is
// bounded by what its reader is given (see Limit) and by MaxSpans. Read is pure
// and may be called from many goroutines.
package tracefile
