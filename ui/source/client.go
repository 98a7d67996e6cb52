package source

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// maxAnswer bounds what is read of one answer. A trace of 10,000 spans is about
// 10 MiB of OTLP.
const maxAnswer = 64 << 20

// Server is where a store is and how to get in.
type Server struct {
	Name          string // of the data source, for errors
	URL           string // http://host:port, a path may follow
	TLSSkipVerify bool
	BasicAuth     bool
	User          string
	Password      string
	Headers       map[string]string // sent with every question; may hold secrets
	ByGet         bool              // questions that usually are POST are sent as GET
}

// Client sends queries to one store.
type Client struct {
	server Server
	http   *http.Client
}

// NewClient makes a client of s. It connects when it is first asked.
func NewClient(s Server) *Client {
	return &Client{server: s, http: &http.Client{CheckRedirect: sameHost, Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: s.TLSSkipVerify}, // the operator's own word in the file
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     30 * time.Second,
	}}}
}

// sameHost follows no redirection to another host, which would get the headers of
// this one.
func sameHost(next *http.Request, before []*http.Request) error {
	if len(before) >= 5 || next.URL.Host != before[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Refused is an answer that was not 2xx: the store understood and said no.
type Refused struct {
	Status  int
	Message string
	asked   string
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s: status %d: %s", r.asked, r.Status, r.Message)
}

// Page is an answer for people, not for programs: something else than the store gave it.
type Page struct{ asked, title string }

func (p *Page) Error() string { return p.asked + ": the answer is " + p.title + ", not a store's" }

// Answered tells whether err is of an answer, if only one that says no; else there was none.
func Answered(err error) bool {
	var no *Refused
	var page *Page
	var unread *json.SyntaxError
	return errors.As(err, &no) || errors.As(err, &page) || errors.As(err, &unread)
}

// Hint is the next step for whoever reads err.
func Hint(err error) string {
	var no *Refused
	var page *Page
	var unread *json.SyntaxError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return "give the store a certificate that this machine trusts, or set jsonData.tlsSkipVerify of the data source to true"
	case errors.As(err, &page), errors.As(err, &no) && no.Status/100 == 3:
		return "a proxy or a page to sign in may stand before the store, or the address is another's; check the data source's url and its credentials"
	case errors.As(err, &no) && strings.Contains(no.Message, "no org id"):
		return "the store keeps several tenants: name one by jsonData.httpHeaderName1: X-Scope-OrgID and secureJsonData.httpHeaderValue1 of the data source"
	case errors.As(err, &no) && no.Status == http.StatusNotFound && strings.Contains(no.asked, " /api/metrics/"):
		return "this trace store answers no TraceQL metrics; a Tempo does from 2.4 on"
	case errors.As(err, &no) && (no.Status == http.StatusUnauthorized || no.Status == http.StatusForbidden):
		return "the store asks for credentials; check basicAuth or httpHeaderName1 of the data source"
	case errors.As(err, &no) && no.Status == http.StatusBadRequest && tooLong.MatchString(no.Message):
		return "take a shorter time range; a Tempo's limits are query_frontend.search.max_duration and, of series, query_frontend.metrics.max_duration"
	case errors.As(err, &no) && no.Status == http.StatusBadRequest:
		return "the store does not accept the query; check it"
	case errors.As(err, &unread), errors.As(err, &no) && no.Status == http.StatusNotFound:
		return "the address answers, but not as this kind of store; check the data source's type and url"
	case errors.Is(err, context.DeadlineExceeded):
		return "the store took too long; a narrower time range is faster"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there; is the role running? The Status page tells"
	case errors.As(err, &no) && (no.Status == http.StatusBadGateway || no.Status == http.StatusGatewayTimeout):
		return "a proxy before the store gets no answer from it; is it running? The Status page tells"
	case errors.As(err, &no) && no.Status/100 == 5:
		return "the store itself says that it is at fault, or not ready yet; its log says more"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the store or a proxy before it closed the connection: it may have restarted; its log says more"
	}
	return "the Status page tells which role is at fault"
}

// tooLong is how a Tempo refuses a range: "range specified by start and end exceeds 168h0m0s".
var tooLong = regexp.MustCompile(`range .*exceeds`)

type answer struct {
	status   int
	kind     string // Content-Type
	body     []byte
	warnings []string // what the answer lacks, as the store says it
	limited  bool     // the store says that the limit of the question cut the answer
	header   http.Header
}

// get asks for path with params. Statuses outside 2xx are returned as *Refused.
func (c *Client) get(ctx context.Context, path string, params url.Values, accept string) (answer, error) {
	return c.send(ctx, http.MethodGet, path, params, accept)
}

func (c *Client) send(ctx context.Context, method, path string, params url.Values, accept string) (answer, error) {
	asked := "ask " + c.server.Name + " for " + path
	target := strings.TrimRight(c.server.URL, "/") + path
	var body io.Reader
	if c.server.ByGet {
		method = http.MethodGet
	}
	if method == http.MethodPost {
		body = strings.NewReader(params.Encode())
	} else if len(params) > 0 {
		target += "?" + params.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", asked, err)
	}
	req.Header.Set("Accept", accept)
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.Authorize(req)
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", asked, shorten(err))
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answer{}, fmt.Errorf("%s: %w", asked, shorten(err))
	}
	if len(read) > maxAnswer {
		return answer{}, fmt.Errorf("%s: the answer is larger than %d MiB; narrow the query", asked, maxAnswer>>20)
	}
	if resp.StatusCode/100 != 2 {
		return answer{}, &Refused{resp.StatusCode, message(read), asked}
	}
	if title := webPage(resp.Header.Get("Content-Type"), read); title != "" {
		return answer{}, &Page{asked, title}
	}
	told, limited := warnings(resp.Header)
	return answer{resp.StatusCode, resp.Header.Get("Content-Type"), read, told, limited, resp.Header}, nil
}

// warnings are the texts of the headers Warning: 299 - "text". One of the agent
// "limit" tells that the limit of the question cut the answer.
func warnings(h http.Header) (list []string, limited bool) {
	for _, line := range h.Values("Warning") {
		if strings.HasPrefix(line, "299 limit ") {
			limited = true
			continue
		}
		if _, quoted, found := strings.Cut(line, `"`); found {
			line = strings.ReplaceAll(strings.TrimSuffix(quoted, `"`), `\"`, `"`)
		}
		list = append(list, line)
	}
	return list, limited
}

// Authorize adds the credentials of the data source, if it has any: those that the
// file states, else those in its URL.
func (c *Client) Authorize(req *http.Request) {
	for name, value := range c.server.Headers {
		req.Header.Set(name, value)
	}
	if c.server.BasicAuth {
		req.SetBasicAuth(c.server.User, c.server.Password)
		return
	}
	if u, err := url.Parse(c.server.URL); err == nil && u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
}

// Transport is what the client sends by.
func (c *Client) Transport() http.RoundTripper { return c.http.Transport }

// shorten drops the method and the whole query that net/http puts into its
// errors: the path is told already.
func shorten(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("the answer broke off (%w)", err)
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the connection was closed without an answer (%w)", err)
	}
	return err
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>\s*([^<]{1,80}?)\s*</title>`)

// webPage names a page for people, "" if an answer is none.
func webPage(kind string, body []byte) string {
	start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 200)])))
	if !strings.HasPrefix(start, "<!doctype html") && !strings.HasPrefix(start, "<html") && !(strings.HasPrefix(kind, "text/html") && strings.HasPrefix(start, "<")) {
		return ""
	}
	if m := pageTitle.FindSubmatch(body[:min(len(body), 1<<16)]); m != nil {
		return "a web page (" + strings.Join(strings.Fields(string(m[1])), " ") + ")"
	}
	return "a web page"
}

// message is the first line of an error's body, cut to a readable length.
func message(body []byte) string {
	if title := webPage("", body); title != "" {
		return title
	}
	text, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if len(text) > 400 {
		text = text[:400] + "..."
	}
	if text == "" {
		text = "no message"
	}
	return text
}
