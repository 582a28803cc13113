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
// go on with something else.
func Read(lookup func(string) (string, bool)) (Config, error) {
	env := func(names ...string) (name, value string) {
		for _, name := range names {
			if v, _ := lookup(name); strings.TrimSpace(v) != "" {
				return name, strings.TrimSpace(v)
			}
		}
		return names[len(names)-1], ""
	}
	where, endpoint := env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	how, protocol := env("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	_, exporter := env("OTEL_TRACES_EXPORTER")
	_, sampler := env("OTEL_TRACES_SAMPLER")
	_, share := env("OTEL_TRACES_SAMPLER_ARG")
	if _, off := env("OTEL_SDK_DISABLED"); strings.EqualFold(off, "true") {
		return Config{}, nil
	}
	if exporter == "" && endpoint != "" {
		exporter = otlp
	}
	c := Config{exporter, cmp.Or(protocol, protocols()[0])}
	switch exporter {
	case "", none:
		return Config{}, nil
	case console:
		return Config{exporter: console}, validSampler(sampler, share)
	case otlp:
		return c, cmp.Or(oneOf(how, c.protocol, protocols()...), validEndpoint(where, endpoint), validSampler(sampler, share))
	}
	return Config{}, oneOf("OTEL_TRACES_EXPORTER", exporter, otlp, console, none)
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

func validSampler(name, share string) error {
	if name == "" {
		return nil
	}
	name = strings.ToLower(name)
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
