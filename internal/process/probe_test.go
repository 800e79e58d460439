package process_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"circlegraph/internal/process"
)

func TestProbe(t *testing.T) {
	var path string
	alive := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path = r.URL.Path }))
	defer alive.Close()
	ill := httptest.NewServer(http.NotFoundHandler())
	defer ill.Close()
	address := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	_, port, _ := strings.Cut(address(alive), ":")
	for _, test := range []struct {
		name, listen string
		want         int
		says         string
	}{
		{"alive", address(alive), 0, ""},
		{"on all addresses", "0.0.0.0:" + port, 0, ""},
		{"on all addresses, of both kinds", ":" + port, 0, ""},
		{"something else there", address(ill), 1, "not alive: GET /healthz answers 404"},
		{"nothing there", "127.0.0.1:1", 1, "not alive: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			if got := process.Probe(t.Context(), test.listen, &stderr); got != test.want ||
				!strings.HasPrefix(stderr.String(), test.says) {
				t.Errorf("Probe(%q) = %d and says %q, want %d and %q", test.listen, got, &stderr, test.want, test.says)
			}
		})
	}
	if path != "/healthz" {
		t.Errorf("it asked for %q, want /healthz", path)
	}
}
