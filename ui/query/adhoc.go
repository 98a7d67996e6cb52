package query

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

var zero time.Time

// adHocKeys are the labels that a filter may be put on.
func (r *Runner) adHocKeys(ctx context.Context, env *Env, v grafana.Variable) (uid string, keys []string, err error) {
	d, err := r.sources.Find(v.Source, env)
	if err == nil {
		err = d.asked()
	}
	if err != nil {
		return "", nil, err
	}
	if d.Type == Tempo {
		keys, err = r.tempoValues(ctx, env, d, json.RawMessage(`{"type":0}`))
	} else {
		keys, err = r.prometheusValues(ctx, d, variableQuery{kind: "label_names"}, env)
	}
	sort.Strings(keys)
	return d.UID, keys, err
}

// filters are those that the reader chose, key|operator|value as addresses have
// them, else those of the file.
func (c candidate) filters(chosen []string) []payload.AdHocFilter {
	if chosen == nil {
		var file struct {
			Filters []payload.AdHocFilter `json:"filters"`
		}
		if json.Unmarshal(c.v.JSON, &file) == nil {
			return file.Filters
		}
		return nil
	}
	var list []payload.AdHocFilter
	for _, s := range chosen {
		if parts := strings.SplitN(s, "|", 3); len(parts) == 3 && parts[0] != "" {
			for i := range parts {
				parts[i] = strings.NewReplacer("__gfp__", "|", "__gfc__", ",", "__gfh__", "#").Replace(parts[i])
			}
			list = append(list, payload.AdHocFilter{Key: parts[0], Operator: parts[1], Value: parts[2]})
		}
	}
	return list
}

// addFilters keeps filters of a variable for the queries of one data source, and for
// links.
func (e *Env) addFilters(name, uid string, list []payload.AdHocFilter) {
	if e.filters == nil {
		e.filters, e.chosenFilters = map[string][]payload.AdHocFilter{}, map[string][]string{}
	}
	e.chosenFilters[name] = FilterWords(list)
	e.filters[uid] = append(e.filters[uid], list...)
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// matchers writes filters as PromQL has them.
func matchers(list []payload.AdHocFilter) ([]string, error) {
	var out []string
	for _, f := range list {
		if f.Key == "" {
			continue
		}
		op := f.Operator
		switch op {
		case "=", "!=", "=~", "!~":
		case "=|", "!=|":
			op = strings.Replace(strings.TrimSuffix(op, "|"), "=", "=~", 1)
			if op == "!=~" {
				op = "!~"
			}
		default:
			return nil, &Absent{fmt.Sprintf("the filter %s %s %s has no operator of PromQL", f.Key, f.Operator, f.Value), "it may be =, !=, =~ or !~"}
		}
		key := f.Key
		if !labelName.MatchString(key) {
			key = strconv.Quote(key)
		}
		out = append(out, key+op+strconv.Quote(f.Value))
	}
	return out, nil
}

// traceFilters writes filters as TraceQL has them.
func traceFilters(list []payload.AdHocFilter) string {
	var out []string
	for _, f := range list {
		if f.Key != "" {
			out = append(out, scopedTag(f.Key)+" "+f.Operator+" "+strconv.Quote(f.Value))
		}
	}
	return strings.Join(out, " && ")
}

// Narrow puts matchers into every selector of a PromQL expression.
func Narrow(expr string, more []string) string {
	if len(more) == 0 {
		return expr
	}
	s := &selectors{expr: expr, more: strings.Join(more, ",")}
	return s.rewrite()
}

// selectors walks over a PromQL expression, token by token, and writes matchers
// where a selector of series is. It needs no grammar: a selector is a brace, or a
// name that is no function, no keyword and no label in a list of labels.
type selectors struct {
	expr, more string
	at         int
	out        strings.Builder
}

// keywords are words that are not metrics.
var keywords = map[string]bool{"and": true, "or": true, "unless": true, "by": true, "without": true, "on": true, "ignoring": true,
	"group_left": true, "group_right": true, "bool": true, "offset": true, "inf": true, "nan": true, "atan2": true, "start": true, "end": true,
	"fill": true, "fill_left": true, "fill_right": true, "anchored": true, "smoothed": true}

// labelLists are keywords that a list of labels follows.
var labelLists = map[string]bool{"by": true, "without": true, "on": true, "ignoring": true, "group_left": true, "group_right": true}

func (s *selectors) rewrite() string {
	for s.at < len(s.expr) {
		c := s.expr[s.at]
		switch {
		case c == '"' || c == '\'' || c == '`':
			s.copy(stringEnd(s.expr, s.at))
		case c == '#':
			s.copy(lineEnd(s.expr, s.at))
		case c == '[':
			s.copy(until(s.expr, s.at, ']'))
		case c == '{':
			s.brace()
		case isNameStart(c):
			s.name()
		case c >= '0' && c <= '9':
			s.number()
		default:
			s.copy(s.at + 1)
		}
	}
	return s.out.String()
}

func (s *selectors) copy(to int) {
	s.out.WriteString(s.expr[s.at:to])
	s.at = to
}

// number copies a number or a duration whole, so that the unit of 5m is no name.
func (s *selectors) number() {
	end := s.at
	for end < len(s.expr) && (isNameStart(s.expr[end]) || s.expr[end] >= '0' && s.expr[end] <= '9' || s.expr[end] == '.') {
		end++
	}
	s.copy(end)
}

// brace adds the matchers at the end of a list of matchers.
func (s *selectors) brace() {
	end := s.at + 1
	for end < len(s.expr) && s.expr[end] != '}' {
		if c := s.expr[end]; c == '"' || c == '\'' || c == '`' {
			end = stringEnd(s.expr, end)
			continue
		}
		end++
	}
	inner := strings.TrimRight(s.expr[s.at+1:min(end, len(s.expr))], " \t\r\n,")
	s.out.WriteString("{" + inner)
	if strings.TrimSpace(inner) != "" {
		s.out.WriteString(",")
	}
	s.out.WriteString(s.more + "}")
	s.at = min(end+1, len(s.expr))
}

// name copies a word; if it is a metric, matchers follow it.
func (s *selectors) name() {
	end := s.at
	for end < len(s.expr) && (isNameStart(s.expr[end]) || s.expr[end] >= '0' && s.expr[end] <= '9') {
		end++
	}
	word := strings.ToLower(s.expr[s.at:end])
	s.copy(end)
	next := s.next()
	switch {
	case labelLists[word]:
		if next == '(' {
			s.copy(until(s.expr, s.at, ')'))
		}
	case keywords[word] || next == '(' || next == '{':
	case aggregation[word] && s.followsLabels():
	default:
		s.out.WriteString("{" + s.more + "}")
	}
}

// aggregation are operators that "by (x)" may stand behind, before the bracket.
var aggregation = map[string]bool{"sum": true, "min": true, "max": true, "avg": true, "group": true, "stddev": true, "stdvar": true, "count": true,
	"count_values": true, "bottomk": true, "topk": true, "quantile": true, "limitk": true, "limit_ratio": true}

func (s *selectors) followsLabels() bool {
	rest := strings.ToLower(strings.TrimSpace(s.expr[s.at:]))
	return strings.HasPrefix(rest, "by") || strings.HasPrefix(rest, "without")
}

// next is the next character that is no space.
func (s *selectors) next() byte {
	for i := s.at; i < len(s.expr); i++ {
		if c := s.expr[i]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == ':' || c >= 0x80
}

func stringEnd(s string, at int) int {
	quote := s[at]
	for i := at + 1; i < len(s); i++ {
		if s[i] == '\\' && quote != '`' {
			i++
		} else if s[i] == quote {
			return i + 1
		}
	}
	return len(s)
}

func lineEnd(s string, at int) int {
	if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(s)
}

func until(s string, at int, c byte) int {
	if i := strings.IndexByte(s[at:], c); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// FilterWords writes filters as addresses have them, key|operator|value.
func FilterWords(list []payload.AdHocFilter) []string {
	words := []string{}
	escape := strings.NewReplacer("|", "__gfp__", ",", "__gfc__")
	for _, f := range list {
		words = append(words, escape.Replace(f.Key)+"|"+f.Operator+"|"+escape.Replace(f.Value))
	}
	return words
}
