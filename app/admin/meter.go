package admin

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
)

const (
	scrapeTime = 10 * time.Second // for one answer of /metrics
	scrapes    = 4                // at a time, those included that hang
)

// meter makes instruments and collects what went wrong.
type meter struct {
	metric.Meter
	errs []error
}

// newMeter wires OpenTelemetry to a registry of its own and gives the handler that
// shows it. Names stay as they are in Metrics.
func newMeter(log *slog.Logger) (*meter, http.Handler, error) {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})} {
		if err := registry.Register(c); err != nil {
			return nil, nil, fmt.Errorf("register the runtime's metrics: %w", err)
		}
	}
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo(),
		exporter.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithoutSuffixes))
	if err != nil {
		return nil, nil, fmt.Errorf("make the Prometheus exporter: %w", err)
	}
	provider := sdk.NewMeterProvider(sdk.WithReader(reader), sdk.WithResource(resource.Empty()))
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: scrapes,
		Timeout:             scrapeTime,
	})
	return &meter{Meter: provider.Meter("checkrein")}, handler, nil
}

func (m *meter) err() error { return errors.Join(m.errs...) }

func (m *meter) failed(err error) {
	if err != nil {
		m.errs = append(m.errs, err)
	}
}

// describe takes the text from Metrics, so that nothing is told that is not listed there.
func (m *meter) describe(name, kind string) metric.InstrumentOption {
	d, ok := described(name)
	if !ok || d.Kind != kind {
		m.failed(fmt.Errorf("%s is not described as a %s", name, kind))
	}
	return metric.WithDescription(d.Says)
}

func (m *meter) counter(name string) metric.Int64Counter {
	c, err := m.Int64Counter(name, m.describe(name, counter))
	m.failed(err)
	return c
}

func (m *meter) histogram(name string, bounds ...float64) metric.Float64Histogram {
	h, err := m.Float64Histogram(name, m.describe(name, histogram), metric.WithExplicitBucketBoundaries(bounds...))
	m.failed(err)
	return h
}

func (m *meter) gauge(name string) metric.Float64ObservableGauge {
	g, err := m.Float64ObservableGauge(name, m.describe(name, gauge))
	m.failed(err)
	return g
}
