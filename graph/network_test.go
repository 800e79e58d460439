package graph_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

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
	server, transport := memnet.Serve(t, handler)
	return server.URL, transport
}

// directly leaves a Circle as it is.
func directly(circle http.Handler) http.Handler { return circle }

// slowly has a Circle take its time, which a bubble makes up: all that is asked at once is asked before anything is
// answered, however busy the machine is.
func slowly(circle http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-time.After(100 * time.Millisecond)
		circle.ServeHTTP(w, r)
	})
}
