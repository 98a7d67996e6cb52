// Package expression computes Grafana's expressions (data source __expr__): math,
// reduce, resample, threshold and classic conditions over what other queries of the
// same panel gave. Their meaning is that of Grafana's public documentation.
//
// It asks nothing and knows no variables: ui/query fills them, runs the queries that
// Inputs names and hands over their frames. Values of this package are not changed
// after they are made; every function may be called from several goroutines.
package expression
