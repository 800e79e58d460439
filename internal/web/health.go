package web

import (
	"io"
	"net/http"
	"sync/atomic"
)

const (
	healthPattern = "GET /healthz"
	readyPattern  = "GET /readyz"
)

// Health answers the probes of whoever runs this process: /healthz says that it is alive, /readyz whether to send it
// new requests. Both ignore Circle, whose absence a restart would not mend. The zero value is ready.
type Health struct{ draining atomic.Bool }

// Drain makes /readyz say no from here on.
func (h *Health) Drain() { h.draining.Store(true) }

// LastAnswers ends each connection with its next answer while the process drains. A proxy that keeps connections would
// otherwise send a request down one at the very moment when it is closed.
func (h *Health) LastAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Register adds the two routes.
func (h *Health) Register(mux *http.ServeMux) {
	mux.HandleFunc(healthPattern, func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") })
	mux.HandleFunc(readyPattern, func(w http.ResponseWriter, _ *http.Request) {
		if h.draining.Load() {
			say(w, http.StatusServiceUnavailable, "draining\n")
			return
		}
		say(w, http.StatusOK, "ready\n")
	})
}

// Text serves a text that never changes while this process runs.
func Text(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, text) }
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // a peer that has gone needs no answer
}
