// Package metrics shows Prometheus how this process does with Circle. No label of it can be chosen by a client.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"circlegraph/circleclient"
)

// Metrics are what is counted.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration prometheus.Histogram
}

// New makes metrics that have seen nothing yet.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "circlegraph_upstream_requests_total", Help: "Requests sent to Circle, by operation and HTTP status; 0 is " +
				"no answer.",
		}, []string{"operation", "status"}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "circlegraph_upstream_request_duration_seconds", Help: "How long Circle took to answer.",
			Buckets: []float64{.025, .05, .1, .2, .4, .8, 1.6, 3.2, 6.4, 12.8},
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a request to Circle. It is circleclient's Observe.
func (m *Metrics) Observe(operation string, status int, duration time.Duration) {
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.duration.Observe(duration.Seconds())
}

// Watch adds what a client says of itself, and how many members are active. It is called once.
func (m *Metrics) Watch(circle *circleclient.Client, activeMembers func() int) {
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	total := circle.Total()
	reads := func(answer string, value func() int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "circlegraph_upstream_reads_spared_total", Help: "Reads that needed no request of their own.",
			ConstLabels: prometheus.Labels{"answer": answer},
		}, func() float64 { return float64(value()) }))
	}
	reads("cached", total.Cached)
	reads("coalesced", total.Coalesced)
	reads("stale", total.Stale)
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "circlegraph_budget_waited_seconds_total", Help: "How long calls have waited for the budget, all added up.",
	}, func() float64 { return total.Waited().Seconds() }))
	if circle.State().Limited {
		gauge("circlegraph_budget_remaining", "Requests that could be sent to Circle at once.",
			func() float64 { return float64(circle.State().Remaining) })
		gauge("circlegraph_budget_strength", "Part of the budget that Circle accepts.",
			func() float64 { return circle.State().Strength })
		gauge("circlegraph_budget_waiting", "Calls that wait for the budget.",
			func() float64 { return float64(circle.State().Waiting) })
	}
	m.registry.MustRegister(circuits{circle})
	gauge("circlegraph_memo_answers", "Answers of Circle that are remembered.",
		func() float64 { return float64(circle.State().Answers) })
	gauge("circlegraph_memo_bytes", "Memory that they take.",
		func() float64 { return float64(circle.State().AnswerBytes) })
	gauge("circlegraph_active_members", "Members seen since the month began (UTC), or since this process was started.",
		func() float64 { return float64(activeMembers()) })
}

// circuits are gauges that a client's operations come by as they are first called.
type circuits struct{ circle *circleclient.Client }

var circuitState = prometheus.NewDesc("circlegraph_upstream_circuit_state",
	"Whether an operation of Circle is asked: 0 it is, 1 it is being tried again, 2 it keeps failing and is left alone.",
	[]string{"operation"}, nil)

// Describe implements [prometheus.Collector].
func (circuits) Describe(ch chan<- *prometheus.Desc) { ch <- circuitState }

// Collect implements [prometheus.Collector].
func (c circuits) Collect(ch chan<- prometheus.Metric) {
	for operation, state := range c.circle.Circuits() {
		ch <- prometheus.MustNewConstMetric(circuitState, prometheus.GaugeValue, float64(state), operation)
	}
}

// Handler serves /metrics.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
