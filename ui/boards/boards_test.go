package boards

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/ui/payload"
)

func load() Load { return Load{Metric: "sum(load)", Threshold: 100, Version: "0.2"} }

func open(t *testing.T, cfg Config) *Store {
	t.Helper()
	if cfg.Load == (Load{}) {
		cfg.Load = load()
	}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func dashboard(uid, title string) string {
	return `{"uid":"` + uid + `","title":"` + title + `","panels":[{"id":1,"type":"text","title":"hello"}]}`
}

func TestOurOwnDashboardsAskForNothingUnknown(t *testing.T) {
	for _, b := range own(load(), nil) {
		if len(b.Unknown) > 0 {
			t.Errorf("%s: %q", b.Title, b.Unknown)
		}
		titles := map[string]bool{}
		for _, p := range b.Panels {
			titles[p.Title] = true
			if len(p.Unknown) > 0 {
				t.Errorf("%s: %s: %q", b.Title, p.Title, p.Unknown)
			}
			if p.X+p.W > 24 || p.W < 3 || p.H < 1 {
				t.Errorf("%s: %s lies at %d,%d %d x %d", b.Title, p.Title, p.X, p.Y, p.W, p.H)
			}
		}
		for _, want := range []string{"Server Load Metric", "Latency per request", "Latency Breakdown", "GPU utilization", "GPU power usage", "GPU memory usage", "Triton servers"} {
			if !titles[want] {
				t.Errorf("%s has no panel %q", b.Title, want)
			}
		}
		if titles["Server map"] != (b.UID == ownMapUID) {
			t.Errorf("%s: the server map is in the wrong one", b.Title)
		}
	}
}

func TestTheHomeDashboardIsTheOneThatTheChartWouldChoose(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "default.json"), dashboard(chartUID, "plain"))
	write(t, filepath.Join(dir, "with-server-map.json"), dashboard(chartUID, "mapped"))
	chartPath := "/var/lib/grafana/dashboards/default/default.json"
	for _, c := range []struct {
		withMap bool
		given   []Given
		home    string
		want    string
	}{
		{false, nil, chartPath, "SuperSONIC"},
		{true, nil, chartPath, "SuperSONIC with server map"},
		{false, []Given{{Key: "local.dashboards[0]", Path: dir}}, chartPath, "plain"},
		{true, []Given{{Key: "local.dashboards[0]", Path: dir}}, chartPath, "mapped"},
		{true, []Given{{Key: "local.dashboards[0]", Path: dir}}, filepath.Join(dir, "default.json"), "plain"},
		{false, []Given{{Key: "grafana.dashboards.default.default", Name: "default", JSON: []byte(dashboard("mine", "inline"))}}, chartPath, "inline"},
		{true, []Given{{Key: "x", Name: "physics", JSON: []byte(dashboard("p", "Physics"))}}, "/var/lib/grafana/dashboards/default/physics.json", "Physics"},
	} {
		s := open(t, Config{WithMap: c.withMap, Given: c.given, Home: c.home})
		b, err := s.Get("")
		if err != nil {
			t.Fatal(err)
		}
		if b.Title != c.want || !b.Home {
			t.Errorf("with map %v, %d given, home %s: home is %q, want %q", c.withMap, len(c.given), c.home, b.Title, c.want)
		}
		if first := s.List().Dashboards[0]; first.UID != b.UID || !first.Home {
			t.Errorf("the list begins with %q", first.Title)
		}
		if linked, err := s.Get(chartUID); err != nil || len(c.given) == 0 && linked.Title != c.want {
			t.Errorf("a link to the chart's dashboard leads to %q, %v", linked.Title, err)
		}
	}
}

func TestBothFilesOfTheChartAreThere(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "default.json"), dashboard(chartUID, "plain"))
	write(t, filepath.Join(dir, "with-server-map.json"), dashboard(chartUID, "mapped"))
	s := open(t, Config{Given: []Given{{Key: "local.dashboards[0]", Path: dir}}})
	list := s.List()
	if len(list.Dashboards) != 4 || len(list.Problems) != 1 || !strings.Contains(list.Problems[0], "same uid") {
		t.Errorf("got %+v", list)
	}
	if b, err := s.Get(chartUID + "-with-server-map"); err != nil || b.Title != "mapped" {
		t.Errorf("the other one: %q, %v", b.Title, err)
	}
}

func TestAFileIsReadAgainWhenItChanges(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	path := filepath.Join(dir, "a.json")
	write(t, path, dashboard("a", "one"))
	s := open(t, Config{Given: []Given{{Key: "k", Path: dir}}, Now: func() time.Time { return now }})
	title := func() string {
		b, err := s.Get("a")
		if err != nil {
			return err.Error()
		}
		return b.Title
	}
	if got := title(); got != "one" {
		t.Fatal(got)
	}
	write(t, path, dashboard("a", "another"))
	now = now.Add(time.Minute)
	if got := title(); got != "another" {
		t.Error(got)
	}
	write(t, path, "{")
	now = now.Add(time.Minute)
	if p := s.List().Problems; len(p) != 1 || !strings.Contains(p[0], path) {
		t.Errorf("problems %q", p)
	}
	if got := title(); got != "another" {
		t.Errorf("while its file is being written the dashboard is %q", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Minute)
	if p := s.List().Problems; len(p) != 0 {
		t.Errorf("problems %q", p)
	}
	if _, err := s.Get("a"); !errors.Is(err, ErrUnknown) {
		t.Errorf("without its file: %v", err)
	}
}

func save(t *testing.T, s *Store, model string, version int, isCopy bool) payload.DashboardSaved {
	t.Helper()
	got, err := s.Save(payload.DashboardSave{Model: json.RawMessage(model), Version: version, Copy: isCopy, Message: "a message"}, "anna")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestASavedDashboardIsThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	first := save(t, s, dashboard("mine", "one"), 0, false)
	second := save(t, s, dashboard("mine", "two"), first.Version, false)
	if first.UID != "mine" || second.Version != 2 {
		t.Errorf("saved as %+v, then %+v", first, second)
	}
	var conflict *Conflict
	if _, err := s.Save(payload.DashboardSave{Model: json.RawMessage(dashboard("mine", "three")), Version: 1}, ""); !errors.As(err, &conflict) || conflict.Have != 2 {
		t.Errorf("an old version saved over a new one: %v", err)
	}
	again, err := open(t, Config{Dir: dir}).Get("mine")
	if err != nil || again.Title != "two" || again.Version != 2 || again.Provisioned || again.Saved.By != "anna" || again.Saved.Message != "a message" || again.Saved.AtMs < 1e12 {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
	if old, err := os.ReadFile(filepath.Join(dir, "versions", "mine", "1.json")); err != nil || !strings.Contains(string(old), "one") {
		t.Errorf("the version before: %s, %v", old, err)
	}
	if err := s.Delete("mine"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get("mine"); !errors.Is(err, ErrUnknown) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestADashboardOfAFileIsSavedAsACopyOnly(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	home, err := s.Get("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(payload.DashboardSave{Model: home.JSON, Version: home.Version}, ""); !errors.Is(err, ErrProvisioned) {
		t.Errorf("saved at its place: %v", err)
	}
	if err := s.Delete(home.UID); !errors.Is(err, ErrProvisioned) {
		t.Errorf("deleted: %v", err)
	}
	saved := save(t, s, string(home.JSON), home.Version, true)
	b, err := s.Get(saved.UID)
	if err != nil || b.Title != home.Title || b.Provisioned || saved.UID == home.UID {
		t.Errorf("the copy: %+v, %v", b, err)
	}
}

// A provider with allowUiUpdates: what was saved on the page is shown until the file is
// written again.
func TestADashboardOfAFileIsSavedOverItWhereItsProviderSaysSo(t *testing.T) {
	files, own, now := t.TempDir(), t.TempDir(), time.Now()
	path := filepath.Join(files, "a.json")
	write(t, path, dashboard("a", "of the file"))
	old := now.Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	given := []Given{{Key: "k", Folder: "Site", Path: files, Updates: true}}
	s := open(t, Config{Dir: own, Given: given, Now: func() time.Time { return now }})
	shown := func() Board {
		t.Helper()
		b, err := s.Get("a")
		if err != nil || len(s.List().Problems) > 0 {
			t.Fatal(err, s.List().Problems)
		}
		return b
	}
	if b := shown(); !b.Updates || !b.Provisioned {
		t.Errorf("%+v", b)
	}
	first := save(t, s, dashboard("a", "saved"), shown().Version, false)
	if b := shown(); b.Title != "saved" || b.Provisioned || b.Folder != "Site" || first.UID != "a" {
		t.Errorf("%+v as %+v", b, first)
	}
	s = open(t, Config{Dir: own, Given: given, Now: func() time.Time { return now }})
	if b := shown(); b.Title != "saved" {
		t.Errorf("after a restart: %q", b.Title)
	}
	write(t, path, dashboard("a", "of the file again"))
	later := now.Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	if b := shown(); b.Title != "of the file again" || !b.Provisioned {
		t.Errorf("after the file was written: %+v", b)
	}
}

// disableDeletion of a provider: a file that is taken away leaves its dashboard, as one
// that a reader saved.
func TestADashboardWhoseFileIsGoneStaysWhereItsProviderSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		keeps, dir bool
		want       string // where it is after its file is gone, and after a restart
	}{
		"deleted with the file": {false, true, "gone, gone"},
		"kept":                  {true, true, "saved, saved"},
		"kept while it runs":    {true, false, "from a file, gone"},
	} {
		files, now := t.TempDir(), time.Now()
		path, cfg := filepath.Join(files, "a.json"), Config{Given: []Given{{Key: "k", Path: files, Keeps: c.keeps}}, Now: func() time.Time { return now }}
		if c.dir {
			cfg.Dir = t.TempDir()
		}
		write(t, path, dashboard("a", "of the file"))
		s := open(t, cfg)
		if b, err := s.Get("a"); err != nil || !b.Provisioned {
			t.Fatalf("%s: %+v, %v", name, b, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		seen := func(s *Store) string {
			b, err := s.Get("a")
			switch {
			case err != nil:
				return "gone"
			case b.Title != "of the file" || len(s.List().Problems) > 0:
				t.Errorf("%s: %q, %q", name, b.Title, s.List().Problems)
			case b.Provisioned:
				return "from a file"
			}
			return "saved"
		}
		now = now.Add(time.Minute)
		if got := seen(s) + ", " + seen(open(t, cfg)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestADamagedFileIsSetAsideAndTold(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bad.json"), `{"title":`)
	write(t, filepath.Join(dir, "half.json.tmp"), `{"ti`)
	s := open(t, Config{Dir: dir})
	if p := s.List().Problems; len(p) != 1 || !strings.Contains(p[0], "set aside") {
		t.Errorf("problems %q", p)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.json.damaged")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "half.json.tmp")); !os.IsNotExist(err) {
		t.Errorf("an unfinished file stays: %v", err)
	}
	save(t, s, dashboard("bad", "new"), 0, false)
}

func TestAFailingDiskLeavesTheOldVersion(t *testing.T) {
	dir := t.TempDir()
	save(t, open(t, Config{Dir: dir}), dashboard("mine", "one"), 0, false)
	failures := 0
	for n := 0; n < 40; n++ {
		s, err := Open(Config{Dir: dir, Load: load(), Files: faultfs.FailNth(faultfs.OS{}, n, false)})
		if err != nil {
			continue
		}
		before, err := open(t, Config{Dir: dir}).Get("mine")
		if err != nil {
			t.Fatalf("failure %d: %v", n, err)
		}
		_, err = s.Save(payload.DashboardSave{Model: json.RawMessage(dashboard("mine", "two")), Version: before.Version}, "")
		after, err2 := open(t, Config{Dir: dir}).Get("mine")
		if err2 != nil {
			t.Fatalf("failure %d: the dashboard is gone: %v", n, err2)
		}
		if err != nil {
			failures++
			if after.Version != before.Version && after.Version != before.Version+1 {
				t.Errorf("failure %d: version %d became %d", n, before.Version, after.Version)
			}
		} else if after.Version != before.Version+1 {
			t.Errorf("failure %d: saved, but version %d", n, after.Version)
		}
	}
	if failures == 0 {
		t.Error("no failure reached Save")
	}
}

func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for _, model := range []string{`{`, `[]`, `{"a":1}`, `{"title":"` + strings.Repeat("x", mostBytes) + `"}`} {
		var invalid *Invalid
		if _, err := s.Save(payload.DashboardSave{Model: json.RawMessage(model)}, ""); !errors.As(err, &invalid) {
			t.Errorf("%.20s: %v", model, err)
		}
	}
	if _, err := open(t, Config{}).Save(payload.DashboardSave{Model: json.RawMessage(dashboard("x", "y"))}, ""); !errors.Is(err, ErrNoPlace) {
		t.Errorf("without a data directory: %v", err)
	}
	if got := save(t, s, dashboard("../../etc", "escape"), 0, false); strings.Contains(got.UID, "/") {
		t.Errorf("uid %q", got.UID)
	}
}
