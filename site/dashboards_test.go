package site

import "testing"

func TestTheChartsFolderOfDashboardsMayBeMissingAndAUsersNot(t *testing.T) {
	for text, quiet := range map[string]bool{
		"":                                 true,
		"grafana: {service: {port: 3001}}": true,
		`grafana: {dashboardProviders: {"dashboardproviders.yaml": {providers: [{name: default, options: {path: /srv/boards}}]}}}`: false,
	} {
		var found bool
		for _, d := range load(t, text, Options{}).Dashboards() {
			found = true
			if d.Quiet != quiet {
				t.Errorf("%s: a missing folder %s is told: %v, want %v", text, d.Path, !d.Quiet, !quiet)
			}
		}
		if !found {
			t.Errorf("%s: no folder", text)
		}
	}
}
