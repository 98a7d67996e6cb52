package site

import (
	"slices"
	"strings"
)

// foreign notes the hosts in the file that are not of this site. Nothing of a
// part that is off is listed.
func (s *Site) foreign() []Note {
	keep := func(Part, string) (string, bool) { return "", false }
	var left []ForeignHost
	if s.On(PartCollector) {
		_, left = s.CollectorConfig(keep)
	}
	w := &rewriter{site: s, bind: s.Bind(), addr: keep}
	if s.On(PartTempo) && s.Values.Tempo.Tempo.MetricsGenerator.Enabled {
		w.text("tempo.tempo.metricsGenerator.remoteWriteUrl", "remoteWriteUrl", s.Values.Tempo.Tempo.MetricsGenerator.RemoteWriteURL)
	}
	if s.On(PartGrafana) {
		for _, src := range s.Datasources() {
			w.text(src.Path+".url", "url", src.URL)
		}
	}
	if s.On(PartTriton) {
		for i, arg := range s.Values.Triton.Args {
			for word := range strings.FieldsSeq(arg) {
				if _, url, ok := strings.Cut(word, "url="); ok {
					w.text(item("triton.args", i), "url", strings.Trim(url, `"'`))
				}
			}
		}
	}
	notes := removed("opentelemetry-collector.config", s.user.find("opentelemetry-collector.config"), any(Default().Collector.Config))
	notes = append(notes, s.unusedSettings()...)
	for _, f := range append(left, w.left...) {
		notes = append(notes, Note{Origin: f.Origin, Path: f.Path, Why: ReasonForeign, Text: f.Host + s.otherRelease(f.Host)})
	}
	return notes
}

// iniKeys are the keys of grafana.ini that the page goes by, by section.
var iniKeys = map[string][]string{
	"server":     {"root_url", "http_port", "http_addr", "serve_from_sub_path", "protocol", "domain"},
	"dashboards": {"default_home_dashboard_path"},
	"security":   {"admin_user", "admin_password", "cookie_secure", "allow_embedding"},
	"auth": {"disable_login_form", "disable_signout_menu", "login_cookie_name", "login_maximum_inactive_lifetime_duration",
		"login_maximum_lifetime_duration", "oauth_auto_login"},
	"auth.anonymous": {"enabled", "org_role"},
	"auth.basic":     {"enabled"},
	"auth.generic_oauth": {"enabled", "name", "client_id", "client_secret", "scopes", "issuer_url", "auth_url", "token_url", "api_url",
		"role_attribute_path", "role_attribute_strict", "login_attribute_path", "allowed_domains", "auto_login", "use_pkce",
		"signout_redirect_url", "tls_skip_verify_insecure"},
}

// unusedSettings notes the sections of grafana.ini and the flags of Prometheus
// that have no effect.
func (s *Site) unusedSettings() []Note {
	var notes []Note
	if ini := s.user.find(`grafana.grafana\.ini`); ini != nil {
		for _, section := range ini.keys {
			at, keys := ini.fields[section], iniKeys[section]
			if keys == nil {
				notes = append(notes, Note{Origin: at.origin, Path: join(`grafana.grafana\.ini`, section), Why: ReasonUnused})
				continue
			}
			for _, k := range at.keys {
				if !slices.Contains(keys, k) {
					notes = append(notes, Note{Origin: at.fields[k].origin, Path: join(join(`grafana.grafana\.ini`, section), k), Why: ReasonUnused})
				}
			}
		}
	}
	if s.On(PartGrafana) {
		notes = append(append(notes, s.unusedDashboards()...), s.unusedSourceSettings()...)
	}
	if flags := s.user.find("prometheus.server.extraFlags"); flags != nil {
		for i, f := range flags.items {
			name, _, _ := strings.Cut(f.raw, "=")
			if name != "web.listen-address" && name != "web.enable-remote-write-receiver" {
				notes = append(notes, Note{Origin: f.origin, Path: item("prometheus.server.extraFlags", i), Why: ReasonUnused})
			}
		}
	}
	return notes
}

// removed notes where a null takes away a default, which often was only meant to
// be left empty (`grpc:`).
func removed(path string, n *node, def any) []Note {
	base, ok := def.(map[string]any)
	if !ok || n == nil || n.kind != kindMap {
		return nil
	}
	var notes []Note
	for _, k := range n.keys {
		old, has := base[k]
		if has && n.fields[k].kind == kindNull {
			notes = append(notes, Note{Origin: n.fields[k].origin, Path: join(path, k), Why: ReasonRemoved})
			continue
		}
		notes = append(notes, removed(join(path, k), n.fields[k], old)...)
	}
	return notes
}

// otherRelease says so when a host looks like a service of another release: then
// the release was probably not named.
func (s *Site) otherRelease(host string) string {
	name, _, _ := strings.Cut(host, ".")
	for _, p := range Parts() {
		end := "-" + string(p)
		if p == PartPrometheus {
			end += "-server"
		}
		if release, ok := strings.CutSuffix(name, end); ok && release != "" && release != s.Release {
			return "; if it is this release, start with --name " + release
		}
	}
	return ""
}

// PlacedDatasource is a data source with its key path.
type PlacedDatasource struct {
	Datasource
	Path string
}

// Datasources are the data sources of all files, in the order of the files'
// names.
func (s *Site) Datasources() []PlacedDatasource {
	files := s.Values.Grafana.Datasources
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out []PlacedDatasource
	for _, name := range names {
		for i, d := range files[name].Datasources {
			out = append(out, PlacedDatasource{d, item(join("grafana.datasources", name)+".datasources", i)})
		}
	}
	return out
}
