package traffic

import (
	"fmt"
	"math"

	"supersonic/ui/payload"
)

// Bounds of what stands out beyond chance. A server gets half more than its even part,
// fails twice as often as the others, or takes half as long again for the same models.
const (
	skewed       = 1.5
	failsMore    = 2.0
	takesLonger  = 1.5
	surprised    = 5.0 // standard deviations: once in a million windows by chance
	fewestFailed = 5.0
	fewestTimed  = 50.0  // requests of a server whose mean tells something
	leastLonger  = 0.001 // seconds a request
)

// odd names the servers that stand out, one of each kind: among 200 nobody finds them
// by looking. Traces alone do not tell chance from what is odd.
func (d *drawing) odd() []payload.MapOdd {
	list := []payload.MapOdd{}
	if d.alone || d.f.Pods != "" {
		return list
	}
	for _, find := range [...]func() (server, sentence string){d.busiest, d.failing, d.slowest} {
		if server, sentence := find(); server != "" {
			list = append(list, payload.MapOdd{Server: server, Sentence: sentence})
		}
	}
	return list
}

// split is how the requests of one release fall on its servers: no gateway chooses
// between those of two.
type split struct {
	total   float64
	servers []string // that could take some
}

// even is what each server would get of an even split.
func (s split) even() float64 { return s.total / math.Max(1, float64(len(s.servers))) }

// splits are those of each release.
func (d *drawing) splits() map[string]split {
	all := map[string]split{}
	for _, name := range sortedKeys(d.each) {
		t := d.each[name]
		if is, known := d.g.ready[name]; known && !is && t.total == 0 {
			continue // it cannot take any
		}
		s := all[d.g.release[name]]
		s.total += t.total
		s.servers = append(s.servers, name)
		all[d.g.release[name]] = s
	}
	return all
}

// busiest names the server with the most above its even part.
func (d *drawing) busiest() (server, sentence string) {
	all, most := d.splits(), 0.0
	for _, release := range sortedKeys(all) {
		s, of := all[release], ""
		if len(all) > 1 {
			of = " of " + release
		}
		even := s.even()
		for _, name := range s.servers {
			n := d.each[name].total
			if len(s.servers) < 2 || n <= skewed*even || (n-even)/math.Sqrt(even) <= surprised || n <= most {
				continue
			}
			most, server = n, name
			sentence = fmt.Sprintf("%s gets %.3g %% of the requests%s; an even split among %d servers is %.2g %%.", name, 100*n/s.total, of, len(s.servers), 100/float64(len(s.servers)))
		}
	}
	return server, sentence
}

func (d *drawing) failing() (server, sentence string) {
	all := d.sumOfEach()
	worst := 0.0
	for _, name := range sortedKeys(d.each) {
		t := d.each[name]
		rest := all.failed - t.failed
		elsewhere := rest / math.Max(1, all.total-t.total)
		usual := elsewhere * t.total
		if t.failed < fewestFailed || t.failed < failsMore*usual || (t.failed-usual)/math.Sqrt(math.Max(1, usual)) < surprised || t.failed-usual <= worst {
			continue
		}
		worst, server = t.failed-usual, name
		sentence = fmt.Sprintf("%s fails %s of its requests, the other servers %s.", name, percent(t.failed/t.total), percent(elsewhere))
	}
	return server, sentence
}

func (d *drawing) sumOfEach() tally {
	var all tally
	for _, t := range d.each {
		all.total, all.failed = all.total+t.total, all.failed+t.failed
	}
	return all
}

// slowest compares what a server's requests take with what requests of the same
// models take on the others: servers need not have the same models.
func (d *drawing) slowest() (server, sentence string) {
	byModel, byBoth := totals[string]{}, totals[modelAt]{}
	collect(d.c, d.w, byModel, func(l map[string]string) (string, bool) { return l["model"], d.has("server", l["server"]) })
	collect(d.c, d.w, byBoth, func(l map[string]string) (modelAt, bool) {
		return modelAt{l["model"], l["server"]}, d.has("server", l["server"])
	})
	own, usual, timed := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for k, t := range byBoth {
		all := byModel[k.model]
		if others := all.timed - t.timed; others > 0 {
			own[k.server] += t.time
			usual[k.server] += t.timed * (all.time - t.time) / others
			timed[k.server] += t.timed
		}
	}
	worst := 0.0
	for _, name := range sortedKeys(own) {
		more := own[name] - usual[name]
		if timed[name] < fewestTimed || own[name] < takesLonger*usual[name] || more < leastLonger*timed[name] || more/timed[name] <= worst {
			continue
		}
		worst, server = more/timed[name], name
		sentence = fmt.Sprintf("%s takes %.3g ms a request, the other servers %.3g ms for the same models.", name, 1e3*own[name]/timed[name], 1e3*usual[name]/timed[name])
	}
	return server, sentence
}

func percent(share float64) string {
	if share == 0 {
		return "none"
	}
	if share < 0.001 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}
