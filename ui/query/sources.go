package query

import (
	"fmt"
	"sort"
	"strings"

	"supersonic/ui/grafana"
	"supersonic/ui/source"
)

// Types of data sources that are asked, and those that are Grafana's own.
const (
	Prometheus = "prometheus"
	Tempo      = "tempo"

	mixed     = "-- Mixed --"
	dashboard = "-- Dashboard --"
	builtIn   = "-- Grafana --"
	exprs     = "__expr__"
)

// Source is a data source as the site's file has it.
type Source struct {
	Name         string
	UID          string
	Type         string
	Default      bool
	TimeInterval string // its lowest step, "5s"; also how often it scrapes
	ServiceMap   string // of a tempo: uid or name of the prometheus with its service graph
	Client       *source.Client
}

// Sources are the data sources of the site.
type Sources []Source

// Absent says that a data source is not there or cannot be asked.
type Absent struct{ Text, Hint string }

func (a *Absent) Error() string { return a.Text }

// Find is the data source that a dashboard names by uid, by name or by a
// variable; the default one of its type if it names none.
func (s Sources) Find(ref grafana.SourceRef, env *Env) (Source, error) {
	named := strings.TrimSpace(env.Fill(ref.UID, ForText))
	if named == "" || named == "default" || named == "null" {
		return s.usual(env.Fill(ref.Type, ForText))
	}
	for _, by := range []func(Source) bool{
		func(d Source) bool { return d.UID == named },
		func(d Source) bool { return d.Name == named },
		func(d Source) bool { return strings.EqualFold(d.Name, named) },
	} {
		for _, d := range s {
			if by(d) {
				return d, nil
			}
		}
	}
	if strings.HasPrefix(named, "$") {
		return Source{}, &Absent{fmt.Sprintf("the variable %s of the data source has no value", named), "choose a value for it at the top of the dashboard"}
	}
	return Source{}, &Absent{fmt.Sprintf("there is no data source %q", named), "this site has " + s.list() + "; the Status page tells what is switched off; else add it under grafana.datasources or change the panel"}
}

// usual is the default data source: of that type if one is named.
func (s Sources) usual(kind string) (Source, error) {
	var first *Source
	for i := range s {
		d := &s[i]
		if kind != "" && kind != "datasource" && d.Type != kind {
			continue
		}
		if d.Default {
			return *d, nil
		}
		if first == nil && (kind != "" || d.Type == Prometheus) {
			first = d
		}
	}
	if first != nil {
		return *first, nil
	}
	if kind == "" {
		kind = Prometheus
	}
	return Source{}, &Absent{"this site has no data source of type " + kind, "add one under grafana.datasources"}
}

func (s Sources) list() string {
	names := make([]string, len(s))
	for i, d := range s {
		names[i] = d.Name
	}
	sort.Strings(names)
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// asked says why a data source of this type cannot be asked, nil if it can.
func (d Source) asked() error {
	if d.Type == Prometheus || d.Type == Tempo {
		return nil
	}
	return &Absent{fmt.Sprintf("data source %q is of type %q, which this page does not ask", d.Name, d.Type),
		"it asks prometheus (also Mimir, Thanos, VictoriaMetrics) and tempo"}
}

func (d Source) prometheus() source.Prometheus { return source.Prometheus{Client: d.Client} }

func (d Source) tempo() source.Tempo { return source.Tempo{Client: d.Client} }
