package fakesite

import (
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// Ingress stands before a page that is started later; over https with a certificate
// that nobody signed.
func Ingress(t testing.TB, overTLS bool) (root string, leadsTo func(page string)) {
	t.Helper()
	var page atomic.Pointer[url.URL]
	quiet := log.New(io.Discard, "", 0) // browsers say first that they do not know the certificate
	s := httptest.NewUnstartedServer(&httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(page.Load())
		p.SetXForwarded()
		p.Out.Host = p.In.Host
	}})
	s.Config.ErrorLog = quiet
	if overTLS {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s.URL, func(address string) {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		page.Store(at)
	}
}
