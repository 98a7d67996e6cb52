package boards

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"supersonic/internal/atomicfile"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// ErrNoVersion says that a version is not kept, or is kept no more.
var ErrNoVersion = errors.New("this version of the dashboard is not kept")

// History lists the versions of a dashboard that are kept, the newest first. One that
// comes from a file has none: its file's place keeps its history. A version that
// cannot be read is told and left out.
func (s *Store) History(uid string) (payload.DashboardVersions, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(false)
	now, known := s.boards[uid]
	if !known {
		return payload.DashboardVersions{}, fmt.Errorf("%w: %q", ErrUnknown, uid)
	}
	out := payload.DashboardVersions{UID: uid, Title: now.Title, Provisioned: now.Provisioned, Most: mostBefore + 1}
	if now.Provisioned {
		return out, nil
	}
	out.Versions = append(out.Versions, versionOf(now.Dashboard, now.Version))
	list := s.versions(uid)
	for _, n := range slices.Backward(list) {
		if n >= now.Version {
			continue
		}
		d, err := s.version(uid, n)
		if err != nil {
			out.Problems = append(out.Problems, err.Error())
			continue
		}
		out.Versions = append(out.Versions, versionOf(d, n))
	}
	return out, nil
}

func versionOf(d *grafana.Dashboard, n int) payload.DashboardVersion {
	return payload.DashboardVersion{Version: n, Title: d.Title, Panels: len(d.Panels),
		Saved: payload.DashboardHistory{By: d.Saved.By, AtMs: d.Saved.AtMs, Message: d.Saved.Message}}
}

// Version is a dashboard as it was once saved.
func (s *Store) Version(uid string, n int) (*grafana.Dashboard, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(false)
	b, known := s.boards[uid]
	switch {
	case !known:
		return nil, fmt.Errorf("%w: %q", ErrUnknown, uid)
	case b.Version == n:
		return b.Dashboard, nil
	case b.Provisioned:
		return nil, fmt.Errorf("%w: version %d of %q", ErrNoVersion, n, uid)
	}
	return s.version(uid, n)
}

func (s *Store) version(uid string, n int) (*grafana.Dashboard, error) {
	path := s.versionPath(uid, n)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w: version %d of %q", ErrNoVersion, n, uid)
	case err != nil:
		return nil, fmt.Errorf("version %d of %q: %w", n, uid, err)
	}
	return s.files.parse(path, info.Size())
}

// Restore saves a version once more, as the newest, unless somebody saved meanwhile.
func (s *Store) Restore(in payload.DashboardRestore, by string) (payload.DashboardSaved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(true)
	now, known := s.boards[in.UID]
	switch {
	case !known:
		return payload.DashboardSaved{}, fmt.Errorf("%w: %q", ErrUnknown, in.UID)
	case now.Provisioned:
		return payload.DashboardSaved{}, fmt.Errorf("%w: %s", ErrProvisioned, now.path)
	case now.Version != in.Current:
		return payload.DashboardSaved{}, &Conflict{Have: now.Version, Want: in.Current}
	}
	old, err := s.version(in.UID, in.Version)
	if err != nil {
		return payload.DashboardSaved{}, err
	}
	model, err := read(old.JSON)
	if err != nil {
		return payload.DashboardSaved{}, err
	}
	return s.keep(in.UID, model, payload.DashboardHistory{By: by, Message: fmt.Sprintf("version %d restored", in.Version)})
}

// keepBefore copies the version that is replaced. That it fails keeps nobody from
// saving: the new version is what the reader wants.
func (s *Store) keepBefore(uid string, old Board) {
	if s.cfg.Files.MkdirAll(s.versionsDir(uid)) != nil {
		return
	}
	if atomicfile.Write(s.cfg.Files, s.versionPath(uid, old.Version), old.JSON) != nil {
		return
	}
	list := s.versions(uid)
	for len(list) > mostBefore {
		if s.cfg.Files.Remove(s.versionPath(uid, list[0])) != nil {
			return
		}
		list = list[1:]
	}
}

func (s *Store) versionsDir(uid string) string { return filepath.Join(s.cfg.Dir, "versions", uid) }

func (s *Store) versionPath(uid string, version int) string {
	return filepath.Join(s.versionsDir(uid), strconv.Itoa(version)+".json")
}

// versions are the numbers of those before the one that is shown, the oldest first.
func (s *Store) versions(uid string) []int {
	entries, err := s.cfg.Files.ReadDir(s.versionsDir(uid))
	if err != nil {
		return nil
	}
	var list []int
	for _, e := range entries {
		if n, err := strconv.Atoi(strings.TrimSuffix(e.Name(), ".json")); err == nil {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list
}
