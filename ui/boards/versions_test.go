package boards

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"supersonic/ui/payload"
)

// history tells the versions of a dashboard as "number title by: message".
func history(t *testing.T, s *Store, uid string) []string {
	t.Helper()
	got, err := s.History(uid)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, v := range got.Versions {
		if v.Saved.AtMs < 1e12 || v.Panels != 1 {
			t.Errorf("version %d was saved at %v with %d panels", v.Version, v.Saved.AtMs, v.Panels)
		}
		out = append(out, fmt.Sprintf("%d %s %s: %s", v.Version, v.Title, v.Saved.By, v.Saved.Message))
	}
	return out
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the history is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnOldVersionIsListedReadAndRestored(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	save(t, s, dashboard("mine", "one"), 0, false)
	save(t, s, dashboard("mine", "two"), 1, false)
	s = open(t, Config{Dir: dir})
	want(t, history(t, s, "mine"), "2 two anna: a message", "1 one anna: a message")
	if d, err := s.Version("mine", 1); err != nil || d.Title != "one" {
		t.Errorf("version 1: %+v, %v", d, err)
	}
	got, err := s.Restore(payload.DashboardRestore{UID: "mine", Version: 1, Current: 2}, "ben")
	if err != nil || got.Version != 3 {
		t.Fatalf("restored as %+v, %v", got, err)
	}
	want(t, history(t, s, "mine"), "3 one ben: version 1 restored", "2 two anna: a message", "1 one anna: a message")
	if b, err := s.Get("mine"); err != nil || b.Title != "one" || b.Version != 3 {
		t.Errorf("what is shown: %+v, %v", b, err)
	}
}

func TestAVersionIsNotRestoredOverOneThatItsReaderDidNotSee(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	save(t, s, dashboard("mine", "one"), 0, false)
	save(t, s, dashboard("mine", "two"), 1, false)
	save(t, s, dashboard("mine", "three"), 2, false)
	var conflict *Conflict
	if _, err := s.Restore(payload.DashboardRestore{UID: "mine", Version: 1, Current: 2}, ""); !errors.As(err, &conflict) || conflict.Have != 3 {
		t.Errorf("restored over version 3: %v", err)
	}
	for version, wanted := range map[int]error{0: ErrNoVersion, 3: ErrNoVersion, -1: ErrNoVersion} {
		if _, err := s.Restore(payload.DashboardRestore{UID: "mine", Version: version, Current: 3}, ""); !errors.Is(err, wanted) {
			t.Errorf("version %d: %v", version, err)
		}
	}
	if _, err := s.Restore(payload.DashboardRestore{UID: "supersonic", Version: 1}, ""); !errors.Is(err, ErrProvisioned) {
		t.Errorf("one of a file: %v", err)
	}
	if _, err := s.Restore(payload.DashboardRestore{UID: "../mine", Version: 1}, ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown one: %v", err)
	}
}

func TestThePageKeepsTheLastVersions(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for n := range mostBefore + 5 {
		save(t, s, dashboard("mine", fmt.Sprint(n+1)), n, false)
	}
	got, err := s.History("mine")
	if err != nil || len(got.Versions) != got.Most || got.Versions[0].Version != mostBefore+5 || got.Versions[mostBefore].Version != 5 {
		t.Errorf("%d versions of at most %d: %+v, %v", len(got.Versions), got.Most, got.Versions, err)
	}
}

func TestADashboardOfAFileHasNoVersions(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	got, err := s.History("supersonic")
	if err != nil || !got.Provisioned || len(got.Versions) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Version("supersonic", 7); !errors.Is(err, ErrNoVersion) {
		t.Errorf("version 7: %v", err)
	}
}

func TestANewDashboardOfADeletedOnesUIDGoesOnWithItsVersions(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	save(t, s, dashboard("mine", "one"), 0, false)
	save(t, s, dashboard("mine", "two"), 1, false)
	if err := s.Delete("mine"); err != nil {
		t.Fatal(err)
	}
	if got := save(t, s, dashboard("mine", "again"), 0, false); got.Version != 3 {
		t.Errorf("saved as version %d, want 3", got.Version)
	}
	want(t, history(t, s, "mine"), "3 again anna: a message", "2 two anna: a message", "1 one anna: a message")
}

func TestADamagedVersionIsToldAndTheOthersAreListed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	for n, title := range []string{"one", "two", "three"} {
		save(t, s, dashboard("mine", title), n, false)
	}
	write(t, filepath.Join(dir, "versions", "mine", "2.json"), `{"ti`)
	got, err := s.History("mine")
	if err != nil || len(got.Versions) != 2 || len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "2.json") {
		t.Errorf("%+v, %v", got, err)
	}
	var invalid *Invalid
	if _, err := s.Restore(payload.DashboardRestore{UID: "mine", Version: 2, Current: 3}, ""); !errors.As(err, &invalid) {
		t.Errorf("a damaged one restored: %v", err)
	}
	if _, err := os.ReadFile(filepath.Join(dir, "mine.json")); err != nil {
		t.Error(err)
	}
	var raw json.RawMessage
	if d, err := s.Version("mine", 1); err != nil || json.Unmarshal(d.JSON, &raw) != nil {
		t.Errorf("version 1: %v", err)
	}
}
