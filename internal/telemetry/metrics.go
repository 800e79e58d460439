package telemetry

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// MetricsEnabled reports whether the environment asks for metrics to be sent: it names an OTLP endpoint and does not
// switch them off.
func MetricsEnabled(getenv func(string) string) bool {
	return enabled(getenv, "METRICS")
}

// SendMetrics sends what is gathered to the OTLP endpoint of the environment, over HTTP, each minute or as
// OTEL_METRIC_EXPORT_INTERVAL says. They are the metrics that Prometheus is shown, by the same names. The returned
// function sends the last ones and ends the sending.
func SendMetrics(
	ctx context.Context, getenv func(string) string, version string, from prometheus.Gatherer, log *slog.Logger,
) (end func(), err error) {
	if err := offered(getenv, "METRICS", log); err != nil {
		return nil, err
	}
	exporter, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: %w", err)
	}
	described, err := describe(ctx, version)
	if err != nil {
		return nil, err
	}
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithResource(described), sdkmetric.WithReader(
		sdkmetric.NewPeriodicReader(exporter,
			sdkmetric.WithProducer(exact{bridge.NewMetricProducer(bridge.WithGatherer(from))}))))
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			log.Warn("the last metrics were not sent", "error", err)
		}
	}, nil
}

// exact gives the trace ids of exemplars their bytes. The bridge takes their text for bytes, and collectors refuse
// everything that is sent beside such an id.
type exact struct{ sdkmetric.Producer }

// Produce implements [sdkmetric.Producer].
func (e exact) Produce(ctx context.Context) ([]metricdata.ScopeMetrics, error) {
	scopes, err := e.Producer.Produce(ctx)
	for _, scope := range scopes {
		for _, m := range scope.Metrics {
			histogram, _ := m.Data.(metricdata.Histogram[float64])
			for _, point := range histogram.DataPoints {
				for i := range point.Exemplars {
					id := &point.Exemplars[i].TraceID
					if raw, err := hex.DecodeString(string(*id)); err == nil && len(raw) == 16 {
						*id = raw
					}
				}
			}
		}
	}
	return scopes, err
}
