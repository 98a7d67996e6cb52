package stack

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"supersonic/site"
	"supersonic/triton"
	"supersonic/ui"
	"supersonic/ui/access"
	"supersonic/ui/boards"
)

func (k *Stack) buildPage() (err error) {
	g := k.site.Values.Grafana
	readers, err := access.FromINI(g.INI, g.AdminUser, string(g.AdminPassword), k.rootURL())
	if err != nil {
		return fmt.Errorf("grafana: %w", err)
	}
	cfg := ui.Config{
		Access: readers, DataDir: k.site.DataDir, Boards: k.boards(),
		HTTP:        k.site.GrafanaHTTP(),
		RootURL:     k.rootURL(),
		DataSources: k.dataSources(),
		Roles:       k.roleEndpoints(),
		Release:     k.site.Release, Namespace: k.site.Namespace, Version: k.options.Version,
	}
	for _, off := range k.site.Off() {
		cfg.Off = append(cfg.Off, ui.OffPart{Part: off.Key, Cost: off.Cost})
	}
	deps := ui.Deps{Log: k.logOf(RoleUI)}
	if k.triton != nil {
		deps.Servers = states{k.triton}
	}
	k.page, err = ui.New(cfg, deps)
	return err
}

// boards says where the page's dashboards come from.
func (k *Stack) boards() boards.Config {
	v := &k.site.Values
	cfg := boards.Config{
		Home:    k.site.HomeDashboard(),
		WithMap: k.site.On(site.PartCollector) && k.site.On(site.PartTempo) || k.site.Elsewhere(site.PartTempo) != "",
		Load:    boards.Load{Metric: k.site.LoadMetric(), Threshold: v.ServerLoadThreshold, Own: v.ServerLoadMetric != "", Version: k.options.Version},
	}
	for _, d := range k.site.Dashboards() {
		cfg.Given = append(cfg.Given, boards.Given{Key: d.Key, Folder: d.Folder, Path: d.Path, JSON: []byte(d.JSON), Name: d.Name, Quiet: d.Quiet, Updates: d.Updates, Keeps: d.Keeps})
	}
	return cfg
}

// rootURL is where browsers find the page, with the other keys of its section filled
// in where it names them: %(protocol)s://%(domain)s/grafana/. A domain that no file
// says stays open, as nobody else knows it.
func (k *Stack) rootURL() string {
	server, _ := k.site.Values.Grafana.INI["server"].(map[string]any)
	url, _ := server["root_url"].(string)
	usual := map[string]any{"protocol": "http", "http_port": 3000}
	return variable.ReplaceAllStringFunc(url, func(name string) string {
		key := variable.FindStringSubmatch(name)[1]
		for _, values := range []map[string]any{server, usual} {
			if v, has := values[key]; has && v != nil {
				return fmt.Sprint(v)
			}
		}
		return name
	})
}

// variable is another key of a section of grafana.ini.
var variable = regexp.MustCompile(`%\((\w+)\)s`)

func (k *Stack) dataSources() []ui.DataSource {
	var list []ui.DataSource
	for _, d := range k.site.Datasources() {
		url, absent := k.resolve(d.URL)
		if absent {
			continue // the page then says that the site has none
		}
		source := ui.DataSource{
			Name: d.Name, Type: d.Type, UID: d.UID, URL: url, IsDefault: d.IsDefault,
			BasicAuth: d.BasicAuth, User: d.BasicAuthUser,
		}
		if password, ok := d.SecureJSONData["basicAuthPassword"].(string); ok {
			source.Password = password
		}
		source.Headers = headers(d)
		method, _ := d.JSONData["httpMethod"].(string)
		source.ByGet = strings.EqualFold(method, "GET")
		source.TLSSkipVerify, _ = d.JSONData["tlsSkipVerify"].(bool)
		source.TimeInterval, _ = d.JSONData["timeInterval"].(string)
		if m, ok := d.JSONData["serviceMap"].(map[string]any); ok {
			source.ServiceMapUID, _ = m["datasourceUid"].(string)
		}
		if m, ok := d.JSONData["nodeGraph"].(map[string]any); ok {
			source.NodeGraph, _ = m["enabled"].(bool)
		}
		list = append(list, source)
	}
	return list
}

// headers are those of jsonData.httpHeaderNameN with the value of
// secureJsonData.httpHeaderValueN.
func headers(d site.PlacedDatasource) map[string]string {
	out := map[string]string{}
	for key, given := range d.JSONData {
		number, is := strings.CutPrefix(key, "httpHeaderName")
		name, _ := given.(string)
		value, _ := d.SecureJSONData["httpHeaderValue"+number].(string)
		if is && name != "" && value != "" {
			out[name] = value
		}
	}
	return out
}

// states shows the supervisor's servers to the page.
type states struct{ *triton.Supervisor }

func (s states) ServerStates() []ui.ServerState {
	var list []ui.ServerState
	for _, t := range s.Servers() {
		list = append(list, ui.ServerState{Pod: t.Pod, State: string(t.State), Reason: t.Reason})
	}
	return list
}

func (k *Stack) roleEndpoints() []ui.RoleEndpoint {
	if !k.whole() {
		return k.clusterEndpoints()
	}
	var list []ui.RoleEndpoint
	pods := k.site.Pods(site.PartEnvoy)
	for i, g := range k.gateways {
		admin := dial(g.AdminAddr())
		list = append(list, ui.RoleEndpoint{Role: RoleGateway, Pod: pods[i],
			Addresses:  []ui.Address{{Name: "gRPC", Addr: dial(g.Addr())}, {Name: "admin", Addr: admin}},
			MetricsURL: "http://" + admin + "/metrics", HealthURL: "http://" + admin + "/ready"})
	}
	if k.triton != nil {
		list = append(list, ui.RoleEndpoint{Role: RoleTriton, MetricsURL: "http://" + k.triton.Addr() + "/metrics",
			Addresses: []ui.Address{{Name: "supervisor's metrics", Addr: k.triton.Addr()}}})
		for _, t := range k.triton.Servers() {
			list = append(list, ui.RoleEndpoint{Role: RoleTriton, Pod: t.Pod,
				Addresses:  []ui.Address{{Name: "gRPC", Addr: t.GRPC}, {Name: "HTTP", Addr: t.HTTP}, {Name: "metrics", Addr: t.Metrics}},
				MetricsURL: "http://" + t.Metrics + "/metrics", HealthURL: "http://" + t.HTTP + "/v2/health/ready"})
		}
	}
	return append(list, k.storeEndpoints()...)
}

func (k *Stack) storeEndpoints() []ui.RoleEndpoint {
	var list []ui.RoleEndpoint
	if k.collector != nil {
		e := ui.RoleEndpoint{Role: RoleCollector, MetricsURL: "http://" + dial(k.collector.MetricsAddr()) + "/metrics"}
		for _, key := range []string{otlpGRPC, otlpHTTP} {
			if a, ok := k.collector.Addrs()[key]; ok {
				e.Addresses = append(e.Addresses, ui.Address{Name: map[string]string{otlpGRPC: "OTLP gRPC", otlpHTTP: "OTLP HTTP"}[key], Addr: dialHost(a)})
			}
		}
		list = append(list, e)
	}
	if k.traces != nil {
		http := dial(k.traces.AddrHTTP())
		e := ui.RoleEndpoint{Role: RoleTraces, MetricsURL: "http://" + http + "/metrics", HealthURL: "http://" + http + "/ready",
			Addresses: []ui.Address{{Name: "HTTP", Addr: http}}}
		if a := k.traces.AddrOTLPGRPC(); a != nil {
			e.Addresses = append(e.Addresses, ui.Address{Name: "OTLP gRPC", Addr: dial(a)})
		}
		if a := k.traces.AddrOTLPHTTP(); a != nil {
			e.Addresses = append(e.Addresses, ui.Address{Name: "OTLP HTTP", Addr: dial(a)})
		}
		list = append(list, e)
	}
	if k.metrics != nil {
		http := dial(k.metrics.Addr())
		list = append(list, ui.RoleEndpoint{Role: RoleMetrics, Addresses: []ui.Address{{Name: "HTTP", Addr: http}},
			MetricsURL: "http://" + http + "/metrics", HealthURL: "http://" + http + "/-/ready"})
	}
	return list
}

// clusterEndpoints are the roles by their services' names, for a page that runs
// as a pod.
func (k *Stack) clusterEndpoints() []ui.RoleEndpoint {
	v := k.site.Values
	var list []ui.RoleEndpoint
	add := func(part site.Part, role string, port int, metrics, health string) {
		if !k.site.On(part) {
			return
		}
		addr := net.JoinHostPort(k.site.ServiceHost(part), fmt.Sprint(port))
		e := ui.RoleEndpoint{Role: role, Addresses: []ui.Address{{Name: "HTTP", Addr: addr}}, MetricsURL: "http://" + addr + metrics}
		if health != "" {
			e.HealthURL = "http://" + addr + health
		}
		list = append(list, e)
	}
	add(site.PartEnvoy, RoleGateway, 9901, "/metrics", "/ready")
	add(site.PartTriton, RoleTriton, 8002, "/metrics", "")
	add(site.PartCollector, RoleCollector, 8888, "/metrics", "")
	add(site.PartTempo, RoleTraces, v.Tempo.Tempo.Server.HTTPListenPort, "/metrics", "/ready")
	add(site.PartPrometheus, RoleMetrics, v.Prometheus.Server.Service.ServicePort, "/metrics", "/-/ready")
	return list
}

// PageURL is where a running site's page is asked on this machine.
func PageURL(s *site.Site) string { return "http://" + reachable(s.GrafanaHTTP().Addr) }
