package graph_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/contract"
	"circlegraph/internal/facade"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

// The members whom tests ask as.
const (
	admin  = "admin@example.com"
	member = "member@example.com"
)

const secret = "sandbox-secret-of-the-tests-only"

// moment is when the tests take place.
var moment = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// community is a sandbox with the facade before it, both over HTTP, at a moment that stands still.
type community struct {
	*facade.Facade

	t       *testing.T
	sandbox *sandbox.Sandbox
	clock   *sandbox.Clock
	url     string // of the endpoint
	client  *http.Client
	tokens  map[string]string // by who signed in
	log     logged
	before  func(*http.Request) // sees each request to Circle before it is answered; set it before asking
}

// logged is a log that many write to.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newCommunity starts a community. Where the official contract is at hand, everything that the client sends and the
// sandbox answers is held to it. Edits change how Circle is asked.
func newCommunity(t *testing.T, edits ...func(*circleclient.Config)) *community {
	t.Helper()
	return newCommunityBehind(t, directly, edits...)
}

// newCommunityBehind is newCommunity with something between the facade and Circle.
func newCommunityBehind(
	t *testing.T, between func(circle http.Handler) http.Handler, edits ...func(*circleclient.Config),
) *community {
	t.Helper()
	return newCommunityAllowing(t, 50, between, edits...)
}

// newCommunityAllowing is newCommunityBehind with another limit on what an operation may cost.
func newCommunityAllowing(
	t *testing.T, maxCost int, between func(circle http.Handler) http.Handler, edits ...func(*circleclient.Config),
) *community {
	t.Helper()
	return newCommunityOver(t, loopback, func(cfg *config.Config) { cfg.MaxCost = maxCost }, between, edits...)
}

// newCommunityInBubble is newCommunityBehind for made-up time: everybody talks over a network in memory.
func newCommunityInBubble(
	t *testing.T, between func(circle http.Handler) http.Handler, edits ...func(*circleclient.Config),
) *community {
	t.Helper()
	return newCommunityOver(t, inMemory, func(*config.Config) {}, between, edits...)
}

func newCommunityOver(
	t *testing.T, net network, set func(*config.Config), between func(circle http.Handler) http.Handler,
	edits ...func(*circleclient.Config),
) *community {
	t.Helper()
	c := &community{
		t: t, clock: sandbox.NewClock(moment),
		tokens: map[string]string{},
	}
	c.sandbox = sandbox.New(sandbox.Options{HeadlessToken: secret, Clock: c.clock})
	var upstream http.Handler = c.sandbox
	if contract.Present() {
		upstream = contract.Load(t).Middleware(t, upstream)
	}
	upstream = between(upstream)
	circle, transport := net(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.before != nil {
			c.before(r)
		}
		upstream.ServeHTTP(w, r)
	}))
	cfg := sandboxSettings(t)
	cfg.CircleURL = circle
	cfg.ProxyNetworks = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	cfg.MaxStreams, cfg.MaxStreamsPerAddress = 12, 5
	set(cfg)
	var err error
	c.Facade, err = facade.New(cfg, facade.Dependencies{
		Logger: slog.New(slog.NewTextHandler(&c.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: c.clock.Now,
		Heartbeat: 20 * time.Millisecond,
		Circle: func(cfg *circleclient.Config) {
			if transport.DialContext != nil { // else the client's own reaches it
				cfg.Transport = transport
			}
			for _, edit := range edits {
				edit(cfg)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Facade.Close)
	url, transport := net(t, c.Facade)
	c.url, c.client = url+"/graphql", &http.Client{Transport: transport}
	return c
}

// sandboxSettings are the default settings with the sandbox, without a memo and a deadline, and with web sessions.
func sandboxSettings(t *testing.T) *config.Config {
	t.Helper()
	cfg, err := config.Load(nil, func(string) string { return "" }, "", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	cfg.CircleHeadlessToken, cfg.CommunityURL, cfg.WebSession = secret, sandbox.DefaultPublicURL, true
	cfg.MemoBytes, cfg.RequestTimeout = 0, 0
	return cfg
}

// token signs a member in; "" gives no token, and what is no address is a token itself.
func (c *community) token(as string) string {
	c.t.Helper()
	if as == "" || !strings.Contains(as, "@") {
		return as
	}
	if c.tokens[as] == "" {
		session, err := c.Sessions.Login(c.t.Context(), tokens.LoginRequest{Email: as})
		if err != nil {
			c.t.Fatal(err)
		}
		c.tokens[as] = session.AccessToken
	}
	return c.tokens[as]
}

// ask sends an operation as a member and gives the answer and the upstream calls it cost, sorted.
func (c *community) ask(as, query string, variables map[string]any) (answer []byte, calls []string) {
	c.t.Helper()
	token := c.token(as)
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Request-Id", "the-request")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	c.sandbox.ResetCalls()
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, call := range c.sandbox.Calls() {
		calls = append(calls, call.Operation)
	}
	slices.Sort(calls)
	return answer, calls
}

// data asks and fails the test on any error.
func (c *community) data(as, query string, variables map[string]any) map[string]any {
	c.t.Helper()
	answer, _ := c.ask(as, query, variables)
	var out struct {
		Data   map[string]any
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(answer, &out); err != nil || len(out.Errors) > 0 {
		c.t.Fatalf("%s\n%s", query, answer)
	}
	return out.Data
}

// at walks into an answer by keys and places, such as "viewer.notifications.nodes.0.id".
func at(value any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i := int(key[0] - '0')
			if len(v) <= i {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
