package traces

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	const secretly = "http://user:hunter2@collector:4318"
	for name, c := range map[string]struct {
		env  map[string]string
		want Config
		err  string // a part of the error
	}{
		"nothing":                 {nil, Config{}, ""},
		"names alone":             {map[string]string{"OTEL_SERVICE_NAME": "checks", "OTEL_RESOURCE_ATTRIBUTES": "a=b"}, Config{}, ""},
		"endpoint":                {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, Config{"otlp", "http/protobuf"}, ""},
		"endpoint of traces":      {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector/v1/traces"}, Config{"otlp", "http/protobuf"}, ""},
		"exporter alone":          {map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, Config{"otlp", "http/protobuf"}, ""},
		"grpc":                    {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, Config{"otlp", "grpc"}, ""},
		"protocol of traces":      {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, Config{"otlp", "http/json"}, ""},
		"console":                 {map[string]string{"OTEL_TRACES_EXPORTER": "console"}, Config{exporter: "console"}, ""},
		"none":                    {map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, Config{}, ""},
		"off":                     {map[string]string{"OTEL_SDK_DISABLED": "TRUE", "OTEL_EXPORTER_OTLP_ENDPOINT": "no address"}, Config{}, ""},
		"empty":                   {map[string]string{"OTEL_TRACES_EXPORTER": "", "OTEL_EXPORTER_OTLP_ENDPOINT": " "}, Config{}, ""},
		"another exporter":        {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, Config{}, `OTEL_TRACES_EXPORTER is "zipkin": expected one of otlp, console, none`},
		"another protocol":        {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "udp"}, Config{}, `OTEL_EXPORTER_OTLP_PROTOCOL is "udp"`},
		"endpoint without scheme": {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}, Config{}, `OTEL_EXPORTER_OTLP_ENDPOINT is "collector:4317": expected an address like http://collector:4318`},
		"endpoint with password":  {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": secretly}, Config{}, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT holds credentials"},
		"headers":                 {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%2Cb=, x=1"}, Config{"otlp", "http/protobuf"}, ""},
		"headers without a name":  {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "x=1,hunter2"}, Config{}, "OTEL_EXPORTER_OTLP_HEADERS: header 2"},
		"headers with a colon":    {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "Authorization: hunter2=="}, Config{}, "OTEL_EXPORTER_OTLP_TRACES_HEADERS: header 1"},
		"headers badly escaped":   {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "x=hunter2%zz"}, Config{}, "OTEL_EXPORTER_OTLP_HEADERS: header 1"},
		"another sampler":         {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER": "jaeger_remote"}, Config{}, `OTEL_TRACES_SAMPLER is "jaeger_remote"`},
		"share":                   {map[string]string{"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "10%"}, Config{}, `OTEL_TRACES_SAMPLER_ARG is "10%"`},
		"share that is none":      {map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "NaN"}, Config{}, `OTEL_TRACES_SAMPLER_ARG is "NaN"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
			if c.err == "" && (err != nil || got != c.want) {
				t.Errorf("read %+v, %v; want %+v", got, err, c.want)
			}
			if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("error %v, want one that says %q", err, c.err)
			}
		})
	}
}
