package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var built embed.FS

const unbuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>supersonic</title>
<h1>The page is not built in</h1>
<p>This binary was made without it. <code>make build</code> builds the page and then the binary.
The numbers are there all the same: <a href="api/status">status</a>, <a href="api/map?range=5m">map</a>, <a href="metrics">metrics</a>.</p></html>
`

type file struct {
	kind  string
	plain []byte
	gz    []byte // nil if it was not worth it
	etag  string
	hash  bool // the name holds a hash of the content
}

// static serves the built page. Every path that is no file is the page itself,
// whose own router reads it.
type static struct {
	files map[string]file
	index file
}

// newStatic reads the built page from dir; base is the path that it is under,
// ending in "/".
func newStatic(dir fs.FS, base string) (*static, error) {
	s := &static{files: map[string]file{}}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(name, ".gz") {
			return err
		}
		f, err := read(dir, name)
		s.files[name] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the built page: %w", err)
	}
	index, built := s.files["index.html"]
	if !built {
		index = file{kind: "text/html; charset=utf-8", plain: []byte(unbuilt)}
	}
	index.gz = nil // its base is put in here
	index.plain = bytes.Replace(index.plain, []byte(`<base href="/">`), []byte(`<base href="`+html.EscapeString(base)+`">`), 1)
	index.etag = tag(index.plain)
	s.index = index
	delete(s.files, "index.html")
	return s, nil
}

func read(dir fs.FS, name string) (file, error) {
	plain, err := fs.ReadFile(dir, name)
	if err != nil {
		return file{}, err
	}
	f := file{kind: mime.TypeByExtension(path.Ext(name)), plain: plain, etag: tag(plain), hash: strings.HasPrefix(name, "assets/")}
	if path.Ext(name) == ".js" {
		f.kind = "text/javascript; charset=utf-8" // whatever this machine's table says
	}
	if gz, err := fs.ReadFile(dir, name+".gz"); err == nil {
		f.gz = gz
	}
	return f, nil
}

func tag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f, known := s.files[name]
	if !known {
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r) // of another build; the page reloads itself
			return
		}
		f = s.index
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache")
	if f.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content := f.plain
	if f.gz != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			h.Set("ETag", strings.TrimSuffix(f.etag, `"`)+`-gz"`)
			content = f.gz
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
