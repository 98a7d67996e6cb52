package boards

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"supersonic/internal/atomicfile"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

var goodUID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,80}$`)

// uidOf makes a uid of any words.
func uidOf(words string) string {
	uid := strings.Map(func(c rune) rune {
		if c < 0x80 && goodUID.MatchString(string(c)) {
			return c
		}
		return '-'
	}, words)
	if len(uid) > 80 {
		uid = uid[:80]
	}
	if uid == "" {
		return "dashboard"
	}
	return uid
}

func newUID() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Invalid is a dashboard that cannot be kept.
type Invalid struct{ Text string }

func (i *Invalid) Error() string { return i.Text }

// Save keeps a dashboard: at its place, or as a new one. It notes in it who saved
// it, when and why, for whoever meets that change.
func (s *Store) Save(in payload.DashboardSave, by string) (payload.DashboardSaved, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Dir == "" {
		return payload.DashboardSaved{}, ErrNoPlace
	}
	model, err := read(in.Model)
	if err != nil {
		return payload.DashboardSaved{}, err
	}
	s.look(true)
	uid, _ := model["uid"].(string)
	old, known := s.boards[uid]
	switch {
	case in.Copy || uid == "" || !goodUID.MatchString(uid):
		uid, known = newUID(), false
	case known && old.Provisioned && !old.Updates:
		return payload.DashboardSaved{}, fmt.Errorf("%w: %s", ErrProvisioned, old.path)
	case known && old.Version != in.Version:
		return payload.DashboardSaved{}, &Conflict{Have: old.Version, Want: in.Version}
	}
	if !known && len(s.boards) >= mostSaved {
		return payload.DashboardSaved{}, ErrFull
	}
	return s.keep(uid, model, payload.DashboardHistory{By: by, Message: in.Message})
}

// keep writes a dashboard as the version after the last one of its uid, and the one
// that it replaces to the versions before.
func (s *Store) keep(uid string, model map[string]any, who payload.DashboardHistory) (payload.DashboardSaved, error) {
	version := 1
	if old, known := s.boards[uid]; known {
		version = old.Version + 1
		s.keepBefore(uid, old)
	} else if before := s.versions(uid); len(before) > 0 {
		version = before[len(before)-1] + 1 // it was deleted: its numbers go on
	}
	model["uid"], model["version"], model["id"] = uid, version, nil
	model["saved"] = map[string]any{"by": who.By, "atMs": s.cfg.Now().UnixMilli(), "message": who.Message}
	if err := s.write(uid, model); err != nil {
		return payload.DashboardSaved{}, err
	}
	s.look(true)
	return payload.DashboardSaved{UID: uid, Version: version}, nil
}

// read takes a model only if it is a dashboard that can be shown again.
func read(raw json.RawMessage) (map[string]any, error) {
	if len(raw) > mostBytes {
		return nil, &Invalid{fmt.Sprintf("the dashboard has %d bytes, more than %d", len(raw), mostBytes)}
	}
	if _, err := grafana.ParseDashboard(raw); err != nil {
		return nil, &Invalid{err.Error()}
	}
	var model map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // numbers come out as they went in
	if err := d.Decode(&model); err != nil {
		return nil, &Invalid{err.Error()}
	}
	if inner, ok := model["dashboard"].(map[string]any); ok && model["panels"] == nil {
		model = inner
	}
	return model, nil
}

func (s *Store) write(uid string, model map[string]any) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(model); err != nil {
		return fmt.Errorf("save dashboard %s: %w", uid, err)
	}
	if err := atomicfile.Write(s.cfg.Files, s.path(uid), out.Bytes()); err != nil {
		return fmt.Errorf("save dashboard %s: %w", uid, err)
	}
	return nil
}

func (s *Store) path(uid string) string { return filepath.Join(s.cfg.Dir, uid+".json") }

// Delete removes a saved dashboard; its versions stay until one of the same uid is
// deleted again.
func (s *Store) Delete(uid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(true)
	b, known := s.boards[uid]
	switch {
	case !known:
		return fmt.Errorf("%w: %q", ErrUnknown, uid)
	case b.Provisioned:
		return fmt.Errorf("%w: %s", ErrProvisioned, b.path)
	}
	s.keepBefore(uid, b)
	err := errors.Join(s.cfg.Files.Remove(s.path(uid)), s.cfg.Files.SyncDir(s.cfg.Dir))
	s.look(true)
	if err != nil {
		return fmt.Errorf("delete dashboard %s: %w", uid, err)
	}
	return nil
}
