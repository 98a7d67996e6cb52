package boards

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/ui/grafana"
)

// files reads dashboards and remembers those whose file did not change.
type files struct {
	fs    faultfs.FS
	known map[string]remembered
	seen  map[string]bool
}

type remembered struct {
	size  int64
	at    time.Time
	board *grafana.Dashboard // with an err the last one that could be read, if any
	err   error
}

func newFiles(f faultfs.FS) *files { return &files{fs: f, known: map[string]remembered{}} }

func (f *files) begin() { f.seen = map[string]bool{} }

// end forgets files that are gone.
func (f *files) end() {
	for path := range f.known {
		if !f.seen[path] {
			delete(f.known, path)
		}
	}
}

// read is the dashboard of a file. Of one that is damaged while the page runs, as
// while it is being written, it is the last one that could be read, beside the error.
func (f *files) read(path string, info fs.FileInfo) (*grafana.Dashboard, error) {
	f.seen[path] = true
	before := f.known[path]
	if !before.at.IsZero() && before.size == info.Size() && before.at.Equal(info.ModTime()) {
		return before.board, before.err
	}
	board, err := f.parse(path, info.Size())
	if err != nil {
		board = before.board
	}
	f.known[path] = remembered{info.Size(), info.ModTime(), board, err}
	return board, err
}

func (f *files) parse(path string, size int64) (*grafana.Dashboard, error) {
	if size > mostBytes {
		return nil, fmt.Errorf("read dashboard %s: it has %d bytes, more than %d", path, size, mostBytes)
	}
	file, err := f.fs.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read dashboard %s: %w", path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("read dashboard %s: %w", path, err)
	}
	board, err := grafana.ParseDashboard(data)
	if err != nil {
		return nil, fmt.Errorf("read dashboard %s: %w", path, &Invalid{err.Error()})
	}
	return board, nil
}

// given adds the dashboards of one entry of the site's files.
func (s *Store) given(c *collection, g Given) {
	if len(g.JSON) > 0 {
		d, err := grafana.ParseDashboard(g.JSON)
		if err != nil {
			c.problem("%s: %v", g.Key, err)
			return
		}
		c.given = append(c.given, Board{Dashboard: d, Folder: g.Folder, Provisioned: true, Updates: g.Updates, base: g.Name, path: g.Key})
		return
	}
	info, err := os.Stat(g.Path)
	switch {
	case err != nil && g.Quiet:
	case err != nil:
		c.problem("%s: %v", g.Key, err)
	case info.IsDir():
		s.folder(c, g)
	default:
		s.file(c, g, g.Folder, g.Path, info)
	}
}

// folder adds the files of a folder and of the folders in it, which give their
// names to the folders on the page.
func (s *Store) folder(c *collection, g Given) {
	n := 0
	err := filepath.WalkDir(g.Path, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			c.problem("%s: %v", g.Key, err)
			return nil
		}
		if e.IsDir() && path != g.Path && strings.HasPrefix(e.Name(), ".") {
			return filepath.SkipDir // ConfigMaps keep their versions in ..data and the like
		}
		if e.IsDir() || !strings.HasSuffix(path, ".json") {
			return nil
		}
		if n++; n > mostFiles {
			c.problem("%s: more than %d files in %s; the rest is left out", g.Key, mostFiles, g.Path)
			return filepath.SkipAll
		}
		info, err := os.Stat(path)
		if err != nil {
			c.problem("%s: %v", g.Key, err)
			return nil
		}
		folder := g.Folder
		if within := filepath.Base(filepath.Dir(path)); filepath.Dir(path) != filepath.Clean(g.Path) && folder == "" {
			folder = within
		}
		s.file(c, g, folder, path, info)
		return nil
	})
	if err != nil {
		c.problem("%s: %v", g.Key, err)
	}
}

func (s *Store) file(c *collection, g Given, folder, path string, info fs.FileInfo) {
	d, err := s.files.read(path, info)
	if err != nil {
		c.problem("%v", err)
	}
	if d == nil {
		return
	}
	for _, b := range c.given {
		if b.path == path {
			return // named twice
		}
	}
	base := strings.TrimSuffix(filepath.Base(path), ".json")
	c.given = append(c.given, Board{Dashboard: d, Folder: folder, Provisioned: true, Updates: g.Updates, keeps: g.Keeps, base: base, path: path, at: info.ModTime()})
}

// gone keeps the dashboards whose file is there no longer, if their provider says so: in
// the data directory, else as long as the page runs.
func (s *Store) gone(c *collection) {
	for uid, b := range s.boards {
		if _, there := c.boards[uid]; there || !b.keeps || slices.ContainsFunc(c.given, func(g Board) bool { return g.path == b.path }) {
			continue
		}
		if _, err := os.Stat(b.path); errors.Is(err, fs.ErrNotExist) && s.cfg.Dir != "" {
			model, err := read(b.JSON)
			if err == nil {
				model["uid"] = uid
				err = s.write(uid, model)
			}
			if err == nil {
				continue // it is among the saved ones
			}
			c.problem("%s is gone, and its dashboard could not be kept: %v", b.path, err)
		}
		c.boards[uid] = b
	}
}

// saved adds what readers saved.
func (s *Store) saved(c *collection) {
	list, err := s.cfg.Files.ReadDir(s.cfg.Dir)
	if err != nil {
		c.problem("saved dashboards: %v", err)
		return
	}
	for _, e := range list {
		name := e.Name()
		switch {
		case strings.HasSuffix(name, ".damaged"):
			c.problem("%s was damaged and is set aside; mend it and name it %s, or remove it", filepath.Join(s.cfg.Dir, name), strings.TrimSuffix(name, ".damaged"))
		case e.IsDir() || !strings.HasSuffix(name, ".json"):
		default:
			s.savedFile(c, name, e)
		}
	}
}

func (s *Store) savedFile(c *collection, name string, e fs.DirEntry) {
	path := filepath.Join(s.cfg.Dir, name)
	info, err := e.Info()
	if err != nil {
		c.problem("saved dashboards: %v", err)
		return
	}
	d, err := s.files.read(path, info)
	var damaged *Invalid
	if err != nil && !errors.As(err, &damaged) {
		c.problem("%v", err) // it may be read the next time
		return
	}
	if err != nil {
		if moved := s.cfg.Files.Rename(path, path+".damaged"); moved != nil {
			c.problem("%v; it could not be set aside: %v", err, moved)
			return
		}
		c.problem("%v; it is set aside as %s.damaged", err, name)
		return
	}
	own := *d
	own.UID = strings.TrimSuffix(name, ".json")
	c.add(Board{Dashboard: &own, base: own.UID, path: path, at: info.ModTime()}, path)
}
