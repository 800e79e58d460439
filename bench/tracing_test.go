//go:build unix

package main

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/facade"
	"circlegraph/internal/telemetry"
	"circlegraph/sandbox"
)

// BenchmarkTracing is what traces cost: everything between the request and the answer, with a Circle that costs
// nothing. In each round each way has a turn, in an order of chance, and clears up after itself. It prints CPU time,
// and of what is sampled never, one time in a hundred and always the ratio to none in the same round: the median of the
// rounds, and between which ratios the middle half lies. What receives the spans is part of this process and of the
// figures.
func BenchmarkTracing(b *testing.B) {
	box := sandbox.New(sandbox.Options{HeadlessToken: secret})
	token := signIn(b, box, "member@example.com")
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	b.Cleanup(collector.Close)
	b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	ways := []struct {
		name    string
		handler http.Handler
		used    time.Duration // in the round
		ratios  []float64
	}{
		{name: "off", handler: traced(b, box, "", "")},
		{name: "unsampled", handler: traced(b, box, "always_off", "")},
		{name: "hundredth", handler: traced(b, box, "traceidratio", "0.01")},
		{name: "sampled", handler: traced(b, box, "always_on", "")},
	}
	body := document(facadeQueries[works[0].name])
	const turn = 50 // responses
	dice := rand.New(rand.NewPCG(1, 1))
	var off time.Duration
	rounds := 0
	for b.Loop() {
		for _, i := range dice.Perm(len(ways)) {
			before := cpuTime()
			for range turn {
				answered(b, ways[i].handler, token, body)
			}
			runtime.GC() // or the next one would
			ways[i].used = cpuTime() - before
		}
		if rounds++; rounds == 1 { // it warms up
			continue
		}
		off += ways[0].used
		for i := range ways {
			ways[i].ratios = append(ways[i].ratios, float64(ways[i].used)/float64(ways[0].used))
		}
	}
	if rounds == 1 {
		return
	}
	b.ReportMetric(float64(off.Nanoseconds())/float64((rounds-1)*turn), "off-cpu-ns/op")
	for _, way := range ways[1:] {
		slices.Sort(way.ratios)
		n := len(way.ratios)
		b.ReportMetric(way.ratios[n/2], way.name+"/off")
		b.ReportMetric(way.ratios[n/4], way.name+"/off-from")
		b.ReportMetric(way.ratios[3*n/4], way.name+"/off-to")
	}
}

// traced is everything that is served, with a sampler; without traces if that is empty.
func traced(b *testing.B, box http.Handler, sampler, argument string) http.Handler {
	b.Helper()
	cfg, err := config.Load(nil, func(string) string { return "" }, "", io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	cfg.CircleURL, cfg.CircleHeadlessToken, cfg.CommunityURL = "http://127.0.0.1", secret, sandbox.DefaultPublicURL
	cfg.MemoBytes, cfg.MaxCost, cfg.UpstreamBudget = 0, 0, 0
	needs := facade.Dependencies{
		Logger: slog.New(slog.DiscardHandler),
		Circle: func(c *circleclient.Config) { c.Transport = &replaying{handler: box} },
	}
	if sampler != "" {
		env := map[string]string{"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": argument}
		needs.Telemetry, err = telemetry.New(b.Context(), func(name string) string {
			if value, ok := env[name]; ok {
				return value
			}
			return os.Getenv(name)
		}, "bench", needs.Logger)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { needs.Telemetry.Flush(context.WithoutCancel(b.Context()), needs.Logger) })
	}
	f, err := facade.New(cfg, needs)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Close)
	return f
}
