package site

import (
	"maps"
	"slices"
	"strings"
)

// Dashboard is a dashboard, or a folder of them, that the file names.
type Dashboard struct {
	Key    string // where it is named
	Folder string // its folder on the page
	Path   string // a file or folder, if JSON is empty
	JSON   string
	Name   string // of JSON
	Quiet  bool   // the chart's own folder, which is no fault if it is not there
	// Updates is the provider's allowUiUpdates.
	Updates bool
	// Keeps is the provider's disableDeletion.
	Keeps bool
}

// Dashboards are those of local.dashboards, of the providers and of
// grafana.dashboards, in this order.
func (s *Site) Dashboards() []Dashboard {
	var out []Dashboard
	for i, path := range s.Values.Local.Dashboards {
		out = append(out, Dashboard{Key: item("local.dashboards", i), Path: path})
	}
	folders, updates, keeps := map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, p := range s.providers() {
		folders[p.Name], updates[p.Name], keeps[p.Name] = p.Folder, p.updates, p.keeps
		if p.Path != "" {
			out = append(out, Dashboard{Key: p.key, Folder: p.Folder, Path: fileRelative(p.Path, s.Nearest(p.key)), Quiet: !s.Origin(p.key).User, Updates: p.updates, Keeps: p.keeps})
		}
	}
	for _, provider := range slices.Sorted(maps.Keys(s.Values.Grafana.Dashboards)) {
		named, _ := s.Values.Grafana.Dashboards[provider].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(named)) {
			entry, _ := named[name].(map[string]any)
			d := Dashboard{Key: join(join("grafana.dashboards", provider), name), Folder: folders[provider], Name: name, Updates: updates[provider], Keeps: keeps[provider]}
			d.JSON, _ = entry["json"].(string)
			if file, ok := entry["file"].(string); ok && d.JSON == "" {
				d.Path = fileRelative(file, s.Nearest(d.Key))
			}
			if d.JSON != "" || d.Path != "" {
				out = append(out, d)
			}
		}
	}
	return out
}

type provider struct {
	Name, Folder, Path, key string
	updates, keeps          bool
}

func (s *Site) providers() []provider {
	var out []provider
	files := s.Values.Grafana.DashboardProviders
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, _ := files[name].(map[string]any)
		list, _ := file["providers"].([]any)
		for i, e := range list {
			m, _ := e.(map[string]any)
			p := provider{key: item(join("grafana.dashboardProviders", name)+".providers", i)}
			p.Name, _ = m["name"].(string)
			p.Folder, _ = m["folder"].(string)
			p.updates, _ = m["allowUiUpdates"].(bool)
			p.keeps, _ = m["disableDeletion"].(bool)
			options, _ := m["options"].(map[string]any)
			p.Path, _ = options["path"].(string)
			out = append(out, p)
		}
	}
	return out
}

// HomeDashboard is the file that grafana.ini makes the home dashboard.
func (s *Site) HomeDashboard() string {
	section, _ := s.Values.Grafana.INI["dashboards"].(map[string]any)
	path, _ := section["default_home_dashboard_path"].(string)
	return path
}

// unusedDashboards notes dashboards that would have to be fetched from elsewhere,
// which the page does not do, and ConfigMaps outside Kubernetes.
func (s *Site) unusedDashboards() []Note {
	var notes []Note
	named := s.user.find("grafana.dashboards")
	if named != nil {
		for _, provider := range named.keys {
			for _, name := range named.fields[provider].keys {
				entry := named.fields[provider].fields[name]
				if entry.fields["json"] == nil && entry.fields["file"] == nil {
					notes = append(notes, Note{Origin: entry.origin, Path: join(join("grafana.dashboards", provider), name), Why: ReasonUnused,
						Text: "it would have to be fetched from elsewhere; give its JSON or a file"})
				}
			}
		}
	}
	if maps := s.user.find("grafana.dashboardsConfigMaps"); maps != nil {
		notes = append(notes, Note{Origin: maps.origin, Path: "grafana.dashboardsConfigMaps", Why: ReasonKubernetes, Text: "name files or folders in local.dashboards"})
	}
	return notes
}

// knownJSONData are the settings of a data source that the page heeds, beside
// those of headers.
var knownJSONData = map[string]bool{"timeInterval": true, "tlsSkipVerify": true, "serviceMap": true, "nodeGraph": true, "httpMethod": true}

// heeded tells whether the page heeds a setting of a data source.
func heeded(setting string) bool {
	return knownJSONData[setting] || strings.HasPrefix(setting, "httpHeaderName")
}

// unusedSourceSettings notes settings of data sources that have no effect.
func (s *Site) unusedSourceSettings() []Note {
	var notes []Note
	for _, d := range s.Datasources() {
		if d.Type != "prometheus" && d.Type != "tempo" {
			notes = append(notes, Note{Origin: s.Nearest(d.Path), Path: d.Path, Why: ReasonUnused, Text: "a data source of type " + d.Type + " is listed, not asked"})
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(d.JSONData)) {
			path := join(d.Path+".jsonData", key)
			if !heeded(key) && s.Origin(path).User {
				notes = append(notes, Note{Origin: s.Origin(path), Path: path, Why: ReasonUnused})
			}
		}
	}
	return notes
}
