package hub

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v60/github"
)

// DefaultAPIURL is the API of github.com.
const DefaultAPIURL = "https://api.github.com"

// keptInstallations bounds the clients that are kept with their tokens.
const keptInstallations = 1000

// Config says who the app is and where GitHub is.
type Config struct {
	AppID         int64
	PrivateKeyPEM []byte
	APIURL        string // empty: DefaultAPIURL; Enterprise Server: https://HOST/api/v3
	UserAgent     string
	Transport     http.RoundTripper // nil: a transport of its own with time-outs
	// Around is put around the transport; nil: nothing is. It sees each try of a request.
	Around    func(http.RoundTripper) http.RoundTripper
	Log       *slog.Logger     // nil: nothing is logged
	Now       func() time.Time // nil: time.Now
	Rates     *Rates           // of writes; nil: what GitHub allows, with a margin
	Processes func() int       // how many share an installation's limits; nil: this one alone
}

// Hub hands out one client for each installation, with its token and its limits.
// It is safe for concurrent use.
type Hub struct {
	appID   int64
	key     *rsa.PrivateKey
	api     *url.URL // with a trailing slash
	graphql string
	agent   string
	base    http.RoundTripper
	log     *slog.Logger
	now     func() time.Time
	clients *lru
	rates   Rates
	// processes is how many share what GitHub grants.
	processes func() int
	slots     chan struct{} // requests under way
	self      *Client       // the app itself, as no installation

	backoff   time.Duration // before the first repeat; the second waits twice as long
	timeout   time.Duration // of one request with its repeats
	maxAnswer int64         // bytes
}

// New checks the configuration; it sends nothing.
func New(cfg Config) (*Hub, error) {
	if cfg.AppID <= 0 {
		return nil, fmt.Errorf("GitHub App id %d: want a positive number", cfg.AppID)
	}
	key, err := parseKey(cfg.PrivateKeyPEM)
	if err != nil {
		return nil, err
	}
	h, err := cfg.reach()
	if err != nil {
		return nil, err
	}
	h.appID, h.key = cfg.AppID, key
	g := newGate(h, 0)
	// The app's own transport makes no installation token, so it may be shared.
	h.self = &Client{hub: h, gate: g, api: h.rest(h.appsTransport(g))}
	return h, nil
}

// reach is a hub that knows where GitHub is but not yet who asks.
func (cfg Config) reach() (*Hub, error) {
	api, err := parseAPIURL(cfg.APIURL)
	if err != nil {
		return nil, err
	}
	h := &Hub{
		api: api, graphql: graphURL(api), agent: cfg.UserAgent,
		base: cfg.Transport, log: cfg.Log, now: cfg.Now, clients: newLRU(keptInstallations),
		rates: defaultRates(), processes: cfg.Processes, slots: make(chan struct{}, together),
		backoff: 200 * time.Millisecond, timeout: requestTimeout, maxAnswer: maxAnswer,
	}
	if cfg.Rates != nil {
		h.rates = *cfg.Rates
	}
	if h.processes == nil {
		h.processes = func() int { return 1 }
	}
	if h.base == nil {
		h.base = newTransport()
	}
	if cfg.Around != nil {
		h.base = cfg.Around(h.base)
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.agent == "" {
		h.agent = "checkrein"
	}
	return h, nil
}

// parseKey never repeats any of the key in its error.
func parseKey(pem []byte) (*rsa.PrivateKey, error) {
	if len(strings.TrimSpace(string(pem))) == 0 {
		return nil, errors.New("GitHub App private key is empty")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(pem)
	if err != nil {
		return nil, errors.New("GitHub App private key cannot be read: want the PEM file that GitHub " +
			"made for the app (-----BEGIN RSA PRIVATE KEY----- and its lines, unencrypted)")
	}
	return key, nil
}

func parseAPIURL(raw string) (*url.URL, error) {
	if raw == "" {
		raw = DefaultAPIURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("GitHub API URL: want https://api.github.com or https://HOST/api/v3")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("GitHub API URL for %s: want neither credentials, query nor fragment", u.Host)
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	return u, nil
}

// graphURL is where GraphQL answers: Enterprise Server has it beside v3, not beneath.
func graphURL(api *url.URL) string {
	u := *api
	if rest, ok := strings.CutSuffix(u.Path, "/api/v3/"); ok {
		u.Path = rest + "/api/graphql"
	} else {
		u.Path += "graphql"
	}
	return u.String()
}

// newTransport has time-outs for each phase; the whole request is bounded by gate.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: requestTimeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   16,
		ForceAttemptHTTP2:     true,
	}
}

// Installation is the client of one installation; the same one each time, so that
// its token is made once an hour and its limits are known to all who use it.
func (h *Hub) Installation(id int64) *Client {
	return h.clients.get(id, func() *Client { return h.connect(id) })
}

// Budgets tells what is left of every limit that GitHub has spoken of lately.
func (h *Hub) Budgets() []Budget {
	all := h.self.gate.budgets()
	for _, c := range h.clients.all() {
		all = append(all, c.gate.budgets()...)
	}
	return all
}

// connect gives every installation an AppsTransport of its own: ghinstallation
// writes to it whenever it makes a token, so sharing one would be a race.
func (h *Hub) connect(id int64) *Client { return h.connectThrough(newGate(h, id)) }

// Renew forgets the token of an installation, so that the next one has the permissions of
// today; its limits stay known.
func (h *Hub) Renew(id int64) {
	old := h.Installation(id)
	h.clients.drop(id, old)
	h.clients.get(id, func() *Client {
		same := *old.gate
		return h.connectThrough(&same)
	})
}

func (h *Hub) connectThrough(g *gate) *Client {
	id := g.installation
	apps := h.appsTransport(g)
	apps.BaseURL = strings.TrimSuffix(h.api.String(), "/")
	auth := ghinstallation.NewFromAppsTransport(apps, id)
	// Without options ghinstallation sends null, which is not what GitHub describes.
	auth.InstallationTokenOptions = &github.InstallationTokenOptions{}
	c := &Client{installation: id, hub: h, gate: g, api: h.rest(auth)}
	// A revoked token stays in ghinstallation until it expires: forget the client.
	g.refused = func() { h.clients.drop(id, c) }
	return c
}

// rest is a go-github client that follows no redirect: following one could carry the
// token to another host, and a renamed repository must be noticed.
func (h *Hub) rest(auth http.RoundTripper) *github.Client {
	client := github.NewClient(&http.Client{
		Transport:     auth,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	client.UserAgent = h.agent
	base := *h.api
	client.BaseURL = &base
	if rest, ok := strings.CutSuffix(base.Path, "/v3/"); ok {
		upload := base
		upload.Path = rest + "/uploads/"
		client.UploadURL = &upload
	}
	return client
}
