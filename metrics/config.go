package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"supersonic/internal/listen"
)

const (
	// OutOfOrderWindow is how late a sample may come and still be kept. A
	// collector's batch plus one retry is under a minute.
	OutOfOrderWindow = time.Minute
	// DrainTime is what open queries get after Run's context ended.
	DrainTime = 3 * time.Second
	// MaxExemplars is the size of the ring that keeps exemplars, in memory.
	MaxExemplars = 10_000
)

// Config says what is scraped, kept and served.
type Config struct {
	DataDir             string            // directory of the TSDB, created if missing
	HTTP                listen.Address    // API, remote write, /metrics, /-/ready
	Retention           time.Duration     // samples older than this go, in whole blocks of 2 h or more; 0: 15 days
	ScrapeInterval      time.Duration     // of every job; 0: 5 s, the chart's
	EvaluationInterval  time.Duration     // step of a subquery that names none; 0: ScrapeInterval
	Jobs                []Job             // what is scraped at first; see SetJobs
	ExternalLabels      map[string]string // shown by status/config; not added to stored series, as in Prometheus
	RemoteWriteReceiver bool              // accept POST /api/v1/write, protocol 1 and 2
}

// Job is a scrape job: the targets that share the label `job`.
type Job struct {
	Name    string   // label `job`
	Path    string   // "" is /metrics
	Targets []Target // may be empty
}

// Target is one scraped address and the labels its series carry beside `job` and
// `instance` (= Addr). An empty value means no such label.
type Target struct {
	Addr   string // host:port
	Labels map[string]string
}

// Deps are what the role needs of others.
type Deps struct {
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Retention == 0 {
		c.Retention = 15 * 24 * time.Hour
	}
	if c.ScrapeInterval == 0 {
		c.ScrapeInterval = 5 * time.Second
	}
	if c.EvaluationInterval == 0 {
		c.EvaluationInterval = c.ScrapeInterval
	}
	return c
}

func (c Config) check() error {
	switch {
	case c.DataDir == "":
		return errors.New("no data directory")
	case c.Retention < 0:
		return fmt.Errorf("retention %v is negative: leave it out for 15 days", c.Retention)
	case c.ScrapeInterval < time.Millisecond:
		return fmt.Errorf("scrape interval %v is too short: choose at least 1ms, a site uses 5s", c.ScrapeInterval)
	case c.EvaluationInterval < time.Millisecond:
		return fmt.Errorf("evaluation interval %v is too short: choose at least 1ms", c.EvaluationInterval)
	}
	if err := checkLabels(c.ExternalLabels); err != nil {
		return fmt.Errorf("external labels: %w", err)
	}
	return checkJobs(c.Jobs)
}

func checkJobs(jobs []Job) error {
	seen := map[string]bool{}
	for _, j := range jobs {
		switch {
		case j.Name == "":
			return errors.New("a scrape job has no name")
		case seen[j.Name]:
			return fmt.Errorf("scrape job %q is named twice: give every job its own name", j.Name)
		case j.Path != "" && !strings.HasPrefix(j.Path, "/"):
			return fmt.Errorf("scrape job %q: path %q must begin with /", j.Name, j.Path)
		}
		if _, err := url.ParseRequestURI(j.path()); err != nil {
			return fmt.Errorf("scrape job %q: path: %w", j.Name, err)
		}
		seen[j.Name] = true
		for _, t := range j.Targets {
			if err := t.check(); err != nil {
				return fmt.Errorf("scrape job %q: %w", j.Name, err)
			}
		}
	}
	return nil
}

func (t Target) check() error {
	if _, _, err := net.SplitHostPort(t.Addr); err != nil {
		return fmt.Errorf("target %q is not host:port: %w", t.Addr, err)
	}
	if err := checkLabels(t.Labels); err != nil {
		return fmt.Errorf("target %s: %w", t.Addr, err)
	}
	return nil
}

func checkLabels(labels map[string]string) error {
	for name, value := range maps.All(labels) {
		if !model.UTF8Validation.IsValidLabelName(name) || strings.HasPrefix(name, model.ReservedLabelPrefix) {
			return fmt.Errorf("label name %q is not allowed: it must not be empty nor begin with __", name)
		}
		if !model.LabelValue(value).IsValid() {
			return fmt.Errorf("label %s: value %q is not UTF-8", name, value)
		}
	}
	return nil
}

func (j Job) path() string {
	if j.Path == "" {
		return "/metrics"
	}
	return j.Path
}
