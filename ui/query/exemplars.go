package query

import (
	"context"
	"fmt"
	"strings"

	"supersonic/ui/frame"
	"supersonic/ui/source"
)

// mostExemplars bounds those of one query.
const mostExemplars = 400

// addExemplars hangs exemplars on the series that they belong to; those that
// belong to none that is drawn (a sum, a quantile) go to the first.
func (r *Runner) addExemplars(ctx context.Context, env *Env, d Source, p promQuery, a *answer) {
	from, to := align(env.From, env.To, p.steps.Step)
	key := fmt.Sprintf("exemplars\x00%s\x00%d\x00%d", p.expr, from.UnixMilli(), to.UnixMilli())
	got, _, err := ask(ctx, r, d, key, func(ctx context.Context) ([]source.SeriesExemplars, int, error) {
		list, err := d.prometheus().Exemplars(ctx, p.expr, from, to)
		size := 0
		for _, s := range list {
			size += 200 * (1 + len(s.Exemplars))
		}
		return list, size, err
	})
	if err != nil {
		a.note.Hint = strings.TrimSpace(a.note.Hint + " No exemplars: " + err.Error())
		return
	}
	all := thinned(got, float64(p.steps.Step.Milliseconds()))
	for _, e := range all {
		if f := fieldFor(a.frames, e.series); f != nil {
			f.Exemplars = append(f.Exemplars, e.Exemplar)
		}
	}
}

type placed struct {
	frame.Exemplar
	series map[string]string
}

// thinned keeps the highest exemplar of each step of each series, and of all no
// more than there is room for, every n-th.
func thinned(list []source.SeriesExemplars, step float64) []placed {
	var all []placed
	for _, s := range list {
		best := map[int64]int{}
		for _, e := range s.Exemplars {
			one := placed{exemplar(e), s.Labels}
			slot := int64(one.AtMs / max(step, 1))
			if i, taken := best[slot]; !taken {
				best[slot] = len(all)
				all = append(all, one)
			} else if all[i].Value < one.Value {
				all[i] = one
			}
		}
	}
	if len(all) <= mostExemplars {
		return all
	}
	every := (len(all) + mostExemplars - 1) / mostExemplars
	kept := all[:0]
	for i := 0; i < len(all); i += every {
		kept = append(kept, all[i])
	}
	return kept
}

func exemplar(e source.Exemplar) frame.Exemplar {
	return frame.Exemplar{AtMs: float64(e.Time.UnixMilli()), Value: e.Value, TraceID: e.TraceID(), Labels: e.Labels}
}

// fieldFor is the series whose labels agree best with those of an exemplar.
func fieldFor(frames []frame.Frame, labels map[string]string) *frame.Field {
	var best *frame.Field
	most := -1
	for i := range frames {
		for j := range frames[i].Fields {
			f := &frames[i].Fields[j]
			if f.Kind != frame.Number {
				continue
			}
			if n := agreeing(f.Labels, labels); n > most {
				best, most = f, n
			}
		}
	}
	return best
}

func agreeing(own, labels map[string]string) int {
	n := 0
	for k, v := range own {
		switch labels[k] {
		case v:
			n++
		default:
			if k != "__name__" && k != "le" {
				return -1
			}
		}
	}
	return n
}
