package triton

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"
)

const (
	probeWait  = 2 * time.Second // for one answer
	indexBytes = 4 << 20         // of a repository index
)

// probe asks one server about itself over HTTP.
type probe struct {
	address string
	client  *http.Client
}

// newProbe keeps no connection: a Triton that stops waits for every idle one until
// its exit timeout is over (measured with 2.51: 30 s instead of 2 s).
func newProbe(address string) *probe {
	return &probe{address: address, client: &http.Client{Timeout: probeWait, Transport: &http.Transport{DisableKeepAlives: true}}}
}

func (p *probe) close() { p.client.CloseIdleConnections() }

// ready tells what /v2/health/ready says. answered is false when nobody listens.
func (p *probe) ready(ctx context.Context) (ready, answered bool) {
	resp, err := p.do(ctx, http.MethodGet, "/v2/health/ready", nil)
	if err != nil {
		return false, false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<10))
	return resp.StatusCode == http.StatusOK, true
}

// version is the server's own, "2.51.0".
func (p *probe) version(ctx context.Context) (string, error) {
	var meta struct {
		Version string `json:"version"`
	}
	err := p.read(ctx, http.MethodGet, "/v2", nil, &meta)
	return meta.Version, err
}

// models is the repository index, sorted by name and version.
func (p *probe) models(ctx context.Context) ([]ModelState, error) {
	var rows []ModelState
	if err := p.read(ctx, http.MethodPost, "/v2/repository/index", strings.NewReader("{}"), &rows); err != nil {
		return nil, err
	}
	sort.Slice(rows, func(i, j int) bool {
		a, b := rows[i], rows[j]
		return a.Name < b.Name || a.Name == b.Name && a.Version < b.Version
	})
	return rows, nil
}

func (p *probe) read(ctx context.Context, method, path string, body io.Reader, into any) error {
	resp, err := p.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", method, path, resp.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, indexBytes)).Decode(into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (p *probe) do(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.address+path, body)
	if err != nil {
		return nil, err
	}
	return p.client.Do(req)
}
