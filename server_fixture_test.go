package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"circlegraph/graph/transport/transporttest"
	"circlegraph/internal/facade"
	"circlegraph/internal/shared"
	"circlegraph/sandbox"
)

const headless, secret = "headless-token-0123456789", "a-very-long-secret-of-a-server-0123456789"

func TestMain(m *testing.M) {
	// Servers that are stopped wait for who may still come, and need no processor for that.
	_ = flag.Set("test.parallel", "8") // of the package testing; -parallel counts if it is given
	os.Exit(m.Run())
}

// server is a running Circlegraph.
type server struct {
	url    string
	log    *logBuffer
	client *http.Client
	cancel context.CancelFunc
	exit   chan int
	asked  *atomic.Int64 // requests to Circle, if startFor has started it
}

// start runs the whole program on a free port with the environment that the pairs give.
func start(t *testing.T, args []string, pairs ...string) *server {
	t.Helper()
	env := map[string]string{}
	// However slow a busy machine makes a shared store, it is not given up.
	patient := facade.Dependencies{Store: func(o *shared.Options) {
		o.Patience = shared.Patience{Command: time.Hour, Claim: time.Hour, Probe: time.Hour, Later: time.Hour}
	}}
	for pair := range slices.Chunk(pairs, 2) {
		env[pair[0]] = pair[1]
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &server{
		log: newLogBuffer(), client: &http.Client{Transport: &http.Transport{}},
		cancel: cancel, exit: make(chan int, 1),
	}
	go func() {
		code := runWith(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...),
			func(name string) string { return env[name] }, io.Discard, s.log, patient)
		s.log.end()
		s.exit <- code
		close(s.exit)
	}()
	t.Cleanup(func() { s.stop(t) })
	s.log.waitFor(t, "msg=serving")
	s.url = "http://" + regexp.MustCompile(`msg=serving address=(\S+)`).FindStringSubmatch(s.log.String())[1]
	return s
}

// startFor runs the whole program for a community that the sandbox plays, with something between the two.
func startFor(t *testing.T, between func(circle http.Handler) http.Handler, args []string, pairs ...string) *server {
	t.Helper()
	asked := &atomic.Int64{}
	behind := between(sandbox.New(sandbox.Options{HeadlessToken: headless}))
	circle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(circle.Close)
	s := start(t, args, append([]string{
		"CIRCLE_URL", circle.URL, "CIRCLE_HEADLESS_TOKEN", headless, "CIRCLEGRAPH_COMMUNITY_URL", circle.URL,
		"CIRCLEGRAPH_LOGIN", "trusted", "CIRCLEGRAPH_TRUSTED_SECRET", secret,
	}, pairs...)...)
	s.asked = asked
	return s
}

// nothing is between.
func nothing(circle http.Handler) http.Handler { return circle }

func (s *server) stop(t *testing.T) {
	t.Helper()
	s.client.CloseIdleConnections()
	s.cancel()
	if code := <-s.exit; code != 0 {
		t.Errorf("exit code %d, want 0; the log:\n%s", code, s.log)
	}
}

// metrics reads what is served at the address of --admin-listen.
func (s *server) metrics(t *testing.T) string {
	t.Helper()
	admin := &server{url: "http://" +
		regexp.MustCompile(`msg="serving metrics" address=(\S+)`).FindStringSubmatch(s.log.String())[1], client: s.client}
	r := admin.request(t, http.MethodGet, "/metrics", "", "")
	r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0") // as Prometheus does
	_, _, body := admin.do(t, r)
	return body
}

func (s *server) request(t *testing.T, method, path, token, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

func (s *server) do(t *testing.T, req *http.Request) (int, http.Header, string) {
	t.Helper()
	res, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(body)
}

func (s *server) get(t *testing.T, path string) (int, http.Header, string) {
	t.Helper()
	return s.do(t, s.request(t, http.MethodGet, path, "", ""))
}

func (s *server) post(t *testing.T, token, body string) (int, string) {
	t.Helper()
	status, _, answer := s.do(t, s.request(t, http.MethodPost, "/graphql", token, body))
	return status, answer
}

// query sends a query that must succeed. It comes from a trusted server, which matters only for signing in.
func (s *server) query(t *testing.T, token, query string, into any) {
	t.Helper()
	req := s.request(t, http.MethodPost, "/graphql", token, request(query))
	req.Header.Set("X-Circlegraph-Secret", secret)
	status, _, body := s.do(t, req)
	answer := struct {
		Data   any
		Errors json.RawMessage
	}{Data: into}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != http.StatusOK || answer.Errors != nil {
		t.Fatalf("%s answers %d %s", query, status, body)
	}
}

type session struct {
	AccessToken, RefreshToken string
	Viewer                    struct{ Member struct{ Name string } }
}

func (s *server) login(t *testing.T, email string) session {
	t.Helper()
	var answer struct{ Login session }
	s.query(t, "", fmt.Sprintf(
		`mutation { login(input: {email: %q}) { accessToken refreshToken viewer { member { name } } } }`, email), &answer)
	if answer.Login.AccessToken == "" || answer.Login.RefreshToken == "" {
		t.Fatalf("login(%s) gives no tokens", email)
	}
	return answer.Login
}

func request(query string) string {
	body, _ := json.Marshal(map[string]string{"query": query}) // strings cannot fail
	return string(body)
}

// dial opens a websocket that nobody has signed in to.
func (s *server) dial(t *testing.T) *transporttest.Socket {
	t.Helper()
	return transporttest.Dial(t, s.url+"/graphql", websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
}

// logBuffer is a log that can be waited on.
type logBuffer struct {
	mu      sync.Mutex
	text    strings.Builder
	ended   bool
	changed *sync.Cond // with mu
}

func newLogBuffer() *logBuffer {
	b := &logBuffer{}
	b.changed = sync.NewCond(&b.mu)
	return b
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed.Broadcast()
	return b.text.Write(p)
}

// end says that nothing more is written.
func (b *logBuffer) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.changed.Broadcast()
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) waitFor(t *testing.T, text string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for !strings.Contains(b.text.String(), text) {
		if b.ended {
			t.Fatalf("the log never says %q:\n%s", text, b.text.String())
		}
		b.changed.Wait()
	}
}
