package source

import (
	"context"
	"strings"
	"testing"
	"time"
)

// What answers may be a proxy that wants people to sign in, or nothing that keeps data.
func TestAnAnswerThatIsNoStoresIsToldFromOne(t *testing.T) {
	for name, c := range map[string]struct {
		status           int
		kind, body       string
		says, hint, lack string
	}{
		"a page to sign in":   {200, "text/html; charset=utf-8", "\n<!DOCTYPE html><html><head><title>\n Sign in </title></head></html>", "the answer is a web page (Sign in), not a store's", "sign in", "invalid character"},
		"a page, not said so": {200, "application/json", "<html><body>hello</body></html>", "the answer is a web page, not a store's", "url", "invalid character"},
		"a page with a fault": {502, "text/html", "<html><head><title>502 Bad Gateway</title></head>", "status 502: a web page (502 Bad Gateway)", "Status page", "<html>"},
		"somewhere else":      {302, "text/html", "", "status 302", "sign in", "<"},
		"no credentials":      {401, "text/plain", "who are you", "status 401: who are you", "basicAuth", "<"},
		"words":               {200, "text/plain", "it works", "invalid character", "not as this kind of store", "web page"},
	} {
		for kind, ask := range map[string]func(*Client) error{
			"Prometheus": func(c *Client) error {
				_, err := Prometheus{c}.Instant(context.Background(), "up", time.Unix(1, 0))
				return err
			},
			"Tempo": func(c *Client) error {
				_, err := Tempo{c}.Search(context.Background(), Search{Query: "{}", From: time.Unix(1, 0), To: time.Unix(2, 0), Limit: 1})
				return err
			},
		} {
			err := ask(client(t, &store{status: c.status, kind: c.kind, body: c.body}))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), c.lack) || !strings.Contains(Hint(err), c.hint) {
				t.Errorf("%s, %s: %v (%s)", kind, name, err, Hint(err))
			}
		}
	}
}
