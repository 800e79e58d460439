//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"circlegraph/bench/screens"
	"circlegraph/sandbox"
)

// BenchmarkQueries is what the facade itself takes for the three queries of the contest, with a Circle that costs
// nothing.
func BenchmarkQueries(b *testing.B) {
	box := sandbox.New(sandbox.Options{HeadlessToken: secret})
	facade := newFacade(b, &replaying{handler: box}, withoutMemo)
	token := signIn(b, box, "member@example.com")
	for _, w := range works {
		b.Run(w.name, func(b *testing.B) { benchmark(b, facade, token, document(facadeQueries[w.name])) })
	}
}

// BenchmarkScreens is what the facade itself takes for each screen that nobody has opened yet.
func BenchmarkScreens(b *testing.B) {
	all, err := screens.All()
	if err != nil {
		b.Fatal(err)
	}
	box := sandbox.New(sandbox.Options{HeadlessToken: secret})
	facade := newFacade(b, &replaying{handler: box}, withoutMemo)
	token := signIn(b, box, "member@example.com")
	for _, screen := range all {
		body, err := json.Marshal(map[string]any{"query": screen.Document, "variables": screen.Variables})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.ReplaceAll(screen.Name, " ", "_"), func(b *testing.B) { benchmark(b, facade, token, body) })
	}
}

func benchmark(b *testing.B, facade http.Handler, token string, body []byte) {
	b.ReportAllocs()
	before := cpuTime()
	for b.Loop() {
		answered(b, facade, token, body)
	}
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
}

// answered asks once, and wants data without errors.
func answered(b *testing.B, facade http.Handler, token string, body []byte) {
	b.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	facade.ServeHTTP(w, r)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), `"errors":`) {
		b.Fatalf("answers %d %.300s", w.Code, w.Body)
	}
}

// cpuTime is what this process has computed so far, whatever else the machine did meanwhile.
func cpuTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // fails only for other arguments
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
