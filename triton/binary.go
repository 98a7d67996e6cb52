package triton

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// installation is a tritonserver with what it needs beside it.
type installation struct {
	path     string
	backends string   // for --backend-directory; empty: the server's own default
	caches   string   // for --cache-directory
	env      []string // what its environment needs more
}

// DefaultSearchDirs are the virtual environments that belong to this program:
// ../.venv of the executable, and .venv of the working directory.
func DefaultSearchDirs() []string {
	var dirs []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dirs = append(dirs, filepath.Join(filepath.Dir(filepath.Dir(exe)), ".venv"))
	}
	if cwd, err := os.Getwd(); err == nil {
		if d := filepath.Join(cwd, ".venv"); len(dirs) == 0 || d != dirs[0] {
			dirs = append(dirs, d)
		}
	}
	return dirs
}

// find returns the server for a tritonserver word: the one named if it exists,
// else local.triton.server, else the one of a virtual environment.
func (c *Config) find(word string) (installation, error) {
	in, err := c.look(word)
	if err == nil && c.BackendDirectory != "" {
		in.backends = c.BackendDirectory
	}
	return in, err
}

func (c *Config) look(word string) (installation, error) {
	if strings.Contains(word, "/") {
		if executable(word) {
			return installation{path: word}, nil
		}
	} else if path, err := exec.LookPath(word); err == nil {
		return installation{path: path}, nil
	}
	if c.Server != "" {
		if executable(c.Server) {
			return installation{path: c.Server}, nil
		}
		return installation{}, fmt.Errorf("%s of triton.args is not on this machine, and local.triton.server %s is not an executable file", word, c.Server)
	}
	for _, dir := range c.searchDirs() {
		if in, ok := inVenv(dir); ok {
			return in, nil
		}
	}
	return installation{}, fmt.Errorf("no tritonserver: %s of triton.args is not on this machine, local.triton.server is not set, and `make triton` has put none in %s; run `make triton` or set local.triton.server",
		word, strings.Join(c.searchDirs(), " or "))
}

func (c *Config) searchDirs() []string {
	if c.SearchDirs != nil {
		return c.SearchDirs
	}
	return DefaultSearchDirs()
}

// inVenv looks for the server of the wheel nvidia-pytriton. Its python backend
// embeds the Python of the virtual environment, which it finds by PATH.
func inVenv(dir string) (installation, bool) {
	found, err := filepath.Glob(filepath.Join(dir, "lib", "python3.*", "site-packages", "pytriton", "tritonserver", "bin", "tritonserver"))
	if err != nil || len(found) == 0 || !executable(found[0]) {
		return installation{}, false
	}
	root := filepath.Dir(filepath.Dir(found[0]))
	libs := filepath.Join(root, "python_backend_stubs", "lib") // libpython, where the machine has none
	library := libs
	if old := os.Getenv("LD_LIBRARY_PATH"); old != "" {
		library = old + ":" + libs
	}
	return installation{
		path:     found[0],
		backends: filepath.Join(root, "backends"),
		caches:   filepath.Join(root, "caches"),
		env: []string{
			"PATH=" + filepath.Join(dir, "bin") + string(os.PathListSeparator) + os.Getenv("PATH"),
			"VIRTUAL_ENV=" + dir,
			"LD_LIBRARY_PATH=" + library,
		},
	}, true
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func dirExists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// remote tells whether a repository is not a directory: s3://, gs://, as://.
func remote(repository string) bool { return strings.Contains(repository, "://") }

// missing returns the repositories that are not directories of this machine.
func missing(repositories []string) []string {
	var gone []string
	for _, r := range repositories {
		if !remote(r) && !dirExists(r) {
			gone = append(gone, r)
		}
	}
	return gone
}
