package traces

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"golang.org/x/net/http/httpguts"
)

// Config says by what spans leave the process. The zero Config: none do. Where to, how many
// and what is sent with them OpenTelemetry reads from the environment by itself.
type Config struct {
	exporter string // otlp, console; empty: none
	protocol string // of otlp: grpc, http/protobuf, http/json
}

// The exporters and the protocols of OpenTelemetry's environment that there are here.
const (
	otlp    = "otlp"
	console = "console"
	none    = "none"
	grpc    = "grpc"
)

func protocols() []string { return []string{"http/protobuf", "http/json", grpc} }

// samplers are those of OTEL_TRACES_SAMPLER that the SDK has.
func samplers() []string {
	return []string{"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"}
}

// Read reads the environment through lookup (os.LookupEnv). OTLP, which is OpenTelemetry's
// default, is taken only where something says where to: nobody who has not asked for it
// shall have connections opened. A variable that is wrong is an error, where the SDK would
// write to stderr and go on with something else.
func Read(lookup func(string) (string, bool)) (Config, error) {
	env := func(name string) string {
		value, _ := lookup(name)
		return strings.TrimSpace(value)
	}
	first := func(end string) string { return cmp.Or(env(both(end)[0]), env(both(end)[1])) }
	where, how := first("ENDPOINT"), first("PROTOCOL")
	exporter, disabled := env("OTEL_TRACES_EXPORTER"), strings.EqualFold(env("OTEL_SDK_DISABLED"), "true")
	wrong := cmp.Or(validOTLP(env), validSampler(env))
	if exporter == "" && where != "" {
		exporter = otlp
	}
	switch {
	case disabled, exporter == "", exporter == none:
		return Config{}, nil // whatever else is set
	case exporter == console:
		return Config{exporter: console}, wrong
	case exporter == otlp:
		return Config{exporter: otlp, protocol: cmp.Or(how, protocols()[0])}, wrong
	}
	return Config{}, oneOf("OTEL_TRACES_EXPORTER", exporter, otlp, console, none)
}

// both are the variables of traces alone and of everything, which end alike. The first one
// that is set counts; the exporter reads both.
func both(end string) []string {
	return []string{"OTEL_EXPORTER_OTLP_TRACES_" + end, "OTEL_EXPORTER_OTLP_" + end}
}

func validOTLP(env func(string) string) error {
	var errs []error
	for _, name := range both("ENDPOINT") {
		errs = append(errs, validEndpoint(name, env(name)))
	}
	for _, name := range both("PROTOCOL") {
		if how := env(name); how != "" {
			errs = append(errs, oneOf(name, how, protocols()...))
		}
	}
	for _, name := range both("HEADERS") {
		errs = append(errs, validHeaders(name, env(name)))
	}
	return cmp.Or(errs...)
}

func oneOf(name, value string, all ...string) error {
	if slices.Contains(all, value) {
		return nil
	}
	return fmt.Errorf("%s is %q: expected one of %s", name, value, strings.Join(all, ", "))
}

// validEndpoint refuses what the exporter would take for something else.
func validEndpoint(name, endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case endpoint == "": // OpenTelemetry's default, on this machine
		return nil
	case strings.Contains(endpoint, "@"): // not repeated: before it stands a password
		return fmt.Errorf("%s holds credentials: expected them in OTEL_EXPORTER_OTLP_HEADERS", name)
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("%s is %q: expected an address like http://collector:4318", name, endpoint)
	}
	return nil
}

// validHeaders refuses what the exporter would leave out, and write to stderr: most likely it
// is a secret, so nothing of it is repeated.
func validHeaders(name, headers string) error {
	if headers == "" {
		return nil
	}
	for i, pair := range strings.Split(headers, ",") {
		key, escaped, found := strings.Cut(pair, "=")
		value, err := url.PathUnescape(escaped)
		if !found || err != nil || !httpguts.ValidHeaderFieldName(strings.TrimSpace(key)) || !httpguts.ValidHeaderFieldValue(value) {
			return fmt.Errorf("%s: header %d cannot be read: expected NAME=VALUE, with %%2C for a comma, separated by commas", name, i+1)
		}
	}
	return nil
}

func validSampler(env func(string) string) error {
	name, share := strings.ToLower(env("OTEL_TRACES_SAMPLER")), env("OTEL_TRACES_SAMPLER_ARG")
	if name == "" {
		return nil
	}
	if err := oneOf("OTEL_TRACES_SAMPLER", name, samplers()...); err != nil {
		return err
	}
	if !strings.HasSuffix(name, "traceidratio") || share == "" {
		return nil
	}
	if part, err := strconv.ParseFloat(share, 64); err != nil || !(part >= 0 && part <= 1) {
		return fmt.Errorf("OTEL_TRACES_SAMPLER_ARG is %q: expected the share of traces that are kept, from 0 to 1", share)
	}
	return nil
}

// export makes the exporter; it connects when there is something to send.
func (c Config) export(ctx context.Context) (sdk.SpanExporter, error) {
	switch {
	case c.exporter == console:
		return stdouttrace.New()
	case c.protocol == grpc:
		return otlptracegrpc.New(ctx)
	}
	return otlptracehttp.New(ctx)
}
