package facade_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/facade"
	"circlegraph/internal/memnet"
	"circlegraph/sandbox"
)

// What depends on the clock is tested here, within one process and in made-up time.

const (
	headless = "headless-token-0123456789"
	secret   = "a-very-long-secret-of-a-server-0123456789"
	member   = "member@example.com"
)

// server is a facade for a community that the sandbox plays.
type server struct {
	*facade.Facade
	t testing.TB
}

// settings are those of a trusted server, with what the pairs give.
func settings(t testing.TB, pairs ...string) *config.Config {
	t.Helper()
	env := map[string]string{
		"CIRCLE_URL": "http://127.0.0.1", "CIRCLE_HEADLESS_TOKEN": headless,
		"CIRCLEGRAPH_LOGIN": "trusted", "CIRCLEGRAPH_TRUSTED_SECRET": secret,
	}
	for pair := range slices.Chunk(pairs, 2) {
		env[pair[0]] = pair[1]
	}
	cfg, err := config.Load(nil, func(name string) string { return env[name] }, "", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// serve makes a facade with the environment that the pairs give, and something between it and Circle.
func serve(t testing.TB, between func(circle http.Handler) http.Handler, pairs ...string) server {
	t.Helper()
	circle := between(sandbox.New(sandbox.Options{HeadlessToken: headless}))
	f, err := facade.New(settings(t, pairs...), facade.Dependencies{
		Logger: slog.New(slog.DiscardHandler),
		Circle: func(c *circleclient.Config) { c.Transport = memnet.Direct{Handler: circle} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return server{f, t}
}

// post sends a query, as a trusted server.
func (s server) post(token, query string) string {
	s.t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query}) // strings cannot fail
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Circlegraph-Secret", secret)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.String()
}

func (s server) login() string {
	s.t.Helper()
	answer := s.post("", fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken } }`, member))
	var got struct {
		Data struct{ Login struct{ AccessToken string } }
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Data.Login.AccessToken == "" {
		s.t.Fatalf("login gives no token: %s", answer)
	}
	return got.Data.Login.AccessToken
}

// An operation of Circle that keeps failing is not called for a while. A stale answer is used if there is one, anything
// else fails at once, and the process stays ready: a restart would not mend Circle.
func TestOpenCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ill atomic.Bool
		var asked atomic.Int64
		s := serve(t, func(circle http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if ill.Load() && strings.HasSuffix(r.URL.Path, "/home") {
					asked.Add(1)
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				circle.ServeHTTP(w, r)
			})
		}, "CIRCLEGRAPH_SHOW_USAGE", "true", "CIRCLEGRAPH_MEMO_BRIEF", "0s")
		token := s.login()
		const feed = `{ homeFeed(first: 2) { nodes { title } } }`
		data, _, _ := strings.Cut(s.post(token, feed), `,"extensions"`)
		ill.Store(true)
		for range 20 {
			if body := s.post(token, feed); !strings.HasPrefix(body, data) || !strings.Contains(body, `"stale":1`) {
				t.Fatalf("answered %s, want %s as it was", body, data)
			}
		}
		if n := asked.Load(); n > 10 {
			t.Errorf("an ill operation was asked %d times, want 10 at most", n)
		}
		metrics := httptest.NewRecorder()
		s.Metrics.ServeHTTP(metrics, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if !strings.Contains(metrics.Body.String(),
			`circlegraph_upstream_circuit_state{operation="GET /api/headless/v1/home"} 2`) {
			t.Error("the metrics do not say that it is not called")
		}
		if body := s.post(token, feed); !strings.HasPrefix(body, data) || !strings.Contains(body, `"requests":0,`) ||
			!strings.Contains(body, `"stale":1,`) {
			t.Errorf("while it is not called: %s, want %s without a request", body, data)
		}
		if body := s.post(token, `{ homeFeed(first: 3) { nodes { title } } }`); !strings.Contains(body,
			"UPSTREAM_UNAVAILABLE") {
			t.Errorf("what is not remembered is answered %s, want UPSTREAM_UNAVAILABLE", body)
		}
		for _, path := range []string{"/readyz", "/healthz"} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				t.Errorf("GET %s = %d %s, want 200", path, w.Code, w.Body)
			}
		}
	})
}

// What a trusted server signs in is no guess: it has the whole budget and waits for it.
func TestTrustedServerSignsManyIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, func(circle http.Handler) http.Handler { return circle },
			"CIRCLEGRAPH_UPSTREAM_BUDGET", "120") // six requests at once, of which guests have three
		answers := ""
		for range 8 {
			answers += s.post("", fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken } }`, member))
		}
		if in := strings.Count(answers, `"accessToken":"`); in != 8 {
			t.Errorf("%d of 8 signed in: %s", in, answers)
		}
	})
}
