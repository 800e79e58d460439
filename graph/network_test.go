package graph_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"circlegraph/internal/memnet"
)

// inBubble runs a test in made-up time, see [inMemory].
func inBubble(test func(*testing.T)) func(*testing.T) {
	return func(t *testing.T) { synctest.Test(t, test) }
}

// A network serves a handler until the test ends, and gives its address and what reaches it.
type network func(*testing.T, http.Handler) (url string, transport *http.Transport)

// loopback is the network of this machine.
func loopback(t *testing.T, handler http.Handler) (string, *http.Transport) {
	server := httptest.NewServer(handler)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return server.URL, transport
}

// inMemory is a network within this process. A bubble of made-up time knows when all of it waits, so that time passes
// only then: what takes long on a busy machine takes no time here.
func inMemory(t *testing.T, handler http.Handler) (string, *http.Transport) {
	p := memnet.Listen()
	server := &httptest.Server{Listener: p, Config: &http.Server{Handler: handler}} //nolint:gosec // no slow clients
	server.Start()
	transport := &http.Transport{DialContext: p.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return server.URL, transport
}
