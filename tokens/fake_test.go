package tokens

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
)

const (
	headlessToken = "headless-token-of-the-community"
	trustedSecret = "correct-horse-battery-staple-0123456789"
	ada           = "ada@example.org"
	adaSSO        = "sso|ada"
	adaID         = int64(5_000_000_001) // above 2^32
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// testClock is a clock that tests move.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newTestClock() *testClock { return &testClock{now: noon} }

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fakeCircle is Circle's Auth API with one member, in the contract's own words. The real client speaks to it.
type fakeCircle struct {
	t     *testing.T
	clock *testClock

	mu        sync.Mutex
	calls     []string
	made      int
	access    map[string]bool // alive
	refresh   map[string]bool
	expired   map[string]bool // refresh tokens past their month
	repeat    string          // the access token to hand out for every request
	breakdown int             // the status of every answer if not 0
	secret    string
}

func newFakeCircle(t *testing.T, clock *testClock) *fakeCircle {
	return &fakeCircle{
		t: t, clock: clock, secret: headlessToken,
		access: map[string]bool{}, refresh: map[string]bool{}, expired: map[string]bool{},
	}
}

// client returns the real client of this Circle.
func (f *fakeCircle) client() *circleclient.Client {
	server := httptest.NewServer(f)
	f.t.Cleanup(server.Close)
	client, err := circleclient.New(circleclient.Config{BaseURL: server.URL, HeadlessToken: headlessToken})
	if err != nil {
		f.t.Fatal(err)
	}
	return client
}

// count is how many calls there were since the last count.
func (f *fakeCircle) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := len(f.calls)
	f.calls = nil
	return n
}

// with changes the state.
func (f *fakeCircle) with(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *fakeCircle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body) != 1 {
		f.t.Errorf("%s %s has body %v, %v; want one key", r.Method, r.URL.Path, body, err)
	}
	switch {
	case f.breakdown != 0:
		w.WriteHeader(f.breakdown)
		return
	case r.Header.Get("Authorization") != "Bearer "+f.secret:
		f.say(w, 401, "Your account could not be authenticated.")
		return
	}
	token, _ := body["access_token"].(string)
	refresh, _ := body["refresh_token"].(string)
	switch r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1/headless") {
	case "POST /auth_token":
		if body["sso_user_id"] != adaSSO && body["email"] != ada && body["community_member_id"] != float64(adaID) {
			f.say(w, 404, "Community member not found. Please provide a valid SSO user id, community member id or email.")
			return
		}
		f.refresh["refresh-1"] = true // Circle hands the same one out again
		f.answer(w, map[string]any{
			"access_token": f.newAccess(), "access_token_expires_at": f.clock.Now().Add(time.Hour),
			"refresh_token": "refresh-1", "refresh_token_expires_at": f.clock.Now().Add(30 * 24 * time.Hour),
			"community_member_id": adaID, "community_id": 1,
		})
	case "PATCH /access_token/refresh":
		switch {
		case f.expired[refresh]:
			f.say(w, 401, "The refresh token is expired. Please generate/get new auth token.")
		case !f.refresh[refresh]:
			f.say(w, 404, "Refresh token not found.")
		default:
			f.answer(w, map[string]any{"access_token": f.newAccess(), "access_token_expires_at": f.clock.Now().Add(time.Hour)})
		}
	case "POST /access_token/revoke":
		if !f.access[token] {
			f.say(w, 422, "The access token not found.")
			return
		}
		delete(f.access, token)
		w.WriteHeader(http.StatusNoContent)
	case "POST /refresh_token/revoke":
		switch {
		case f.expired[refresh]:
			f.say(w, 401, "The refresh token is expired. Please generate/get new auth token.")
		case !f.refresh[refresh]:
			f.say(w, 404, "Refresh token not found.")
		default:
			delete(f.refresh, refresh)
			w.WriteHeader(http.StatusNoContent)
		}
	default:
		f.t.Errorf("unexpected call %s %s", r.Method, r.URL.Path)
	}
}

func (f *fakeCircle) newAccess() string {
	token := f.repeat
	if token == "" {
		f.made++
		token = memberToken(f.t, f.clock.Now().Add(time.Hour), "jti-"+strconv.Itoa(f.made))
	}
	f.access[token] = true
	return token
}

func (f *fakeCircle) answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		f.t.Error(err)
	}
}

func (f *fakeCircle) say(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	f.answer(w, map[string]any{"success": false, "message": message, "error_details": map[string]any{}})
}

// memberToken is an access token like Circle's: HS256 by a key that we do not know, and few claims.
func memberToken(t *testing.T, expiresAt time.Time, id string) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"community_id": 1, "community_member_id": adaID, "sso_user_id": adaSSO, "exp": expiresAt.Unix(), "jti": id,
	}).SignedString([]byte("known only to Circle"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// bench is a service in a mode with all that is around it.
type bench struct {
	*Service
	clock       *testClock
	circle      *fakeCircle
	revocations *MemoryRevocations
	auth        *Authenticator
	log         *bytes.Buffer
	purged      []string
	principals  *Principals
}

func newBench(t *testing.T, config Config) *bench {
	t.Helper()
	b := &bench{clock: newTestClock(), log: &bytes.Buffer{}}
	deployment := Deployment{Listen: "127.0.0.1:8080"}
	if len(config.Login) > 0 {
		deployment.HeadlessToken = headlessToken
	}
	settings, err := config.Validate(deployment)
	if err != nil {
		t.Fatal(err)
	}
	b.circle = newFakeCircle(t, b.clock)
	b.revocations = NewMemoryRevocations(100, b.clock.Now)
	b.principals = NewPrincipals(100, b.clock.Now)
	b.auth = NewAuthenticator(settings, b.revocations, b.principals, b.clock.Now)
	b.Service, err = New(settings, Dependencies{
		Auth: b.circle.client().Auth, Revocations: b.revocations, Clock: b.clock.Now,
		Logger:     slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		OnRevoked:  func(token string) { b.purged = append(b.purged, token) },
		Principals: b.principals,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.checkLog(t) })
	return b
}

// checkLog looks for what must never be logged.
func (b *bench) checkLog(t *testing.T) {
	t.Helper()
	for _, secret := range []string{
		ada, adaSSO, "refresh-1", headlessToken, trustedSecret, sealPrefix, "eyJ",
		strconv.FormatInt(adaID, 10),
	} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("the log has %q in it:\n%s", secret, b.log)
		}
	}
}

// asking returns the context that the middleware makes of a request with these header values; empty ones are not sent.
func (b *bench) asking(authorization, secret string) context.Context {
	return through(b.auth, func(h http.Header) {
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		if secret != "" {
			h.Set(SecretHeader, secret)
		}
	})
}

// through sends a request through the middleware and returns the context that comes out.
func through(a *Authenticator, set func(http.Header)) (ctx context.Context) {
	r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
	set(r.Header)
	a.Middleware(http.HandlerFunc(func(_ http.ResponseWriter,
		r *http.Request,
	) {
		ctx = r.Context()
	})).ServeHTTP(httptest.NewRecorder(), r)
	return ctx
}
