// Package app is the GitHub App: configuration and wiring, nothing else.
package app

import (
	"cmp"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/app/traces"
)

// Config is the environment of `checkrein serve`. Secrets may stand in files: a
// variable with _FILE appended names one.
type Config struct {
	AppID          int64    `env:"GITHUB_APP_ID, required"`
	PrivateKey     string   `env:"GITHUB_APP_PRIVATE_KEY, required"`
	WebhookSecrets []string `env:"GITHUB_WEBHOOK_SECRET, required"`
	APIURL         string   `env:"GITHUB_API_URL, default=https://api.github.com"`
	Owners         []string `env:"CHECKREIN_OWNERS"`
	DatabaseURL    string   `env:"CHECKREIN_DATABASE_URL, default=sqlite:checkrein.db"`
	Listen         string   `env:"CHECKREIN_LISTEN, default=:8080"`
	AdminListen    string   `env:"CHECKREIN_ADMIN_LISTEN, default=127.0.0.1:9090"`
	Registries     []string `env:"CHECKREIN_REGISTRIES"`
	LogLevel       string   `env:"CHECKREIN_LOG_LEVEL, default=info"`

	Guard  *GuardConfig // nil: none runs inside
	Traces traces.Config

	rates  *hub.Rates    // nil: the hub's own
	lease  time.Duration // zero: leaseTime
	detour lookup.Detour // for tests
}

// Variable documents one variable of the environment.
type Variable struct{ Name, Default, Says string }

// Variables lists what Config reads, for --help.
func Variables() []Variable {
	return []Variable{
		{"GITHUB_APP_ID", "", "the App's id, a number (required)"},
		{"GITHUB_APP_PRIVATE_KEY", "", "the App's private key, PEM (required; or GITHUB_APP_PRIVATE_KEY_FILE)"},
		{"GITHUB_WEBHOOK_SECRET", "", "the webhook's secret, or several with commas between (required; or GITHUB_WEBHOOK_SECRET_FILE)"},
		{"GITHUB_API_URL", "https://api.github.com", "for Enterprise Server https://HOST/api/v3"},
		{"CHECKREIN_OWNERS", "", "whose installations are served, separated by commas; empty: all"},
		{"CHECKREIN_DATABASE_URL", "sqlite:checkrein.db", "where the state is kept: sqlite:PATH or postgres://USER@HOST/DATABASE (or CHECKREIN_DATABASE_URL_FILE)"},
		{"CHECKREIN_LISTEN", ":8080", "where POST /webhook is served"},
		{"CHECKREIN_ADMIN_LISTEN", "127.0.0.1:9090", "where /healthz, /readyz and /metrics are served"},
		{"CHECKREIN_REGISTRIES", "", "registries that policies may have asked, like ghcr.io or *.pkg.dev, separated by commas; empty: none"},
		{"CHECKREIN_LOG_LEVEL", "info", "debug, info, warn or error"},
	}
}

// TraceVariables lists those of OpenTelemetry's variables that decide whether and where traces
// go, for --help. The SDK reads these and others by itself.
func TraceVariables() []Variable {
	return []Variable{
		{"OTEL_EXPORTER_OTLP_ENDPOINT", "", "where spans are sent by OTLP, like http://collector:4318; empty: nowhere"},
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "", "the same for traces alone, with the whole path"},
		{"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "http/protobuf, http/json or grpc"},
		{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "", "the same for traces alone"},
		{"OTEL_EXPORTER_OTLP_HEADERS", "", "sent along, like api-key=SECRET, separated by commas"},
		{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "", "the same for traces alone"},
		{"OTEL_TRACES_EXPORTER", "", "otlp, console (on stdout) or none; empty: otlp where there is an endpoint"},
		{"OTEL_TRACES_SAMPLER", "parentbased_always_on", "which traces are kept, like parentbased_traceidratio"},
		{"OTEL_TRACES_SAMPLER_ARG", "", "the share that is kept, like 0.1"},
		{"OTEL_SERVICE_NAME", "checkrein", "the name that spans are under"},
		{"OTEL_RESOURCE_ATTRIBUTES", "", "what every span carries, like deployment.environment.name=production"},
		{"OTEL_SDK_DISABLED", "false", "true: nothing is traced, whatever else is set"},
	}
}

// secrets may be given by a file.
var secrets = []string{"GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", databaseVariable}

// databaseVariable names a secret where its address has a password in it.
const databaseVariable = "CHECKREIN_DATABASE_URL"

// DatabaseURL is the address that CHECKREIN_DATABASE_URL, or the file that it names with
// _FILE, tells; where neither does, otherwise.
func DatabaseURL(lookup func(string) (string, bool), otherwise string) (string, error) {
	env, err := withFiles(lookup, []string{databaseVariable})
	if err != nil {
		return "", err
	}
	address, _ := env.Lookup(databaseVariable)
	return cmp.Or(address, otherwise), nil
}

// ReadConfig reads the environment through lookup (os.LookupEnv) and says which
// variable is missing or wrong.
func ReadConfig(ctx context.Context, lookup func(string) (string, bool)) (Config, error) {
	env, err := withFiles(lookup, secrets)
	if err != nil {
		return Config{}, err
	}
	if id, set := env.Lookup("GITHUB_APP_ID"); set && id == "" { // it would count as 0
		return Config{}, errors.New("GITHUB_APP_ID is empty: expected the App's id, a positive number")
	}
	var c Config
	if err := envconfig.ProcessWith(ctx, &envconfig.Config{Target: &c, Lookuper: env}); err != nil {
		return Config{}, missing(env, err)
	}
	c.Guard = nil // its defaults were filled in: nobody asked for it yet
	if c.Traces, err = traces.Read(lookup); err != nil {
		return Config{}, err
	}
	if err := c.validate(); err != nil || !GuardWanted(lookup) {
		return c, err
	}
	guard, err := ReadGuardConfig(ctx, lookup)
	if err != nil {
		return Config{}, err
	}
	c.Guard = &guard
	return c, nil
}

// missing names every required variable that is absent, not only the first, else
// the one that is no number.
func missing(env envconfig.Lookuper, err error) error {
	var absent []string
	for _, name := range []string{"GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"} {
		if _, ok := env.Lookup(name); !ok {
			absent = append(absent, name)
		}
	}
	if len(absent) > 0 {
		return fmt.Errorf("the environment lacks %s: see `checkrein serve --help`", strings.Join(absent, ", "))
	}
	if id, _ := env.Lookup("GITHUB_APP_ID"); !number.MatchString(id) {
		return fmt.Errorf("GITHUB_APP_ID is %q: expected the App's id, a positive number", id)
	}
	return fmt.Errorf("read the environment: %w", err)
}

var number = regexp.MustCompile(`^[0-9]{1,18}$`)

func (c *Config) validate() error {
	if c.AppID <= 0 {
		return fmt.Errorf("GITHUB_APP_ID is %d: expected the App's id, a positive number", c.AppID)
	}
	_, level := c.level()
	return cmp.Or(c.validateKey(), c.validateSecrets(), c.validateAPI(), c.validateOwners(), c.validateRegistries(),
		listenable("CHECKREIN_LISTEN", c.Listen), listenable("CHECKREIN_ADMIN_LISTEN", c.AdminListen), level)
}

func (c *Config) validateKey() error {
	c.PrivateKey = strings.TrimSpace(c.PrivateKey)
	if c.PrivateKey == "" {
		return errors.New("GITHUB_APP_PRIVATE_KEY is empty: expected the App's private key in PEM")
	}
	// Nothing of it is repeated: it may be a key all the same.
	if block, _ := pem.Decode([]byte(c.PrivateKey)); block == nil {
		return errors.New("GITHUB_APP_PRIVATE_KEY: the private key cannot be read: expected the PEM file that GitHub made, " +
			"from -----BEGIN RSA PRIVATE KEY----- on and with its line breaks, best given by GITHUB_APP_PRIVATE_KEY_FILE")
	}
	return nil
}

func (c *Config) validateSecrets() error {
	if len(c.WebhookSecrets) == 0 {
		return errors.New("GITHUB_WEBHOOK_SECRET is empty: without it anyone could send events")
	}
	for i, s := range c.WebhookSecrets {
		if c.WebhookSecrets[i] = strings.TrimSpace(s); c.WebhookSecrets[i] == "" {
			return errors.New("GITHUB_WEBHOOK_SECRET holds an empty secret: with it anyone could send events")
		}
	}
	return nil
}

// validateAPI also refuses the address of the pages, which is taken for that of the API.
func (c *Config) validateAPI() error {
	const expected = "expected https://api.github.com, or https://HOST/api/v3 of an Enterprise Server"
	u, err := url.Parse(c.APIURL)
	switch {
	case strings.Contains(c.APIURL, "@"): // not repeated: before it stands a password
		return errors.New("GITHUB_API_URL holds credentials: " + expected)
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", strings.EqualFold(u.Host, "github.com"):
		return fmt.Errorf("GITHUB_API_URL is %q: %s", c.APIURL, expected)
	}
	return nil
}

// ownerName is what GitHub allows for an organisation or a user, with the underscore of
// managed users.
var ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

func (c *Config) validateOwners() error {
	for i, o := range c.Owners {
		if c.Owners[i] = strings.TrimSpace(o); !ownerName.MatchString(c.Owners[i]) {
			return fmt.Errorf("CHECKREIN_OWNERS names %q: expected names of organisations or users, separated by commas", o)
		}
	}
	return nil
}

func (c *Config) validateRegistries() error {
	hosts, err := lookup.ParseHosts(c.Registries)
	if err != nil {
		return fmt.Errorf("CHECKREIN_REGISTRIES names %w", err)
	}
	c.Registries = hosts
	return nil
}

// listenable is an address of the form that can be listened on; whether it is free is
// found out by doing it.
func listenable(name, address string) error {
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return fmt.Errorf("%s is %q: expected HOST:PORT, or :PORT for every address of this machine", name, address)
	}
	return nil
}

func (c *Config) level() (slog.Level, error) { return logLevel(c.LogLevel) }

// environment answers envconfig; values read from files win over nothing.
type environment struct {
	lookup func(string) (string, bool)
	files  map[string]string
}

// Lookup implements envconfig.Lookuper.
func (e environment) Lookup(name string) (string, bool) {
	if v, ok := e.files[name]; ok {
		return v, true
	}
	return e.lookup(name)
}

func withFiles(lookup func(string) (string, bool), secrets []string) (environment, error) {
	env := environment{lookup: lookup, files: map[string]string{}}
	for _, name := range secrets {
		path, ok := lookup(name + "_FILE")
		if !ok || path == "" {
			continue
		}
		if _, both := lookup(name); both {
			return env, fmt.Errorf("%s and %s_FILE are both set: expected one of them", name, name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return env, fmt.Errorf("read %s_FILE: %w", name, err)
		}
		env.files[name] = strings.TrimRight(string(data), "\r\n")
	}
	return env, nil
}
