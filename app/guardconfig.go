package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/checkrein/checkrein/app/traces"
	"github.com/checkrein/checkrein/registry/guard"
	"github.com/checkrein/checkrein/registry/retention"
)

// GuardConfig is the environment of the guard, alone or inside `checkrein serve`.
type GuardConfig struct {
	Listen      string `env:"CHECKREIN_GUARD_LISTEN, default=127.0.0.1:8081"`
	TLSCert     string `env:"CHECKREIN_GUARD_TLS_CERT"`
	TLSKey      string `env:"CHECKREIN_GUARD_TLS_KEY"`
	APIURL      string `env:"CHECKREIN_GUARD_API_URL, default=https://api.github.com"`
	RegistryURL string `env:"CHECKREIN_GUARD_REGISTRY_URL, default=https://ghcr.io"`
	Prefix      string `env:"CHECKREIN_GUARD_PREFIX"`
	Mode        string `env:"CHECKREIN_GUARD_MODE, default=refuse"`
	Grace       string `env:"CHECKREIN_GUARD_GRACE, default=24h"`
	PolicyFile  string `env:"CHECKREIN_GUARD_POLICY"`
	KeepFile    string `env:"CHECKREIN_GUARD_KEEP"`
	DatabaseURL string `env:"CHECKREIN_DATABASE_URL, default=sqlite:checkrein-guard.db"`
	AdminListen string `env:"CHECKREIN_ADMIN_LISTEN, default=127.0.0.1:9090"`
	LogLevel    string `env:"CHECKREIN_LOG_LEVEL, default=info"`

	Traces traces.Config

	certificate *tls.Certificate
	grace       time.Duration
	policy      retention.Policy
}

// GuardVariables lists what GuardConfig reads that `checkrein serve` does not read anyway,
// for --help.
func GuardVariables() []Variable {
	return []Variable{
		{"CHECKREIN_GUARD_LISTEN", "127.0.0.1:8081", "where the guard is served; anything but loopback needs TLS"},
		{"CHECKREIN_GUARD_TLS_CERT", "", "certificate chain, PEM or the path of a file"},
		{"CHECKREIN_GUARD_TLS_KEY", "", "its private key, PEM or the path of a file (or CHECKREIN_GUARD_TLS_KEY_FILE)"},
		{"CHECKREIN_GUARD_API_URL", "https://api.github.com", "the API behind it; for Enterprise Server https://HOST/api/v3"},
		{"CHECKREIN_GUARD_REGISTRY_URL", "https://ghcr.io", "the registry behind it, that of the API's packages"},
		{"CHECKREIN_GUARD_PREFIX", "", "path before every other, as /guard"},
		{"CHECKREIN_GUARD_MODE", "refuse", "refuse, or hide: lists of versions leave out what may not go"},
		{"CHECKREIN_GUARD_GRACE", "24h", "how long what is new, or lost a tag, is kept"},
		{"CHECKREIN_GUARD_POLICY", "", "file with the retention policy; without one only untagged versions may go"},
		{"CHECKREIN_GUARD_KEEP", "", "file of digests in use, read again when it changes"},
	}
}

// guardSecrets may be given by a file.
var guardSecrets = []string{"CHECKREIN_GUARD_TLS_CERT", "CHECKREIN_GUARD_TLS_KEY", databaseVariable}

// GuardWanted reports whether the environment asks for a guard inside `checkrein serve`:
// any of its variables is set.
func GuardWanted(lookup func(string) (string, bool)) bool {
	for _, v := range GuardVariables() {
		for _, name := range []string{v.Name, v.Name + "_FILE"} {
			if value, ok := lookup(name); ok && value != "" {
				return true
			}
		}
	}
	return false
}

// ReadGuardConfig reads the environment through lookup (os.LookupEnv), and the files it
// names, and says which variable is wrong.
func ReadGuardConfig(ctx context.Context, lookup func(string) (string, bool)) (GuardConfig, error) {
	env, err := withFiles(lookup, guardSecrets)
	if err != nil {
		return GuardConfig{}, err
	}
	var c GuardConfig
	if err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: &c, Lookuper: env}); err != nil {
		return GuardConfig{}, fmt.Errorf("read the environment: %w", err)
	}
	if c.Traces, err = traces.Read(lookup); err != nil {
		return GuardConfig{}, err
	}
	return c, c.validate(ctx)
}

func (c *GuardConfig) validate(ctx context.Context) error {
	_, level := logLevel(c.LogLevel)
	return cmp.Or(listenable("CHECKREIN_GUARD_LISTEN", c.Listen), listenable("CHECKREIN_ADMIN_LISTEN", c.AdminListen), level, c.validateTLS(),
		c.validateUpstream(ctx, "CHECKREIN_GUARD_API_URL", c.APIURL), c.validateUpstream(ctx, "CHECKREIN_GUARD_REGISTRY_URL", c.RegistryURL),
		c.validatePrefix(), c.validateMode(), c.readGrace(), c.readPolicy(), c.validateKeep())
}

// validateTLS: live credentials pass, so nothing but this machine's own callers may come
// without TLS.
func (c *GuardConfig) validateTLS() error {
	if c.TLSCert == "" && c.TLSKey == "" {
		host, _, _ := net.SplitHostPort(c.Listen)
		if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
			return nil
		}
		return fmt.Errorf("CHECKREIN_GUARD_LISTEN is %q, which others can reach: callers send live credentials, so expected CHECKREIN_GUARD_TLS_CERT and CHECKREIN_GUARD_TLS_KEY, or a loopback address", c.Listen)
	}
	for _, part := range []struct{ name, value string }{{"CHECKREIN_GUARD_TLS_CERT", c.TLSCert}, {"CHECKREIN_GUARD_TLS_KEY", c.TLSKey}} {
		if strings.TrimSpace(part.value) == "" {
			return fmt.Errorf("%s is empty: expected both a certificate and its key", part.name)
		}
	}
	cert, err := pemText("CHECKREIN_GUARD_TLS_CERT", c.TLSCert)
	if err != nil {
		return err
	}
	key, err := pemText("CHECKREIN_GUARD_TLS_KEY", c.TLSKey)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("CHECKREIN_GUARD_TLS_CERT and CHECKREIN_GUARD_TLS_KEY: %w", err)
	}
	c.certificate = &pair
	return nil
}

// pemText is PEM, given as it is or by the path of a file.
func pemText(name, value string) ([]byte, error) {
	if strings.HasPrefix(strings.TrimSpace(value), "-----BEGIN") {
		return []byte(value), nil
	}
	data, err := os.ReadFile(value)
	if err != nil {
		return nil, fmt.Errorf("%s: expected PEM, or the path of a file with it: %w", name, errors.Unwrap(err))
	}
	return data, nil
}

func (c *GuardConfig) validateUpstream(ctx context.Context, name, address string) error {
	u, err := url.Parse(address)
	switch {
	case strings.Contains(address, "@"): // not repeated: before it stands a password
		return fmt.Errorf("%s holds credentials: expected https://HOST; callers bring their own", name)
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return fmt.Errorf("%s is %q: expected https://HOST", name, address)
	case c.isSelf(ctx, u):
		return fmt.Errorf("%s is %q, which is the guard itself (CHECKREIN_GUARD_LISTEN is %q): expected the address behind it", name, address, c.Listen)
	}
	return nil
}

// isSelf reports whether an address leads to this guard: the same port, on an address of
// this machine that is listened on.
func (c *GuardConfig) isSelf(ctx context.Context, u *url.URL) bool {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || port == "0" || port != cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]) {
		return false
	}
	if strings.EqualFold(host, u.Hostname()) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	targets, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return false // it will be told when it is asked
	}
	listens, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", cmp.Or(host, "0.0.0.0"))
	for _, target := range targets {
		for _, own := range listens {
			if target.Unmap() == own.Unmap() || own.IsUnspecified() && isLocal(target) {
				return true
			}
		}
	}
	return false
}

func isLocal(ip netip.Addr) bool {
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	addresses, _ := net.InterfaceAddrs()
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == ip.Unmap() {
			return true
		}
	}
	return false
}

var prefixForm = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*$`)

func (c *GuardConfig) validatePrefix() error {
	c.Prefix = strings.TrimRight(c.Prefix, "/")
	if !prefixForm.MatchString(c.Prefix) || c.Prefix == "/v2" || strings.HasPrefix(c.Prefix, "/v2/") {
		return fmt.Errorf("CHECKREIN_GUARD_PREFIX is %q: expected a path as /guard", c.Prefix)
	}
	return nil
}

func (c *GuardConfig) validateMode() error {
	if m := guard.Mode(c.Mode); m != guard.Refuse && m != guard.Hide {
		return fmt.Errorf("CHECKREIN_GUARD_MODE is %q: expected refuse or hide", c.Mode)
	}
	return nil
}

func (c *GuardConfig) readGrace() error {
	grace, err := retention.Age(c.Grace)
	if err != nil || c.Grace == "" {
		return fmt.Errorf("CHECKREIN_GUARD_GRACE is %q: expected a duration as 24h or 7d", c.Grace)
	}
	c.grace = grace
	return nil
}

func (c *GuardConfig) readPolicy() error {
	if c.PolicyFile == "" {
		return nil
	}
	data, err := os.ReadFile(c.PolicyFile)
	if err != nil {
		return fmt.Errorf("CHECKREIN_GUARD_POLICY: %w", err)
	}
	if c.policy, err = retention.Parse(data); err != nil {
		return fmt.Errorf("CHECKREIN_GUARD_POLICY: %s: %w", c.PolicyFile, err)
	}
	return nil
}

func (c *GuardConfig) validateKeep() error {
	if c.KeepFile == "" {
		return nil
	}
	data, err := os.ReadFile(c.KeepFile)
	if err != nil {
		return fmt.Errorf("CHECKREIN_GUARD_KEEP: %w", err)
	}
	if _, err := guard.ParseKeep(data); err != nil {
		return fmt.Errorf("CHECKREIN_GUARD_KEEP: %s: %w", c.KeepFile, err)
	}
	return nil
}

func logLevel(text string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return level, fmt.Errorf("CHECKREIN_LOG_LEVEL is %q: expected debug, info, warn or error", text)
	}
	return level, nil
}
