package site

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
)

// DefaultDataDir is where a site keeps its data unless the command line names a
// directory, in the working directory.
const DefaultDataDir = "supersonic-data"

// Options are what the command line says.
type Options struct {
	Files     []string // values files, later ones over earlier ones
	Sets      []string // --set, over the files
	Release   string   // empty: supersonic
	Namespace string   // empty: default
	DataDir   string   // empty: supersonic-data in the working directory
	// Pod: one role runs alone in a pod, so that listeners bind all interfaces
	// unless a file says otherwise, and ports are the container's.
	Pod bool
}

// Site is a site's configuration. It is not changed after Load.
type Site struct {
	Values    Values
	Release   string
	Namespace string
	DataDir   string
	Instance  string // nameOverride, else the release: N in pod names and labels
	Pod       bool
	// Notes are what the user wrote that has no effect here, in the order of the
	// file.
	Notes []Note

	user  *node           // the user's files and --set, merged
	names map[string]Part // host names of this site
}

var (
	releaseName   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	templateNames = regexp.MustCompile(`\{\{-?\s*\.Release\.(Name|Namespace)\s*-?\}\}`)
)

// Load reads the files and --set of a site. The error is Errors: everything that
// is wrong with a file, each with its place.
func Load(o Options) (*Site, error) {
	s := &Site{Release: o.Release, Namespace: o.Namespace, DataDir: o.DataDir, Pod: o.Pod, Values: Default()}
	s.defaults()
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	if err := s.read(o); err != nil {
		return nil, err
	}
	d := &decoder{text: func(t string) string {
		return templateNames.ReplaceAllStringFunc(t, func(m string) string {
			if templateNames.FindStringSubmatch(m)[1] == "Name" {
				return s.Release
			}
			return s.Namespace
		})
	}}
	d.value(s.user, reflect.ValueOf(&s.Values).Elem(), "", mode{})
	s.Instance = s.Values.NameOverride
	if s.Instance == "" {
		s.Instance = s.Release
	}
	s.names = s.serviceNames()
	s.check(d)
	if err := d.errs.orNil(); err != nil {
		return nil, err
	}
	s.Notes = append(d.notes, s.foreign()...)
	slices.SortStableFunc(s.Notes, func(a, b Note) int { return a.compare(b.Origin) })
	return s, nil
}

func (s *Site) defaults() {
	if s.Release == "" {
		s.Release = defaultRelease
	}
	if s.Namespace == "" {
		s.Namespace = "default"
	}
	if s.DataDir == "" {
		s.DataDir = DefaultDataDir
	}
	s.DataDir = filepath.Clean(s.DataDir)
}

// checkNames holds a release to what Helm and Kubernetes allow: it becomes part
// of host names.
func (s *Site) checkNames() error {
	var errs Errors
	if len(s.Release) > 53 || !releaseName.MatchString(s.Release) {
		errs = append(errs, &Error{Origin: Origin{File: "--name"}, Msg: fmt.Sprintf("%.80q is not a release name", s.Release), Hint: "use lower-case letters, digits and dashes, at most 53"})
	}
	if len(s.Namespace) > 63 || !releaseName.MatchString(s.Namespace) {
		errs = append(errs, &Error{Origin: Origin{File: "--namespace"}, Msg: fmt.Sprintf("%.80q is not a namespace", s.Namespace), Hint: "use lower-case letters, digits and dashes, at most 63"})
	}
	return errs.orNil()
}

// read merges the files and --set. The errors of all files are given together.
func (s *Site) read(o Options) error {
	var errs Errors
	s.user = newMap(Origin{})
	for i, name := range o.Files {
		n, err := readFile(name, i)
		if err != nil {
			errs = append(errs, errorsOf(err)...)
			continue
		}
		s.user = s.user.merge(n)
	}
	for i, arg := range o.Sets {
		if err := applySet(s.user, arg, len(o.Files)+i); err != nil {
			errs = append(errs, errorsOf(err)...)
		}
	}
	return errs.orNil()
}

// On tells whether a part runs. The metrics store does not where an external
// Prometheus takes its place.
func (s *Site) On(p Part) bool {
	v := &s.Values
	switch p {
	case PartEnvoy:
		return v.Envoy.Enabled
	case PartTriton:
		return v.Triton.Enabled
	case PartCollector:
		return v.Collector.Enabled
	case PartTempo:
		return v.Tempo.Enabled
	case PartPrometheus:
		return v.Prometheus.Enabled && !v.Prometheus.External.Enabled
	case PartGrafana:
		return v.Grafana.Enabled
	case PartMetricsCollector:
		return v.MetricsCollector.Enabled
	}
	return false
}

// LoadMetric is the PromQL expression of the servers' load: serverLoadMetric, or
// the chart's default, milliseconds in the queue per execution.
func (s *Site) LoadMetric() string {
	if s.Values.ServerLoadMetric != "" {
		return s.Values.ServerLoadMetric
	}
	return fmt.Sprintf(`sum by (release)(rate(nv_inference_queue_duration_us{release=~%q}[30s])) / `+
		`sum by (release)(rate(nv_inference_exec_count{release=~%q}[30s]) * 1000 + 0.001)`, s.Instance, s.Instance)
}
