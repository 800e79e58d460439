package shared

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// measures are what is counted of the store.
type measures struct {
	up       prometheus.Gauge
	degraded *prometheus.CounterVec
	took     *prometheus.HistogramVec
	lag      prometheus.Gauge
}

func newMeasures() measures {
	return measures{
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "circlegraph_shared_up", Help: "Whether the shared store answers.",
		}),
		degraded: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circlegraph_shared_degraded_total", Help: "What could not be shared because the store was away, by part.",
		}, []string{"part"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "circlegraph_shared_duration_seconds", Help: "How long the shared store took, by part.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1},
		}, []string{"part"}),
		lag: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "circlegraph_shared_news_lag_seconds", Help: "How old the latest news of another instance was when it came.",
		}),
	}
}

// time notes how long a part has taken, once what it returns is called.
func (m measures) time(part string) func() {
	timer := prometheus.NewTimer(m.took.WithLabelValues(part))
	return func() { timer.ObserveDuration() }
}

// Collectors are the metrics of the store.
func (s *Store) Collectors() []prometheus.Collector {
	return []prometheus.Collector{
		s.measures.up, s.measures.degraded, s.measures.took, s.measures.lag,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "circlegraph_shared_untold", Help: "What the store is still to be told, because it was away or slow.",
		}, func() float64 { return float64(s.retained.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "circlegraph_shared_instances", Help: "Instances that have been heard of within ten minutes.",
		}, func() float64 { return float64(s.Instances()) }),
	}
}

// within is a time that has passed, in seconds.
func within(d time.Duration) float64 { return max(d.Seconds(), 0) }
