package access

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Settings say who may look. Default has Grafana's own defaults.
type Settings struct {
	Anonymous      bool
	AnonymousRole  Role
	AdminUser      string
	AdminPassword  string // "" lets nobody sign in by password
	LoginForm      bool
	Basic          bool // HTTP Basic with each request
	SignOutMenu    bool
	CookieName     string
	CookieSecure   bool
	CookiePath     string        // the page's prefix and a slash
	Inactive       time.Duration // a session ends this long after it was last used
	Lifetime       time.Duration // and this long after it began, used or not
	AllowEmbedding bool          // other sites may show the page in a frame
	OAuth          OAuth
}

// OAuth is sign-in by a provider of OpenID Connect.
type OAuth struct {
	Enabled        bool
	Name           string // on the button
	ClientID       string
	ClientSecret   string
	Scopes         []string
	Issuer         string // its discovery tells the addresses; else they are given
	AuthURL        string
	TokenURL       string
	UserURL        string
	RolePath       string // JMESPath of the role in what the provider says of a reader
	RoleStrict     bool   // no role, no sign-in
	NamePath       string
	AllowedDomains []string // of e-mail addresses; empty: all
	AutoLogin      bool
	PKCE           bool
	SignOutURL     string
	SkipVerify     bool
	RedirectURL    string // <root_url>/login/generic_oauth
}

// Default is what holds where a file says nothing: Grafana's own defaults.
func Default() Settings {
	return Settings{
		AnonymousRole: Viewer, AdminUser: "admin", LoginForm: true, Basic: true, SignOutMenu: true,
		CookieName: "supersonic_session", CookiePath: "/", Inactive: 7 * 24 * time.Hour, Lifetime: 30 * 24 * time.Hour,
		OAuth: OAuth{Name: "OAuth", Scopes: []string{"openid", "profile", "email"}, PKCE: true},
	}
}

// ini reads keys of grafana.ini and keeps what was wrong with them.
type ini struct {
	sections map[string]any
	faults   []error
}

var outside = regexp.MustCompile(`^\$__(env|file)\{([^}]*)\}$`)

// text is a key's value; $__env{NAME} and $__file{PATH} stand for what is there.
func (i *ini) text(section, key, usual string) string {
	keys, _ := i.sections[section].(map[string]any)
	v, has := keys[key]
	if !has || v == nil {
		return usual
	}
	text := strings.TrimSpace(fmt.Sprint(v))
	parts := outside.FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	if parts[1] == "env" {
		return os.Getenv(parts[2])
	}
	content, err := os.ReadFile(parts[2])
	if err != nil {
		i.fault(section, key, fmt.Errorf("read the file that it names: %w", err))
	}
	return strings.TrimSpace(string(content))
}

func (i *ini) fault(section, key string, err error) {
	i.faults = append(i.faults, fmt.Errorf("grafana.ini: %s.%s: %w", section, key, err))
}

func (i *ini) bool(section, key string, usual bool) bool {
	text := i.text(section, key, strconv.FormatBool(usual))
	v, err := strconv.ParseBool(text)
	if err != nil {
		i.fault(section, key, fmt.Errorf("%q is neither true nor false", text))
		return usual
	}
	return v
}

var days = regexp.MustCompile(`^(\d{1,5})([dw])$`)

// duration reads "10m", "7d" or a number of days.
func (i *ini) duration(section, key string, usual time.Duration) time.Duration {
	text := i.text(section, key, "")
	if text == "" {
		return usual
	}
	if parts := days.FindStringSubmatch(text); parts != nil {
		n, _ := strconv.Atoi(parts[1]) // at most five digits
		return time.Duration(n) * map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[parts[2]]
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		i.fault(section, key, fmt.Errorf("%q is no length of time: write 10m, 12h or 7d", text))
		return usual
	}
	return d
}

func (i *ini) role(section, key string, usual Role) Role {
	text := i.text(section, key, string(usual))
	r, ok := role(text)
	if !ok {
		i.fault(section, key, fmt.Errorf("%q is none of Viewer, Editor, Admin", text))
	}
	return r
}

// list reads names between commas or spaces.
func (i *ini) list(section, key string, usual []string) []string {
	text := i.text(section, key, "")
	if text == "" {
		return usual
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// FromINI reads the sections of grafana.ini; user and password are those of the
// chart's adminUser and adminPassword, which section "security" overrules. rootURL
// is where browsers find the page. All that is wrong is reported together.
func FromINI(sections map[string]any, user, password, rootURL string) (Settings, error) {
	i := &ini{sections: sections}
	s, usual := Default(), Default()
	s.Anonymous = i.bool("auth.anonymous", "enabled", false)
	s.AnonymousRole = i.role("auth.anonymous", "org_role", usual.AnonymousRole)
	if user == "" {
		user = usual.AdminUser
	}
	s.AdminUser = i.text("security", "admin_user", user)
	s.AdminPassword = i.text("security", "admin_password", password)
	s.LoginForm = !i.bool("auth", "disable_login_form", false)
	s.Basic = i.bool("auth.basic", "enabled", true)
	s.SignOutMenu = !i.bool("auth", "disable_signout_menu", false)
	s.CookieName = i.text("auth", "login_cookie_name", usual.CookieName)
	s.Inactive = i.duration("auth", "login_maximum_inactive_lifetime_duration", usual.Inactive)
	s.Lifetime = i.duration("auth", "login_maximum_lifetime_duration", usual.Lifetime)
	root, err := url.Parse(rootURL)
	if err != nil || strings.Contains(rootURL, "%(") {
		root = &url.URL{}
	}
	s.CookiePath = strings.TrimRight(RootPath(rootURL), "/") + "/"
	s.CookieSecure = i.bool("security", "cookie_secure", root.Scheme == "https")
	s.AllowEmbedding = i.bool("security", "allow_embedding", false)
	s.OAuth = i.oauth(usual.OAuth, root)
	if i.bool("auth", "oauth_auto_login", false) {
		s.OAuth.AutoLogin = true
	}
	return s, errors.Join(append(i.faults, s.check()...)...)
}

// RootPath is the path of a root_url: "/grafana/". It is known where the host is a
// variable of grafana.ini that nobody fills: %(protocol)s://%(domain)s/grafana/.
func RootPath(rootURL string) string {
	if _, rest, open := strings.Cut(rootURL, "://"); open && strings.Contains(rootURL, "%(") {
		host, path, _ := strings.Cut(rest, "/")
		if rootURL = "/" + path; strings.Contains(path, "%(") || host == "" {
			return ""
		}
	}
	root, err := url.Parse(rootURL)
	if err != nil {
		return ""
	}
	return root.Path
}

func (i *ini) oauth(usual OAuth, root *url.URL) OAuth {
	const section = "auth.generic_oauth"
	o := OAuth{
		Enabled: i.bool(section, "enabled", false), Name: i.text(section, "name", usual.Name),
		ClientID: i.text(section, "client_id", ""), ClientSecret: i.text(section, "client_secret", ""),
		Scopes: i.list(section, "scopes", usual.Scopes), Issuer: i.text(section, "issuer_url", ""),
		AuthURL: i.text(section, "auth_url", ""), TokenURL: i.text(section, "token_url", ""), UserURL: i.text(section, "api_url", ""),
		RolePath: i.text(section, "role_attribute_path", ""), RoleStrict: i.bool(section, "role_attribute_strict", false),
		NamePath: i.text(section, "login_attribute_path", ""), AllowedDomains: i.list(section, "allowed_domains", nil),
		AutoLogin: i.bool(section, "auto_login", false), PKCE: i.bool(section, "use_pkce", usual.PKCE),
		SignOutURL: i.text(section, "signout_redirect_url", ""), SkipVerify: i.bool(section, "tls_skip_verify_insecure", false),
	}
	if root.Host != "" {
		o.RedirectURL = root.Scheme + "://" + root.Host + strings.TrimRight(root.Path, "/") + "/login/generic_oauth"
	}
	return o
}

// check finds settings that let nobody in, or let them in wrongly.
func (s Settings) check() []error {
	var faults []error
	fail := func(text string) { faults = append(faults, errors.New("grafana.ini: "+text)) }
	o := s.OAuth
	if o.Enabled {
		if o.ClientID == "" {
			fail("auth.generic_oauth.client_id is empty: the provider gave you one for this page")
		}
		if o.Issuer == "" && (o.AuthURL == "" || o.TokenURL == "" || o.UserURL == "") {
			fail("auth.generic_oauth wants auth_url, token_url and api_url, or issuer_url alone, which tells the three")
		}
		if o.RedirectURL == "" {
			fail("auth.generic_oauth wants server.root_url (https://host/path), to which the provider sends readers back")
		}
	}
	if !s.Anonymous && !o.Enabled && (s.AdminPassword == "" || !s.LoginForm && !s.Basic) {
		fail("nobody could sign in: auth.anonymous is off, there is no provider, and the login form is off or there is no adminPassword")
	}
	return faults
}

// Open tells whether anybody who reaches the port may change dashboards.
func (s Settings) Open() bool { return s.Anonymous && s.AnonymousRole.MayEdit() }

// String shows no secret.
func (s Settings) String() string {
	return fmt.Sprintf("anonymous=%t role=%s form=%t basic=%t oauth=%t", s.Anonymous, s.AnonymousRole, s.LoginForm, s.Basic, s.OAuth.Enabled)
}
