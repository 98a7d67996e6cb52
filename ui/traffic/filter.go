package traffic

import (
	"fmt"
	"regexp"
	"strings"
)

// Filter leaves a part of the traffic. The zero value leaves all of it.
type Filter struct {
	Release string   // of the scraped series; "" for all
	Model   string   // requests of one model
	Pods    string   // pods whose name has this in it, gateways or servers
	Open    []string // groups of pods that are shown one by one
}

// matchers are the filter's label matchers and more ones, for a selector.
func (f Filter) matchers(more ...string) string {
	list := more
	if f.Release != "" {
		list = append(list, fmt.Sprintf("release=~%q", regexp.QuoteMeta(f.Release)+"|")) // what has no release is of this one
	}
	if f.Model != "" {
		list = append(list, fmt.Sprintf("model=~%q", regexp.QuoteMeta(f.Model)+"|"))
	}
	return strings.Join(list, ",")
}

// selector adds the filter to a selector that ends in "}".
func (f Filter) selector(of string) string {
	more := f.matchers()
	if more == "" {
		return of
	}
	return strings.TrimSuffix(of, "}") + "," + more + "}"
}

func (f Filter) shows(pod string) bool { return f.Pods == "" || strings.Contains(pod, f.Pods) }

// foldAbove is how many pods of a side are shown one by one.
const foldAbove = 24

// numbered and hashed are the names of pods of a StatefulSet (and ours) and of a
// Deployment.
var (
	numbered = regexp.MustCompile(`^(.+)-\d+$`)
	hashed   = regexp.MustCompile(`^(.+)-[a-z0-9]{6,10}-[a-z0-9]{5}$`)
)

// groupOf is the deployment of a pod, by its name; its address for a pod that is
// known by nothing else.
func groupOf(pod string) string {
	if parts := hashed.FindStringSubmatch(pod); parts != nil {
		return parts[1]
	}
	if parts := numbered.FindStringSubmatch(pod); parts != nil {
		return parts[1]
	}
	if host, _, found := strings.Cut(pod, ":"); found {
		return host
	}
	return pod
}

// fold tells under which name each pod of a side is shown: its own, or its
// deployment's where there are too many and the reader has not opened it.
type fold map[string]string

func newFold(pods map[string]bool, open []string) fold {
	f := fold{}
	sizes := map[string]int{}
	for p := range pods {
		sizes[groupOf(p)]++
	}
	opened := map[string]bool{}
	for _, g := range open {
		opened[g] = true
	}
	for p := range pods {
		g := groupOf(p)
		f[p] = p
		if len(pods) > foldAbove && sizes[g] > 1 && !opened[g] {
			f[p] = g
		}
	}
	return f
}

// of is the name under which a pod is shown.
func (f fold) of(pod string) string {
	if name, known := f[pod]; known {
		return name
	}
	return pod
}
