package boards

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/internal/faultfs"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// Bounds of a store.
const (
	lookAgain  = 2 * time.Second
	mostFiles  = 500     // of a folder
	mostBytes  = 4 << 20 // of a dashboard
	mostSaved  = 1000
	mostBefore = 20 // versions that are kept of one, beside the one that is shown
)

// Given is a dashboard, or a folder of them, that the site's files name.
type Given struct {
	Key    string // where it is named: "local.dashboards[0]"
	Folder string // its name on the page
	Path   string // a file or folder on this machine, if JSON is empty
	JSON   []byte
	Name   string // of JSON: "default"
	Quiet  bool   // the chart's own path: if it is not there, nothing is said
	// Updates lets readers save a dashboard of it (allowUiUpdates): what they saved is
	// shown until the file is written again.
	Updates bool
	// Keeps leaves a dashboard whose file is gone (disableDeletion): it is then as if
	// a reader had saved it.
	Keeps bool
}

// Config says where dashboards come from.
type Config struct {
	Dir   string // of saved ones; "" keeps none
	Given []Given
	Home  string // grafana.ini's default_home_dashboard_path
	// WithMap says that the site has a collector and a trace store: the chart then
	// takes with-server-map.json.
	WithMap bool
	Load    Load
	// UIDs are those of the data sources that our own dashboards ask, by type, where
	// they are not what the chart calls them: "prometheus", "tempo".
	UIDs  map[string]string
	Files faultfs.FS // nil: the real ones
	Now   func() time.Time
}

// Board is one dashboard.
type Board struct {
	*grafana.Dashboard
	Folder      string
	Provisioned bool
	Updates     bool // it comes from a file, and may be saved over it
	Home        bool
	keeps       bool
	base        string // name of its file, without .json
	path        string
	at          time.Time // when its file was written
}

// Errors that a caller tells apart.
var (
	ErrUnknown     = errors.New("there is no dashboard of this uid")
	ErrProvisioned = errors.New("the dashboard comes from a file of the site")
	ErrNoPlace     = errors.New("this page keeps no dashboards: it has no data directory")
	ErrFull        = errors.New("too many dashboards are saved")
)

// Conflict says that somebody else saved meanwhile.
type Conflict struct{ Have, Want int }

func (c *Conflict) Error() string {
	return fmt.Sprintf("version %d was changed, but version %d was saved meanwhile", c.Want, c.Have)
}

// Store is all dashboards of a site.
type Store struct {
	cfg      Config
	mu       sync.Mutex
	looked   time.Time
	files    *files
	boards   map[string]Board
	order    []string
	home     string
	problems []string
}

// Open reads the dashboards. What cannot be read is in the list's problems.
func Open(cfg Config) (*Store, error) {
	if cfg.Files == nil {
		cfg.Files = faultfs.OS{}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Dir != "" {
		if err := cfg.Files.MkdirAll(cfg.Dir); err != nil {
			return nil, fmt.Errorf("dashboards: make %s: %w", cfg.Dir, err)
		}
	}
	s := &Store{cfg: cfg, files: newFiles(cfg.Files)}
	return s, s.sweep()
}

// sweep removes what a crash left of a file that was being written.
func (s *Store) sweep() error {
	if s.cfg.Dir == "" {
		return nil
	}
	list, err := s.cfg.Files.ReadDir(s.cfg.Dir)
	if err != nil {
		return fmt.Errorf("dashboards: %w", err)
	}
	for _, e := range list {
		if strings.HasSuffix(e.Name(), atomicfile.Suffix) {
			if err := s.cfg.Files.Remove(filepath.Join(s.cfg.Dir, e.Name())); err != nil {
				return fmt.Errorf("dashboards: remove an unfinished file: %w", err)
			}
		}
	}
	return nil
}

// List is every dashboard, the home one first.
func (s *Store) List() payload.DashboardList {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(false)
	out := payload.DashboardList{Problems: slices.Clone(s.problems)}
	for _, uid := range s.order {
		b := s.boards[uid]
		out.Dashboards = append(out.Dashboards, payload.DashboardBrief{UID: uid, Title: b.Title, Folder: b.Folder, Tags: b.Tags,
			Provisioned: b.Provisioned, Home: b.Home})
	}
	return out
}

// Get is the dashboard of a uid; "" is the home dashboard. The uid of the chart's
// own dashboard is the home dashboard where no file has it, so that links to it
// keep working.
func (s *Store) Get(uid string) (Board, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(false)
	if b, known := s.boards[uid]; known {
		return b, nil
	}
	if uid == "" || uid == chartUID {
		if b, known := s.boards[s.home]; known {
			return b, nil
		}
	}
	return Board{}, fmt.Errorf("%w: %q", ErrUnknown, uid)
}

// look reads what changed since the last look.
func (s *Store) look(now bool) {
	at := s.cfg.Now()
	if !now && s.boards != nil && at.Sub(s.looked) < lookAgain {
		return
	}
	s.looked = at
	c := &collection{boards: map[string]Board{}, withMap: s.cfg.WithMap}
	s.files.begin()
	for _, g := range s.cfg.Given {
		s.given(c, g)
	}
	c.settleGiven()
	s.gone(c)
	for _, b := range own(s.cfg.Load, s.cfg.UIDs) {
		c.add(b, "its own dashboards")
	}
	if s.cfg.Dir != "" {
		s.saved(c)
	}
	s.files.end()
	s.home = c.home(s.cfg.Home)
	s.boards, s.problems = c.boards, c.problems
	s.order = c.sorted(s.home)
}

// collection is dashboards while they are gathered.
type collection struct {
	boards   map[string]Board
	given    []Board
	problems []string
	withMap  bool
}

func (c *collection) problem(format string, args ...any) {
	if len(c.problems) < 100 {
		c.problems = append(c.problems, fmt.Sprintf(format, args...))
	}
}

// chartChoice is the name of the file that the chart makes the home dashboard.
func (c *collection) chartChoice() string {
	if c.withMap {
		return "with-server-map"
	}
	return "default"
}

// settleGiven gives each dashboard of the site's files a uid of its own: the
// chart's two files have the same one, and the one that the chart would choose
// keeps it.
func (c *collection) settleGiven() {
	slices.SortStableFunc(c.given, func(a, b Board) int {
		return rank(a.base == c.chartChoice()) - rank(b.base == c.chartChoice())
	})
	for _, b := range c.given {
		if b.UID == "" {
			own := *b.Dashboard
			own.UID = uidOf(b.base)
			b.Dashboard = &own
		}
		if other, taken := c.boards[b.UID]; taken {
			own := *b.Dashboard
			own.UID = uidOf(b.UID + "-" + b.base)
			b.Dashboard = &own
			c.problem("%s has the same uid as %s: it is at /d/%s", b.path, other.path, own.UID)
		}
		c.add(b, b.path)
	}
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (c *collection) add(b Board, from string) {
	if other, taken := c.boards[b.UID]; taken {
		if other.Updates && !b.Provisioned {
			if b.at.After(other.at) {
				b.Folder, b.base = other.Folder, other.base
				c.boards[b.UID] = b
			}
			return
		}
		c.problem("%s: its uid %q is that of %q already; it is left out", from, b.UID, other.Title)
		return
	}
	c.boards[b.UID] = b
}

// home is the uid of the home dashboard: the file that grafana.ini names, else one
// of the site's files of the name that the chart would choose, else our own.
func (c *collection) home(path string) string {
	base := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".json")
	var named, chosen string
	for uid, b := range c.boards {
		switch {
		case path != "" && b.path == path:
			return c.mark(uid)
		case b.path != "" && b.Provisioned && b.base == c.chartChoice():
			chosen = uid
		case b.path != "" && b.Provisioned && base != "" && base != "default" && b.base == base:
			named = uid
		}
	}
	switch {
	case named != "":
		return c.mark(named)
	case chosen != "":
		return c.mark(chosen)
	case c.withMap:
		return c.mark(ownMapUID)
	}
	return c.mark(ownUID)
}

func (c *collection) mark(uid string) string {
	b, known := c.boards[uid]
	if known {
		b.Home = true
		c.boards[uid] = b
	}
	return uid
}

// sorted are the uids, the home dashboard first, then by title.
func (c *collection) sorted(home string) []string {
	list := make([]string, 0, len(c.boards))
	for uid := range c.boards {
		list = append(list, uid)
	}
	slices.SortFunc(list, func(a, b string) int {
		if d := rank(a == home) - rank(b == home); d != 0 {
			return d
		}
		if d := strings.Compare(c.boards[a].Title, c.boards[b].Title); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return list
}
