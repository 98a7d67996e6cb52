package site

import (
	"maps"
	"net"
	"slices"
	"strings"
)

// AddrFunc gives the address of a part of this site for the port that a file
// writes (empty if it writes none). ok false leaves it to the cluster's DNS.
type AddrFunc func(part Part, port string) (hostport string, ok bool)

// ForeignHost is a host of a file that is not of this site and was left alone.
type ForeignHost struct {
	Path   string // key path
	Host   string
	Origin Origin
}

// address is the parts of a URL, a host:port or a host:port/path.
type address struct {
	before, host, port, after string // before + host[:port] + after is the text
	scheme                    string
	text                      string
}

// split finds the host in s; ok is false if s has none that can be told.
func split(s string) (a address, ok bool) {
	a.text = s
	rest := s
	if i := strings.Index(s, "://"); i > 0 && schemeLike(s[:i]) {
		a.scheme, a.before, rest = s[:i], s[:i+3], s[i+3:]
		if strings.HasPrefix(rest, "/") && a.scheme == "dns" { // gRPC's dns:///host:port
			a.before, rest = a.before+"/", rest[1:]
		}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	a.after = rest[end:]
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		a.before, authority = a.before+authority[:at+1], authority[at+1:]
	}
	a.host = authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		a.host, a.port = authority[:i], authority[i+1:]
		if !digits(a.port) {
			return address{}, false
		}
	}
	if a.scheme == "" && a.port == "" || !hostLike(a.host) {
		return address{}, false
	}
	return a, true
}

func schemeLike(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

func hostLike(s string) bool {
	return s != "" && len(s) <= 253 && !strings.ContainsAny(s, " \t\r\n\"'(){}$,;<>|\\@%")
}

// Rewrite replaces the host and port of this site in s, which is a URL
// (http://supersonic-tempo:4317), a host:port, or both with a path
// (supersonic-opentelemetry-collector:4318/v1/traces). Scheme, user, path and
// query stay. Where addr declines, the chart's default spelling
// (supersonic-tempo) becomes the release's own name, which the cluster's DNS
// knows. known tells whether s names a part of this site; what does not is
// returned as it came.
func (s *Site) Rewrite(text string, addr AddrFunc) (out string, part Part, known bool) {
	a, ok := split(text)
	if !ok {
		return text, "", false
	}
	part, known = s.HostPart(a.host)
	if !known {
		return text, "", false
	}
	if hostport, ok := addr(part, a.port); ok {
		return a.before + hostport + a.after, part, true
	}
	return a.before + s.own(a.host, part) + a.text[len(a.before)+len(a.host):], part, true
}

// own gives the chart's default spelling of a host the release's name; any other
// host stays.
func (s *Site) own(host string, part Part) string {
	name, domain := host, ""
	if i := strings.IndexByte(host, '.'); i >= 0 {
		name, domain = host[:i], host[i:]
	}
	service := s.ServiceHost(part)
	if rest, ok := strings.CutPrefix(strings.ToLower(name), defaultService(part)); ok && !strings.HasPrefix(name, service) {
		return service + rest + domain
	}
	return host
}

// podIP is how the collector's chart writes the address a pod binds.
const podIP = "${env:MY_POD_IP}"

// RewriteMap copies a configuration with every address of this site replaced
// and ${env:MY_POD_IP} replaced by bind, the host that listeners bind. path is
// where the map stands in the file. Hosts of others that stand in a URL, or
// under a key that means an address, are left and listed in the order of their
// paths.
func (s *Site) RewriteMap(path string, m map[string]any, bind string, addr AddrFunc) (map[string]any, []ForeignHost) {
	w := &rewriter{site: s, bind: bind, addr: addr}
	out, _ := w.value(path, "", m).(map[string]any)
	return out, w.left
}

type rewriter struct {
	site *Site
	bind string
	addr AddrFunc
	left []ForeignHost
	// listener, if not nil, may replace a text before anything else; it gets the
	// path of the text.
	listener func(path, text string) (string, bool)
}

func (w *rewriter) value(path, key string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out[k] = w.value(join(path, k), k, v[k])
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = w.value(item(path, i), key, x)
		}
		return out
	case string:
		return w.text(path, key, v)
	}
	return v
}

func (w *rewriter) text(path, key, v string) string {
	if w.listener != nil {
		if out, ok := w.listener(path, v); ok {
			return out
		}
	}
	if strings.Contains(v, podIP) {
		return strings.ReplaceAll(v, podIP, w.bind)
	}
	out, _, known := w.site.Rewrite(v, w.addr)
	if !known {
		if a, ok := split(v); ok && meansAddress(key, a) && !local(a.host) {
			w.left = append(w.left, ForeignHost{Path: path, Host: a.host, Origin: w.site.Nearest(path)})
		}
	}
	return out
}

// meansAddress tells a real address from text that happens to have a colon.
func meansAddress(key string, a address) bool {
	switch a.scheme {
	case "http", "https", "grpc", "dns", "tcp", "udp":
		return true
	case "":
		k := strings.ToLower(key)
		return strings.HasSuffix(k, "endpoint") || strings.HasSuffix(k, "url") || strings.HasSuffix(k, "address") ||
			k == "targets" || k == "endpoints" || k == "addresses" || k == "hostname"
	}
	return false
}

// local tells hosts that mean this machine.
func local(host string) bool {
	host = strings.Trim(host, "[]")
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
