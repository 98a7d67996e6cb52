package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"supersonic/traces"
	"supersonic/traces/otlp"
)

// storeClient asks a trace store over HTTP.
type storeClient struct {
	api, otlp string // base URLs, otlp "" if the store takes none by HTTP
	tenant    string // "" if they are not told apart
}

func newStoreClient(api, otlp string) storeClient {
	c := storeClient{api: "http://" + api}
	if otlp != "" {
		c.otlp = "http://" + otlp
	}
	return c
}

// do sends a request and returns the answer's status and body, whatever the status.
func (c storeClient) do(ctx context.Context, method, address, kind string, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.tenant != "" {
		req.Header.Set("X-Scope-OrgID", c.tenant)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp, answer, err
}

// waitReady waits until the store in this process answers.
func (c storeClient) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		resp, _, err := c.do(ctx, http.MethodGet, c.api+"/ready", "", nil)
		if err == nil && resp.StatusCode == http.StatusOK {
			return nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("the trace store does not answer: %w", err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// imported tells what became of files.
type imported struct {
	exports int
	left    int64  // spans that the store left out
	why     string // of the first export with such
}

// importFile sends a file's exports and adds what became of them.
func (c storeClient) importFile(ctx context.Context, name string, to *imported) error {
	if c.otlp == "" {
		return errors.New("the running store takes no OTLP over HTTP: switch on tempo.tempo.receivers.otlp.protocols.http, or stop it first")
	}
	f, err := open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return traces.ReadDump(f, func(raw []byte, bad otlp.Bad) error { return c.export(ctx, raw, bad, to) })
}

// add reads the answer to an export that was stored.
func (i *imported) add(body []byte, bad otlp.Bad) error {
	answer := ptraceotlp.NewExportResponse()
	if err := answer.UnmarshalProto(body); err != nil {
		return fmt.Errorf("the store's answer to an export: %w", err)
	}
	i.exports++
	if p := answer.PartialSuccess(); p.RejectedSpans() > 0 {
		i.left += p.RejectedSpans()
		why := p.ErrorMessage()
		if bad.Spans > 0 {
			why = fmt.Sprintf("%d with a value that its field cannot have (the first: %v), sent as spans without ids; %s", bad.Spans, bad.Why, why)
		}
		i.why = cmp.Or(i.why, why)
	}
	return nil
}

// export sends one export, again while the store says that it should.
func (c storeClient) export(ctx context.Context, raw []byte, bad otlp.Bad, to *imported) error {
	for {
		resp, body, err := c.do(ctx, http.MethodPost, c.otlp+"/v1/traces", "application/x-protobuf", raw)
		if err != nil {
			return err
		}
		switch resp.StatusCode {
		case http.StatusOK:
			return to.add(body, bad)
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			wait, err := strconv.Atoi(resp.Header.Get("Retry-After"))
			if err != nil {
				wait = 1
			}
			if err := pause(ctx, time.Duration(wait)*time.Second); err != nil {
				return err
			}
		default:
			return fmt.Errorf("the store refused an export: %s: %s", resp.Status, strings.TrimSpace(string(body)))
		}
	}
}

// deleteIDs deletes the traces of some ids. One that is not there is no error.
func (c storeClient) deleteIDs(ctx context.Context, ids []string) (n int, err error) {
	for _, id := range ids {
		one, err := c.delete(ctx, "/api/traces/"+url.PathEscape(id))
		if err != nil {
			return n, err
		}
		n += one
	}
	return n, nil
}

// deleteQuery deletes what a query selects between two times, in seconds; 0 is open.
func (c storeClient) deleteQuery(ctx context.Context, query string, start, end int64) (int, error) {
	v := url.Values{"q": {query}}
	if start != 0 || end != 0 {
		if end == 0 {
			end = time.Now().Add(24 * time.Hour).Unix()
		}
		v.Set("start", strconv.FormatInt(start, 10))
		v.Set("end", strconv.FormatInt(end, 10))
	}
	return c.delete(ctx, "/api/traces?"+v.Encode())
}

func (c storeClient) delete(ctx context.Context, path string) (int, error) {
	resp, body, err := c.do(ctx, http.MethodDelete, c.api+path, "", nil)
	switch {
	case err != nil:
		return 0, err
	case resp.StatusCode == http.StatusNotFound:
		return 0, nil
	case resp.StatusCode != http.StatusOK:
		return 0, fmt.Errorf("the store refused: %s: %s", resp.Status, strings.TrimSpace(string(body)))
	}
	var answer struct {
		Deleted int `json:"deletedTraces"`
	}
	return answer.Deleted, json.Unmarshal(body, &answer)
}
