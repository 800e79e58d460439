// Package metrics shows Prometheus how this process does. No label of it can be chosen by a client.
package metrics

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
)

// Metrics are what is counted.
type Metrics struct {
	// TraceOf is the id of the trace in which something took its time, empty if it is not to be found anywhere. It stands
	// beside the time as its exemplar. It is set before anything is counted; nil without traces.
	TraceOf func(context.Context) string

	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration prometheus.Histogram

	known      map[string]bool // names of operations that may be labels
	operations *prometheus.CounterVec
	took       *prometheus.HistogramVec
	errors     *prometheus.CounterVec
	signIns    *prometheus.CounterVec
	documents  *prometheus.CounterVec
}

// New makes metrics that have seen nothing yet. Operations of known names are counted by name, all others together as
// "other": clients make up names.
func New(version string, known ...string) *Metrics {
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
	m.known = map[string]bool{}
	for _, name := range known {
		m.known[name] = true
	}
	m.operations = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "circlegraph_operations_total", Help: "Responses to GraphQL operations; every event of a subscription is one.",
	}, []string{"operation", "kind"})
	m.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "circlegraph_operation_duration_seconds", Help: "How long queries and mutations took.",
		Buckets: []float64{.005, .01, .025, .05, .1, .2, .4, .8, 1.6, 3.2, 6.4, 12.8, 25.6},
	}, []string{"kind"})
	m.errors = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "circlegraph_errors_total", Help: "Responses with an error of a code; one with two codes counts for both.",
	}, []string{"code"})
	m.signIns = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "circlegraph_sign_ins_total", Help: "Sign-ins, refreshes and revocations, by what came of them.",
	}, []string{"action", "mode", "outcome"})
	m.documents = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "circlegraph_documents_total", Help: "Requests with a document, by whether it is a trusted one.",
	}, []string{"trusted"})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "circlegraph_build_info", Help: "Always 1.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	m.registry.MustRegister(build, m.operations, m.took, m.errors, m.signIns, m.requests, m.duration,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a request to Circle. It is circleclient's Observe.
func (m *Metrics) Observe(ctx context.Context, s circleclient.Sent) {
	m.requests.WithLabelValues(s.Operation, strconv.Itoa(s.Status)).Inc()
	m.observe(ctx, m.duration, s.Duration)
}

// observe adds a time, with the trace in which it can be looked at.
func (m *Metrics) observe(ctx context.Context, h prometheus.Observer, d time.Duration) {
	if m.TraceOf != nil {
		if id := m.TraceOf(ctx); id != "" {
			h.(prometheus.ExemplarObserver).ObserveWithExemplar(d.Seconds(), prometheus.Labels{"trace_id": id})
			return
		}
	}
	h.Observe(d.Seconds())
}

// SignIn counts a sign-in, a refresh or a revocation. It is tokens' Observe.
func (m *Metrics) SignIn(action, mode, outcome string) {
	m.signIns.WithLabelValues(action, mode, outcome).Inc()
}

// WatchDocuments shows how many documents are trusted. Without trusted documents there is nothing to tell.
func (m *Metrics) WatchDocuments() {
	m.registry.MustRegister(m.documents)
	m.documents.WithLabelValues("true")
	m.documents.WithLabelValues("false")
}

// Document counts a request by whether its document is a trusted one.
func (m *Metrics) Document(trusted bool) {
	m.documents.WithLabelValues(strconv.FormatBool(trusted)).Inc()
}

// Operation counts a response. It takes what the graph tells of it, and how long it took.
func (m *Metrics) Operation(ctx context.Context, name, kind string, codes []string, duration time.Duration) {
	if !m.known[name] {
		name = "other"
	}
	kind = cmp.Or(kind, "refused")
	m.operations.WithLabelValues(name, kind).Inc()
	if kind != "subscription" { // most of its time is waiting for something to happen
		m.observe(ctx, m.took.WithLabelValues(kind), duration)
	}
	for _, code := range codes {
		m.errors.WithLabelValues(code).Inc()
	}
}

// Gatherer is everything that is counted, for whoever else sends it on.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Register adds what another part counts.
func (m *Metrics) Register(more ...prometheus.Collector) { m.registry.MustRegister(more...) }

// Streams adds how many event streams and websockets are open.
func (m *Metrics) Streams(open func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "circlegraph_streams_open", Help: "Event streams and websockets that are open.",
	}, func() float64 { return float64(open()) }))
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
	reads("reused", total.Reused)
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

// WatchLive adds what is told to members. It is called once.
func (m *Metrics) WatchLive(l *live.Live) { m.registry.MustRegister(updates{l}) }

// updates are figures of what is told to members.
type updates struct{ live *live.Live }

var (
	liveCables    = prometheus.NewDesc("circlegraph_live_cables", "Websockets to Circle that are open.", nil, nil)
	liveFollowers = prometheus.NewDesc("circlegraph_live_followers", "Subscriptions to what happens.", nil, nil)
	liveMembers   = prometheus.NewDesc("circlegraph_live_members", "Members with subscriptions, by how they are told.",
		[]string{"mode"}, nil)
	liveEvents = prometheus.NewDesc("circlegraph_live_events_total", "Events that Circle has sent, by its names.",
		[]string{"event"}, nil)
	liveReconnects = prometheus.NewDesc("circlegraph_live_reconnects_total",
		"Websockets to Circle that were opened again.", nil, nil)
	liveGaps = prometheus.NewDesc("circlegraph_live_gaps_total", "How often events may have been lost.", nil, nil)
)

// Describe implements [prometheus.Collector].
func (updates) Describe(ch chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{liveCables, liveFollowers, liveMembers, liveEvents, liveReconnects, liveGaps} {
		ch <- desc
	}
}

// Collect implements [prometheus.Collector].
func (u updates) Collect(ch chan<- prometheus.Metric) {
	s := u.live.Stats()
	gauge := func(desc *prometheus.Desc, value int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	counter := func(desc *prometheus.Desc, value int64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), labels...)
	}
	gauge(liveCables, s.Cables)
	gauge(liveFollowers, s.Followers)
	for _, mode := range live.Modes {
		gauge(liveMembers, s.Members[mode], string(mode))
	}
	for event, n := range s.Events {
		counter(liveEvents, n, event)
	}
	counter(liveReconnects, s.Reconnects)
	counter(liveGaps, s.Gaps)
}

// circuits are gauges that a client's operations come by as they are first called.
type circuits struct{ circle *circleclient.Client }

var circuitState = prometheus.NewDesc("circlegraph_upstream_circuit_state",
	"Whether an operation of Circle is called: 0 it is, 1 it is being tried again, 2 it keeps failing and is not.",
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
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	return mux
}
