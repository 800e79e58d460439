package memnet

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Serve serves a handler on a network of its own until the test ends. The transport reaches it, whatever the address.
func Serve(t testing.TB, handler http.Handler) (*httptest.Server, *http.Transport) {
	t.Helper()
	network := Listen()
	server := &httptest.Server{Listener: network, Config: &http.Server{Handler: handler}} //nolint:gosec // no slow clients
	server.Start()
	transport := &http.Transport{DialContext: network.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return server, transport
}

// Direct is a transport that calls a handler, without connections. A client that gives up gets no answer, although the
// handler may go on.
type Direct struct{ Handler http.Handler }

// RoundTrip implements [http.RoundTripper].
func (d Direct) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := make(chan *http.Response, 1)
	go func() {
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, Received(r))
		answer <- w.Result()
	}()
	select {
	case response := <-answer:
		response.Request = r
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// Received returns a request as a server gets it.
func Received(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if r.Body == nil {
		r.Body = http.NoBody
	}
	return r
}
