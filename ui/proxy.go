package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"supersonic/ui/payload"
)

// maxForm bounds a query that comes as a form.
const maxForm = 1 << 20

// passed are the query paths of each type of data source, and all that passes.
var passed = map[string]*regexp.Regexp{
	TypeTempo: regexp.MustCompile(`^api/(echo|search|search/tags|v2/search/tags|` +
		`traces/[0-9a-fA-F]{1,32}|v2/traces/[0-9a-fA-F]{1,32}|metrics/query|metrics/query_range)$`),
	TypePrometheus: regexp.MustCompile(`^api/v1/(query|query_range|query_exemplars|series|labels|label/[^/]+/values|metadata)$`),
}

// ofTag is the path of the values of a tag, whose name may have slashes: k8s.io/name.
var ofTag = regexp.MustCompile(`(?s)^(api/(?:v2/)?search/tag/)(.+)(/values)$`)

// mostTag bounds the name of a tag.
const mostTag = 1024

// passedAs is the path of a query to a data source, as it is and escaped; ok is false of
// one that is not passed on. The name of a tag stays one segment, whatever is in it, and
// nothing that some server could read as a step upwards passes.
func passedAs(kind, asked string) (plain, escaped string, ok bool) {
	if climbs(asked) {
		return asked, "", false
	}
	if tag := ofTag.FindStringSubmatch(asked); tag != nil && kind == TypeTempo && len(tag[2]) <= mostTag {
		return asked, tag[1] + url.PathEscape(tag[2]) + tag[3], true
	}
	asked = path.Clean("/" + asked)[1:]
	allowed := passed[kind]
	return asked, "", allowed != nil && allowed.MatchString(asked)
}

// climbs tells a path with a segment of dots alone, however often it is escaped.
func climbs(asked string) bool {
	for range 4 {
		for _, s := range strings.FieldsFunc(asked, func(c rune) bool { return c == '/' || c == '\\' }) {
			if s == "." || s == ".." || strings.HasPrefix(s, "..;") {
				return true
			}
		}
		again, err := url.PathUnescape(asked)
		if err != nil || again == asked {
			return false
		}
		asked = again
	}
	return true // escaped more often than anybody means
}

// proxy passes a query to a data source, at the path where Grafana has it.
func (u *UI) proxy(w http.ResponseWriter, r *http.Request) {
	d, known := u.cfg.dataSource(r.PathValue("uid"))
	if !known {
		refuse(w, http.StatusNotFound, payload.Failure{Error: fmt.Sprintf("there is no data source %q", r.PathValue("uid")), Hint: "see /api/site for their uids"})
		return
	}
	asked, escaped, ok := passedAs(d.Type, r.PathValue("path"))
	if !ok {
		refuse(w, http.StatusForbidden, payload.Failure{Error: fmt.Sprintf("%q of data source %q is not passed on", asked, d.Name), Hint: "only its query paths are"})
		return
	}
	// A form of a foreign page could send a POST; a query of ours or Grafana's has
	// no reason to come from another origin.
	if r.Method != http.MethodGet && (r.Method != http.MethodPost || d.Type != TypePrometheus || r.Header.Get("Sec-Fetch-Site") == "cross-site") {
		refuse(w, http.StatusMethodNotAllowed, payload.Failure{Error: r.Method + " is not passed on", Hint: "queries are GET"})
		return
	}
	target, err := url.Parse(d.URL)
	if err != nil {
		refuse(w, http.StatusBadGateway, payload.Failure{Error: err.Error(), Hint: "check the data source's url"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
	defer cancel()
	r = r.WithContext(ctx)
	if r.Method == http.MethodGet {
		r.Body, r.ContentLength = http.NoBody, 0 // the address has the query
	} else {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(askTimeout)) // without it the time of the whole holds
	}
	client := u.clients[d.uid()]
	(&httputil.ReverseProxy{
		Transport: client.Transport(),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = target.Scheme, target.Host
			p.Out.URL.Path, p.Out.URL.RawPath = strings.TrimRight(target.Path, "/")+"/"+asked, ""
			if escaped != "" {
				p.Out.URL.RawPath = strings.TrimRight(target.EscapedPath(), "/") + "/" + escaped
			}
			p.Out.Host = target.Host
			p.Out.Header.Del("Cookie")
			p.Out.Header.Del("Authorization")
			p.Out.Header.Del("Connection") // no query asks for another protocol
			p.Out.Header.Del("Upgrade")
			client.Authorize(p.Out)
		},
		ModifyResponse: func(resp *http.Response) error {
			resp.Header.Del("Set-Cookie")
			for _, own := range [...]string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"} {
				resp.Header.Del(own) // ours stand already
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			var large *http.MaxBytesError
			switch {
			case errors.As(err, &large):
				refuse(w, http.StatusRequestEntityTooLarge, payload.Failure{Error: "the query is longer than 1 MiB", Hint: "write a shorter one"})
			case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
				refuse(w, http.StatusGatewayTimeout, payload.Failure{Error: fmt.Sprintf("ask %s: no answer within %s", d.Name, askTimeout), Hint: "take a shorter range or a simpler query"})
			default:
				refuse(w, http.StatusBadGateway, payload.Failure{Error: "ask " + d.Name + ": " + err.Error(), Hint: "is it running? The Status page tells"})
			}
		},
	}).ServeHTTP(w, r)
}
