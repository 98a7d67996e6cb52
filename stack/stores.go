package stack

import (
	"fmt"
	"log/slog"
	"path/filepath"

	"supersonic/collector"
	"supersonic/internal/listen"
	"supersonic/metrics"
	"supersonic/metrics/gpu"
	"supersonic/site"
)

// own is a listener that only this process reads: its port is the kernel's choice.
func (k *Stack) own(key string) listen.Address {
	return listen.Address{Addr: "127.0.0.1:0", Key: key}
}

func (k *Stack) buildMetrics() (err error) {
	v := k.site.Values.Prometheus.Server
	labels := map[string]string{}
	for name, value := range v.Global.ExternalLabels {
		labels[name] = fmt.Sprint(value)
	}
	k.metrics, err = metrics.New(metrics.Config{
		DataDir:             filepath.Join(k.site.DataDir, "metrics"),
		HTTP:                k.site.PrometheusHTTP(),
		Retention:           v.Retention,
		ScrapeInterval:      v.Global.ScrapeInterval,
		EvaluationInterval:  v.Global.EvaluationInterval,
		ExternalLabels:      labels,
		RemoteWriteReceiver: true,
	}, metrics.Deps{Log: k.logOf(RoleMetrics)})
	return err
}

// buildGPUs makes the chart's metrics collector, which belongs to the whole site
// and to the pod of the metrics store.
func (k *Stack) buildGPUs() (err error) {
	if !k.site.Values.MetricsCollector.Enabled || !k.whole() && k.metrics == nil {
		return nil
	}
	k.gpus, err = gpu.New(gpu.Config{
		HTTP: k.site.MetricsCollectorHTTP(), Prometheus: k.prometheusURL(), Release: k.site.Instance,
	}, k.logOf("metrics collector"))
	return err
}

func (k *Stack) collectorConfig() collector.Config {
	config, foreign := k.site.CollectorConfig(k.address)
	for _, f := range foreign {
		k.log.Debug("a host outside this site is left as it is", "key", f.Path, "host", f.Host)
	}
	if k.whole() {
		k.withoutAbsent(config)
	}
	address := k.own(k.site.CollectorPath() + ".service.telemetry.metrics")
	if !k.whole() {
		address.Addr = telemetryAddress(config)
	}
	return collector.Config{
		Config:          config,
		Key:             k.site.CollectorPath(),
		MetricsAddr:     address,
		Env:             map[string]string{"MY_POD_IP": k.site.Bind()},
		WeightProcessor: true,
		Origin: func(path string) string {
			if o := k.site.Nearest(path); o.User {
				return o.String()
			}
			return ""
		},
	}
}

// telemetryAddress is where a collector's file wants its own metrics, in a pod; the
// chart's scrape job reads port 8888.
func telemetryAddress(config map[string]any) string {
	service, _ := config["service"].(map[string]any)
	telemetry, _ := service["telemetry"].(map[string]any)
	metrics, _ := telemetry["metrics"].(map[string]any)
	if address, _ := metrics["address"].(string); address != "" {
		return address
	}
	return ":8888"
}

func (k *Stack) buildCollector() (err error) {
	k.collector, err = collector.New(k.collectorConfig(), collector.Deps{Log: k.logOf(RoleCollector)})
	return err
}

// scrape tells the metrics store what to scrape, once every address is known.
func (k *Stack) scrape() error {
	if k.metrics == nil {
		return nil
	}
	if !k.whole() {
		k.targets = newTargetLookup(k.site, k.metrics, k.logOf(RoleMetrics))
		return nil
	}
	var jobs []metrics.Job
	add := func(name, path string, targets ...metrics.Target) {
		if len(targets) > 0 {
			jobs = append(jobs, metrics.Job{Name: name, Path: path, Targets: targets})
		}
	}
	var servers, gateways []metrics.Target
	if k.triton != nil {
		for _, s := range k.triton.Servers() {
			servers = append(servers, k.target(s.Metrics, s.Pod, true))
		}
		add(k.site.Instance+"-triton-supervisor", "/metrics", k.target(k.triton.Addr(), "", false)) // its series name their pods
	}
	names := k.site.Pods(site.PartEnvoy)
	for i, g := range k.gateways {
		gateways = append(gateways, k.target(dial(g.AdminAddr()), names[i], true))
	}
	add(k.site.Instance+"-triton", "/metrics", servers...)
	add(k.site.Instance+"-envoy", "/stats/prometheus", gateways...)
	if k.collector != nil {
		add("opentelemetry-collector", "/metrics", k.target(dial(k.collector.MetricsAddr()), k.site.ServiceHost(site.PartCollector), false))
	}
	if k.traces != nil {
		add("tempo", "/metrics", k.target(dial(k.traces.AddrHTTP()), k.site.ServiceHost(site.PartTempo), false))
	}
	return k.metrics.SetJobs(jobs)
}

// target is a scraped address with the labels of the chart's jobs; those of
// gateways and servers also have `app`.
func (k *Stack) target(addr, pod string, app bool) metrics.Target {
	return metrics.Target{Addr: addr, Labels: podLabels(k.site, pod, app)}
}

func podLabels(s *site.Site, pod string, app bool) map[string]string {
	labels := map[string]string{"pod": pod, "release": s.Instance, "namespace": s.Namespace}
	if app {
		labels["app"] = "supersonic"
	}
	return labels
}

// Check validates what a site's roles would refuse, without taking a port: the
// collector's configuration, by the collector's own rules.
func Check(s *site.Site, log *slog.Logger) error {
	if !s.On(site.PartCollector) {
		return nil
	}
	k := &Stack{site: s, log: log}
	return collector.Check(k.collectorConfig(), collector.Deps{Log: log})
}
