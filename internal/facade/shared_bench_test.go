package facade_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkShared compares, in one run, requests with a shared store and without: those that are remembered, and those
// that ask Circle. It reports the middle and the 99th of a hundred, in microseconds.
func BenchmarkShared(b *testing.B) {
	for name, test := range map[string]struct {
		memo  string
		query string
	}{
		"remembered": {"1m", `{ homeFeed(first: 2) { nodes { title } } }`},
		"asked":      {"0s", `{ homeFeed(first: 2) { nodes { title } } }`},
	} {
		b.Run(name, func(b *testing.B) {
			with := newBenchFleet(b, test.memo)
			for b.Loop() {
				with(test.query)
			}
		})
	}
}

// newBenchFleet makes two instances, one that shares and one that does not, and returns what asks both in turn.
func newBenchFleet(b *testing.B, memo string) func(query string) {
	b.Helper()
	var took [2][]time.Duration
	servers := [2]server{}
	tokens := [2]string{}
	f := newFleet(b, 1, "CIRCLEGRAPH_MEMO_BRIEF", memo, "CIRCLEGRAPH_UPSTREAM_BUDGET", "100000000")
	servers[0] = f.instances[0]
	servers[1] = serve(b, func(circle http.Handler) http.Handler { return circle }, "CIRCLEGRAPH_MEMO_BRIEF", memo,
		"CIRCLEGRAPH_UPSTREAM_BUDGET", "100000000")
	for i, s := range servers {
		tokens[i] = s.login()
	}
	b.Cleanup(func() {
		for i, name := range []string{"shared", "single"} {
			slices.Sort(took[i])
			if n := len(took[i]); n > 0 {
				b.ReportMetric(float64(took[i][n/2].Microseconds()), name+"-p50-µs")
				b.ReportMetric(float64(took[i][n*99/100].Microseconds()), name+"-p99-µs")
			}
		}
	})
	return func(query string) {
		for i, s := range servers {
			begin := time.Now()
			if answer := s.post(tokens[i], query); strings.Contains(answer, "errors") {
				b.Fatal(answer)
			}
			took[i] = append(took[i], time.Since(begin))
		}
	}
}
