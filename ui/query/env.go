package query

import (
	"net/url"
	"sort"
	"strconv"
	"time"

	"supersonic/ui/payload"
)

// Env is what the variables of a dashboard hold for one question: the range, what
// was chosen, what a repeat has fixed.
type Env struct {
	From, To       time.Time
	Now            time.Time
	Relative       bool   // the range was given as now-3h, not as two moments
	Zone           string // "utc", "browser" or a zone's name
	Dashboard      struct{ UID, Title string }
	Fresh          bool // values of variables are asked for anew
	User           string
	RawFrom, RawTo string                           // the range as it was given
	filters        map[string][]payload.AdHocFilter // by uid of the data source
	chosenFilters  map[string][]string              // by the variable's name, as addresses have them
	vars           map[string]Value
	scoped         map[string]Value
}

// NewEnv has no variables yet.
func NewEnv(from, to, now time.Time) *Env {
	return &Env{From: from, To: to, Now: now, vars: map[string]Value{}, scoped: map[string]Value{}}
}

// Set fills a variable.
func (e *Env) Set(name string, v Value) { e.vars[name] = v }

// Scope returns an Env in which a repeat fixes the values of variables.
func (e *Env) Scope(fixed map[string]string) *Env {
	if len(fixed) == 0 {
		return e
	}
	own := *e
	own.scoped = map[string]Value{}
	for name, v := range e.scoped {
		own.scoped[name] = v
	}
	for name, value := range fixed {
		text := value
		if v, known := e.vars[name]; known {
			for i, other := range v.Values {
				if other == value && i < len(v.Texts) {
					text = v.Texts[i]
				}
			}
		}
		own.scoped[name] = Value{Values: []string{value}, Texts: []string{text}}
	}
	return &own
}

// Ranged returns an Env of another range, that of a panel with a time of its own.
func (e *Env) Ranged(from, to time.Time) *Env {
	own := *e
	own.From, own.To = from, to
	return &own
}

func (e *Env) lookup(name string) (Value, bool) {
	if v, fixed := e.scoped[name]; fixed {
		return v, true
	}
	v, known := e.vars[name]
	return v, known
}

// builtIn are Grafana's global variables but those that depend on a query's step.
func (e *Env) builtIn(name, field, format string) (string, bool) {
	switch name {
	case "__from":
		return e.moment(e.From, format), true
	case "__to":
		return e.moment(e.To, format), true
	case "__range":
		return strconv.FormatInt(e.rangeSeconds(), 10) + "s", true
	case "__range_s":
		return strconv.FormatInt(e.rangeSeconds(), 10), true
	case "__range_ms":
		return strconv.FormatInt(e.To.Sub(e.From).Milliseconds(), 10), true
	case "__dashboard":
		if field == "uid" {
			return e.Dashboard.UID, true
		}
		return e.Dashboard.Title, true
	case "__org":
		if field == "name" {
			return "Main Org.", true
		}
		return "1", true
	case "__user":
		return e.user(field), true
	case "timezone", "__timezone":
		return e.zone(), true
	case "__url_time_range":
		return e.urlRange(), true
	case "__all_variables":
		return e.urlVariables(), true
	}
	return "", false
}

func (e *Env) moment(at time.Time, format string) string {
	ms := strconv.FormatInt(at.UnixMilli(), 10)
	if format == "" {
		return ms
	}
	return Value{Values: []string{ms}, Texts: []string{ms}}.write("", "", format, ForText)
}

// rangeSeconds is the range as Grafana rounds it.
func (e *Env) rangeSeconds() int64 {
	return (e.To.Sub(e.From).Milliseconds() + 500) / 1000
}

func (e *Env) user(field string) string {
	switch field {
	case "login", "email":
		return e.User
	}
	return "0"
}

func (e *Env) zone() string {
	if e.Zone == "" {
		return "browser"
	}
	return e.Zone
}

// urlRange is the range as an address has it: one that moves with the time stays so.
func (e *Env) urlRange() string {
	if e.Relative && e.RawFrom != "" && e.RawTo != "" {
		return "from=" + url.QueryEscape(e.RawFrom) + "&to=" + url.QueryEscape(e.RawTo)
	}
	return "from=" + strconv.FormatInt(e.From.UnixMilli(), 10) + "&to=" + strconv.FormatInt(e.To.UnixMilli(), 10)
}

func (e *Env) urlVariables() string {
	q := url.Values{}
	for name, words := range e.chosenFilters {
		q["var-"+name] = words
	}
	for name := range e.vars {
		v, _ := e.lookup(name) // what a repeat fixed is that value alone
		if v.All {
			q["var-"+name] = []string{AllValue}
			continue
		}
		q["var-"+name] = append([]string(nil), v.Values...)
	}
	return q.Encode()
}

// variables are the names that are filled, in order.
func (e *Env) variables() []string {
	list := make([]string, 0, len(e.vars))
	for name := range e.vars {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}
