package query

import (
	"slices"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// Awaits finds a variable that a panel's queries need and whose values have not come
// yet, so that it stands for nothing: the panel would find nothing, or everything.
func Awaits(p *grafana.Panel, env *Env, vars []payload.Variable) (payload.Variable, bool) {
	for _, v := range vars {
		if !v.Late {
			continue
		}
		value, _ := env.lookup(v.Name)
		if value.Custom != "" || slices.ContainsFunc(value.Values, func(s string) bool { return s != "" }) {
			continue
		}
		for _, t := range p.Targets {
			if !t.Hide && slices.Contains(names(string(t.JSON)), v.Name) {
				return v, true
			}
		}
	}
	return payload.Variable{}, false
}
