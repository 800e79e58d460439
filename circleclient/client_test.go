package circleclient

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const testToken = "member-token-0123456789"

// fixedToken is a caller.
type fixedToken string

func (t fixedToken) Token() (string, error) { return string(t), nil }

// testClient makes a client of h that never sleeps.
func testClient(t *testing.T, h http.Handler, edits ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{
		HeadlessToken: "community-secret-0123",
		wait:          func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	if h != nil {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		cfg.BaseURL = server.URL
	}
	for _, edit := range edits {
		edit(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asMember(t *testing.T) context.Context {
	return With(t.Context(), As(fixedToken(testToken)))
}

// say answers every request alike.
func say(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// script answers one request after the other, the last one for ever, and counts them.
type script struct {
	answers []http.HandlerFunc
	calls   atomic.Int64
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := int(s.calls.Add(1))
	s.answers[min(n, len(s.answers))-1](w, r)
}

func TestBaseURL(t *testing.T) {
	tests := []struct {
		url string
		ok  bool
	}{
		{"", true},
		{"https://app.circle.so", true},
		{"https://app.circle.so/", true},
		{"http://127.0.0.1:8080", true},
		{"http://[::1]:8080", true},
		{"http://localhost:1", true},
		{"http://app.circle.so", false},
		{"http://10.0.0.1", false},
		{"http://localhost.example.com", false},
		{"app.circle.so", false},
		{"ftp://app.circle.so", false},
		{"https://app.circle.so/api", false},
		{"https://user:pass@app.circle.so", false},
		{"https://app.circle.so?x=1", false},
		{"http://127.0.0.1.example.com", false},
		{"https://", false},
		{"://", false},
	}
	for _, tt := range tests {
		if _, err := New(Config{BaseURL: tt.url}); (err == nil) != tt.ok {
			t.Errorf("New(%q): %v, want ok %v", tt.url, err, tt.ok)
		}
	}
}

func TestRequestHeaders(t *testing.T) {
	var got http.Header
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		say(200, "application/json", `{"id":1}`)(w, r)
	}), func(cfg *Config) { cfg.UserAgent = "test/1" })
	if _, err := c.Spaces.Get(asMember(t), 1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + testToken, "Accept": "application/json",
		"User-Agent": "test/1", "Content-Type": "",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
	if err := c.Auth.RevokeAccessToken(asMember(t), "x"); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "Bearer community-secret-0123" {
		t.Error("the Auth API was not called with the community's secret")
	}
	if got.Get("Content-Type") != "application/json" {
		t.Errorf("Content-Type: %q, want application/json", got.Get("Content-Type"))
	}
}

type failingToken struct{ err error }

func (t failingToken) Token() (string, error) { return "", t.err }

func TestTokens(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(http.ResponseWriter,
		*http.Request,
	) {
		t.Error("a request without a token was sent")
	}))
	own := errors.New("the token cannot be used")
	if _, err := c.Spaces.Get(With(t.Context(), As(failingToken{own})), 1); err != own { //nolint:errorlint // as it is
		t.Errorf("error of the token source: %v, want it as it is", err)
	}
	if _, err := c.Spaces.Get(t.Context(), 1); !errors.Is(err, ErrNoToken) {
		t.Errorf("no source: %v, want ErrNoToken", err)
	}
	if _, err := c.Spaces.Get(With(t.Context(), As(fixedToken(""))), 1); !errors.Is(err, ErrNoToken) {
		t.Errorf("empty token: %v, want ErrNoToken", err)
	}
	for _, bad := range []string{"a b", "a\r\nX-Evil: 1", "ä", "a\x00"} {
		if _, err := c.Spaces.Get(With(t.Context(), As(fixedToken(bad))), 1); !errors.Is(err, ErrTokenInvalid) {
			t.Errorf("token %q: %v, want ErrTokenInvalid", bad, err)
		}
	}
	bare := testClient(t, nil, func(cfg *Config) { cfg.HeadlessToken = "" })
	if _, err := bare.Auth.CreateToken(t.Context(), TokenRequest{Email: "a@example.com"}); !errors.Is(err,
		ErrCommunitySecret) {
		t.Errorf("no secret: %v, want ErrCommunitySecret", err)
	}
}

func TestNoCookies(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("a cookie of an earlier answer came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "_circle_session", Value: "of-another-member", Path: "/"})
		say(200, "application/json", `{"id":1}`)(w, r)
	}))
	for range 2 {
		if _, err := c.Spaces.Get(asMember(t), 1); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter,
		*http.Request,
	) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, status)
		}))
		if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%d: %v, want ErrUnavailable", status, err)
		}
		if _, err := c.Spaces.Join(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
			t.Errorf("%d on a write: %v, want ErrUnavailable", status, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	const html = "<!DOCTYPE html><html></html>"
	tests := []struct {
		name  string
		say   http.HandlerFunc
		read  error
		write error
	}{
		{"JSON", say(200, "application/json; charset=utf-8", `{"id":1}`), nil, nil},
		{"JSON of a kind", say(200, "application/vnd.api+json", `{"id":1}`), nil, nil},
		{"another 2xx", say(202, "application/json", `{"id":1}`), nil, nil},
		{"HTML", say(200, "text/html", html), ErrUnavailable, ErrUnavailable},
		{"JSON called text", say(200, "text/plain", `{"id":1}`), ErrUnavailable, ErrUnavailable},
		{"no content type", say(200, "", `{"id":1}`), ErrUnavailable, ErrUnavailable},
		{"empty", say(200, "", ""), ErrUnavailable, ErrUnavailable},
		{"blank", say(201, "text/html", " \n"), ErrUnavailable, ErrUnavailable},
		{"204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, ErrUnavailable, ErrUnavailable},
		{"null", say(200, "application/json", "null"), ErrUnavailable, ErrUnavailable},
		{"an array", say(200, "application/json", "[]"), ErrUnavailable, ErrUnavailable},
		{"cut off", say(200, "application/json", `{"id":1`), ErrUnavailable, ErrUnavailable},
		{"two values", say(200, "application/json", `{"id":1}{"id":2}`), ErrUnavailable, ErrUnavailable},
		{
			"connection lost", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, ErrUnavailable,
			ErrUnavailable,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := testClient(t, tt.say)
			space, err := c.Spaces.Get(asMember(t), 1)
			if !errors.Is(err, tt.read) {
				t.Errorf("read: %v, want %v", err, tt.read)
			}
			if err == nil && space.ID != 1 {
				t.Errorf("read: space %d, want 1", space.ID)
			}
			space, err = c.Spaces.Join(asMember(t), 1)
			if !errors.Is(err, tt.write) {
				t.Errorf("write: %v, want %v", err, tt.write)
			}
			if err == nil && space == nil {
				t.Error("write: neither a space nor an error")
			}
		})
	}
}

func TestBodyIsBounded(t *testing.T) {
	huge := `{"name":"` + strings.Repeat("x", 2000) + `"}`
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(huge))
	_ = z.Close()
	small := func(cfg *Config) { cfg.MaxBody = 1000 }
	c := testClient(t, say(200, "application/json", huge), small)
	if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
	c = testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		say(200, "application/json", zipped.String())(w, r)
	}), small)
	if zipped.Len() >= 1000 {
		t.Fatal("the test does not test: the compressed body is too long")
	}
	if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
		t.Errorf("compressed: %v, want ErrUnavailable", err)
	}
	c = testClient(t, say(404, "application/json", huge))
	if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("long refusal: %v, want ErrNotFound", err)
	}
}

func TestPaths(t *testing.T) {
	for _, bad := range []string{
		"", ".", "..", "a/b", `a\b`, "a?b", "a#b", "%2e%2e", "a\x00", "a\n", "a b", "\xff",
		strings.Repeat("a", 300),
	} {
		if r := member("/spaces/{space_id}", slug(bad)); r.err == nil {
			t.Errorf("slug %q became %q, want it refused", bad, r.path)
		}
	}
	if got, want := member("/a/{x}/b/{y}", slug("größe:1"),
		id(7)).path, "/api/headless/v1/a/gr%C3%B6%C3%9Fe:1/b/7"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
	c := testClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a bad path was sent") }))
	if _, err := c.Spaces.Get(asMember(t), 0); !errors.Is(err, ErrInvalid) {
		t.Errorf("id 0: %v, want ErrInvalid", err)
	}
	if _, err := c.Spaces.JoinByInvitation(asMember(t), "../../spaces/1/join"); !errors.Is(err, ErrInvalid) {
		t.Errorf("a token that climbs: %v, want ErrInvalid", err)
	}
	if member("/a/{x}").err == nil {
		t.Error("a missing argument went unnoticed")
	}
}

func TestSecretsStayOut(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", testToken+" <b>")
		say(422, "application/json",
			`{"message":"`+testToken+` of ada@example.com","error_details":{"email":["ada@example.com"]}}`)(w, r)
	})
	withLog := func(cfg *Config) { cfg.Logger = logger }
	refused := testClient(t, nil, withLog, func(cfg *Config) { cfg.BaseURL = "http://127.0.0.1:1" })
	for _, c := range []*Client{testClient(t, echo, withLog), refused} {
		_, list := c.Members.List(asMember(t), MemberListOptions{SearchText: "ada@example.com"})
		_, search := c.Members.Search(asMember(t), MemberSearchRequest{SearchText: "ada@example.com"})
		_, mint := c.Auth.CreateToken(t.Context(), TokenRequest{Email: "ada@example.com"})
		_, join := c.Spaces.JoinByInvitation(asMember(t), "invitation-secret")
		for _, err := range []error{list, search, mint, join} {
			if err == nil {
				t.Fatal("no error to look at")
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				forbid(t, "error", e.Error())
			}
		}
	}
	if !strings.Contains(log.String(), "/invitation_links/{token}/join") {
		t.Error("the log does not name the operation")
	}
	forbid(t, "log", log.String())
}

func forbid(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{
		testToken, "community-secret", "ada@example.com", "ada%40", "invitation-secret",
		"search_text",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds %q: %s", where, secret, text)
		}
	}
}

func TestRequestID(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "0f8fad5b-d9cb-469f-a165-70867728950e")
		say(404, "application/json", `{"message":"Oops! Missing record. Please try again later."}`)(w, r)
	}))
	_, err := c.Spaces.Get(asMember(t), 1)
	var e *Error
	if !errors.As(err, &e) || e.RequestID != "0f8fad5b-d9cb-469f-a165-70867728950e" ||
		e.Operation != "GET /api/headless/v1/spaces/{id}" {
		t.Errorf("error %+v, want it to carry request id and operation", e)
	}
}

func TestDirectoryOff(t *testing.T) {
	c := testClient(t, say(404, "text/html", "<html>"))
	if _, err := c.Members.List(asMember(t), MemberListOptions{}); !errors.Is(err, ErrFeatureDisabled) {
		t.Errorf("%v, want ErrFeatureDisabled", err)
	}
	c = testClient(t, say(404, "application/json",
		`{"message":"Oops! Missing record. Please try again later.","error_details":{"message":"Missing record: space"}}`))
	if _, err := c.Members.List(asMember(t), MemberListOptions{SpaceID: 9}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown space: %v, want ErrNotFound", err)
	}
}
