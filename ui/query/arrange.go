package query

import (
	"regexp"
	"sort"
	"strings"

	"supersonic/ui/source"
)

// ownOrder finds the functions by which a query has an order of its own.
var ownOrder = regexp.MustCompile(`\b(?:sort|sort_desc|sort_by_label|sort_by_label_desc|topk|bottomk)\s*(?:\(|by\b|without\b)`)

// arranged orders series by their names as numbers are counted, then by their labels:
// a data source promises no order of an aggregation's, and where a label that is not
// seen comes first (gpu_uuid), each panel would give a pod another colour. A query
// with an order of its own keeps it.
func (p promQuery) arranged(list []source.Columns) []source.Columns {
	if len(list) < 2 || ownOrder.MatchString(p.expr) {
		return list
	}
	type named struct {
		name, labels string
		of           source.Columns
	}
	all := make([]named, len(list))
	for i, s := range list {
		all[i] = named{p.shown(s.Labels), ordered(s.Labels), s}
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].name != all[j].name {
			return natural(all[i].name, all[j].name)
		}
		return natural(all[i].labels, all[j].labels)
	})
	out := make([]source.Columns, len(all)) // what was asked once is shown by several panels
	for i, n := range all {
		out[i] = n.of
	}
	return out
}

// shown is the name that the query's legend gives; "" if it gives none.
func (p promQuery) shown(labels map[string]string) string {
	if !legendLabel.MatchString(p.legend) {
		return ""
	}
	return p.name(labels)
}

// ordered writes labels in the order of their names, apart from each other by what no
// name has, so that "a" stands before "a-1".
func ordered(labels map[string]string) string {
	pairs := make([]string, 0, len(labels))
	for k, v := range labels {
		pairs = append(pairs, k+"\x01"+v)
	}
	sort.Strings(pairs)
	return strings.Join(pairs, "\x00")
}
