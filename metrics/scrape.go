package metrics

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/scrape"
	"go.yaml.in/yaml/v3"
)

// jobSet is one state of the scrape jobs, as the scrape manager takes it.
type jobSet struct {
	config  *config.Config
	targets map[string][]*targetgroup.Group
}

// SetJobs replaces the scrape jobs. A job or target that stays is scraped on
// without a gap; one that goes gets stale markers, as in Prometheus. The change
// is in force within a second. Jobs that are not valid are an error, and the old
// ones stay.
func (s *Server) SetJobs(jobs []Job) error {
	if err := checkJobs(jobs); err != nil {
		return err
	}
	s.setting.Lock()
	defer s.setting.Unlock()
	set, err := s.jobSet(s.withFormer(jobs))
	if err != nil {
		return err
	}
	shown, err := s.load(jobs, true)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		s.known[j.Name] = Job{Name: j.Name, Path: j.Path}
	}
	s.current.Store(shown)
	for {
		select {
		case s.jobs <- set:
			return nil
		case <-s.jobs: // nobody has seen the older state: this one replaces it
		}
	}
}

// withFormer adds the jobs that are gone, without targets: the scrape manager
// writes stale markers for a target that goes, but not for one that goes together
// with its whole job, whose series would seem alive for five minutes more.
func (s *Server) withFormer(jobs []Job) []Job {
	present := map[string]bool{}
	for _, j := range jobs {
		present[j.Name] = true
	}
	out := slices.Clone(jobs)
	for _, name := range slices.Sorted(maps.Keys(s.known)) {
		if !present[name] {
			out = append(out, s.known[name])
		}
	}
	return out
}

func (s *Server) scrapeOptions() *scrape.Options {
	return &scrape.Options{
		DiscoveryReloadOnStartup: true,
		DiscoveryReloadInterval:  model.Duration(time.Second),
		FeatureRegistry:          s.features,
		HTTPClientOptions:        []promconfig.HTTPClientOption{promconfig.WithDialContextFunc(s.dialer.dial)},
	}
}

// scrape runs the scrape manager until ctx ends and hands it what SetJobs left.
func (s *Server) scrape(ctx context.Context) {
	targets := make(chan map[string][]*targetgroup.Group) // never closed: the manager would spin
	var running sync.WaitGroup
	running.Go(func() {
		// Run only ends by Stop, and then with nil.
		_ = s.scraper.Run(targets)
	})
	for {
		select {
		case <-ctx.Done():
			s.scraper.Stop()
			running.Wait()
			s.dialer.close()
			return
		case set := <-s.jobs:
			if err := s.scraper.ApplyConfig(set.config); err != nil {
				s.log.Error("scrape jobs were not taken over", "error", err)
				continue
			}
			targets <- set.targets
		}
	}
}

func (s *Server) jobSet(jobs []Job) (jobSet, error) {
	// Without targets, the manager sees that a job is the old one and lets its
	// other targets be.
	c, err := s.load(jobs, false)
	if err != nil {
		return jobSet{}, err
	}
	set := jobSet{config: c, targets: map[string][]*targetgroup.Group{}}
	for _, j := range jobs {
		set.targets[j.Name] = j.groups()
	}
	return set, nil
}

// load renders jobs as a configuration file of Prometheus and reads that, so that
// every default and check is Prometheus's own.
func (s *Server) load(jobs []Job, targets bool) (*config.Config, error) {
	file := configFile{Global: globalSection{
		ScrapeInterval:     milliseconds(s.cfg.ScrapeInterval),
		EvaluationInterval: milliseconds(s.cfg.EvaluationInterval),
		ExternalLabels:     map[string]string{},
	}}
	for name, value := range s.cfg.ExternalLabels {
		file.Global.ExternalLabels[name] = strings.ReplaceAll(value, "$", "$$") // Prometheus expands the environment here
	}
	for _, j := range jobs {
		section := jobSection{Name: j.Name, Path: j.path()}
		for _, t := range j.Targets {
			if targets {
				section.Targets = append(section.Targets, targetSection{[]string{t.Addr}, t.Labels})
			}
		}
		file.Jobs = append(file.Jobs, section)
	}
	text, err := yaml.Marshal(file)
	if err != nil {
		return nil, fmt.Errorf("render the scrape jobs: %w", err)
	}
	c, err := config.Load(string(text), s.log)
	if err != nil {
		return nil, fmt.Errorf("scrape jobs: %w", err)
	}
	return c, nil
}

// configFile is the part of Prometheus's configuration file that we write.
type configFile struct {
	Global globalSection `yaml:"global"`
	Jobs   []jobSection  `yaml:"scrape_configs,omitempty"`
}

type globalSection struct {
	ScrapeInterval     string            `yaml:"scrape_interval"`
	EvaluationInterval string            `yaml:"evaluation_interval"`
	ExternalLabels     map[string]string `yaml:"external_labels,omitempty"`
}

type jobSection struct {
	Name    string          `yaml:"job_name"`
	Path    string          `yaml:"metrics_path"`
	Targets []targetSection `yaml:"static_configs,omitempty"`
}

type targetSection struct {
	Targets []string          `yaml:"targets"`
	Labels  map[string]string `yaml:"labels,omitempty"`
}

// groups are the targets as service discovery would have found them.
func (j Job) groups() []*targetgroup.Group {
	out := []*targetgroup.Group{}
	for i, t := range j.Targets {
		labels := model.LabelSet{model.AddressLabel: model.LabelValue(t.Addr)}
		for name, value := range t.Labels {
			if value != "" {
				labels[model.LabelName(name)] = model.LabelValue(value)
			}
		}
		out = append(out, &targetgroup.Group{Source: fmt.Sprint(i), Targets: []model.LabelSet{labels}})
	}
	return out
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }
