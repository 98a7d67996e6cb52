package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed worker.py
var worker []byte

// writeModels writes the model repository of a case.
func writeModels(dir string, models []model) error {
	for _, m := range models {
		home := filepath.Join(dir, m.name)
		if err := os.MkdirAll(filepath.Join(home, "1"), 0o755); err != nil {
			return err
		}
		config := m.config()
		if m.steps != nil {
			config = m.ensemble()
		} else if err := os.WriteFile(filepath.Join(home, "1", "model.py"), worker, 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(home, "config.pbtxt"), []byte(config), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (m model) config() string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %q\nbackend: \"python\"\nmax_batch_size: %d\n", m.name, m.batch)
	b.WriteString("input [ { name: \"X\" data_type: TYPE_FP32 dims: [ -1 ] } ]\noutput [ { name: \"Y\" data_type: TYPE_FP32 dims: [ -1 ] } ]\n")
	fmt.Fprintf(&b, "instance_group [ { kind: KIND_CPU count: %d } ]\n", max(1, m.instances))
	if m.delayUs > 0 {
		fmt.Fprintf(&b, "dynamic_batching { preferred_batch_size: [ %d ] max_queue_delay_microseconds: %d }\n", m.batch, m.delayUs)
	}
	for _, p := range [...]struct {
		name  string
		value any
	}{{"ms", m.ms}, {"per_row_ms", m.perRowMs}, {"cold_ms", m.coldMs}, {"tail_ms", m.tailMs}, {"slow_pod", m.slowPod}, {"slow_ms", m.slowMs}, {"slow_by", max(1, m.slowBy)},
		{"slow_from", m.slowFrom}, {"slow_until", m.slowUntil}, {"slow_share", 1 - m.notSlow},
		{"jitter", m.jitter}, {"per_kilo_ms", m.perKiloMs}, {"grow", m.grow}, {"busy", m.busy}, {"fail_every", m.failEvery}} {
		fmt.Fprintf(&b, "parameters { key: %q value { string_value: \"%v\" } }\n", p.name, p.value)
	}
	return b.String()
}

// singly is the models with one instance of each.
func singly(models []model) []model {
	list := slices.Clone(models)
	for i := range list {
		list[i].instances = 1
	}
	return list
}

// ensemble is a chain of steps.
func (m model) ensemble() string {
	var steps []string
	from := "X"
	for i, s := range m.steps {
		to := fmt.Sprintf("between_%d", i)
		if i == len(m.steps)-1 {
			to = "Y"
		}
		steps = append(steps, fmt.Sprintf("{ model_name: %q model_version: -1\n    input_map { key: \"X\" value: %q } output_map { key: \"Y\" value: %q } }", s, from, to))
		from = to
	}
	return fmt.Sprintf("name: %q\nplatform: \"ensemble\"\nmax_batch_size: 0\ninput [ { name: \"X\" data_type: TYPE_FP32 dims: [ 1, -1 ] } ]\noutput [ { name: \"Y\" data_type: TYPE_FP32 dims: [ 1, -1 ] } ]\nensemble_scheduling { step [\n  %s ] }\n",
		m.name, strings.Join(steps, ",\n  "))
}
