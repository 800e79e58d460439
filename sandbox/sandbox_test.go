package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// testNow is when the tests' communities are seeded.
var testNow = time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC)

// People of the seed that the tests act as.
const (
	asAdmin    = "admin@example.com"
	asMember   = "member@example.com"
	asNewcomer = "newcomer@example.com" // invited, has not come yet
)

// Sentences that many refusals share.
const (
	denied   = "You cannot perform this action."
	unlisted = "is not included in the list"
)

// world is a sandbox behind a real socket.
type world struct {
	*Sandbox
	t     *testing.T
	clock *Clock
	url   string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, Options{}, func(h http.Handler) http.Handler { return h })
}

// newWorldWith serves a sandbox with a clock that stands, behind a middleware.
func newWorldWith(t *testing.T, opts Options, wrap func(http.Handler) http.Handler) *world {
	t.Helper()
	clock := NewClock(testNow)
	opts.Clock = clock
	s := New(opts)
	server := httptest.NewServer(wrap(s))
	t.Cleanup(server.Close)
	return &world{Sandbox: s, t: t, clock: clock, url: server.URL}
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	raw    []byte
	json   any // nil when the body is not JSON
}

// at follows keys and indexes into the JSON; nil if there is nothing.
func (r reply) at(path ...any) any {
	v := r.json
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil
			}
			v = list[step]
		}
	}
	return v
}

// id is a number of the JSON as an id.
func (r reply) id(path ...any) int64 {
	n, _ := r.at(path...).(float64)
	return int64(n)
}

// ids are the numbers in a list of the answer.
func (r reply) ids(path ...any) []int64 {
	list, _ := r.at(path...).([]any)
	all := []int64{}
	for _, v := range list {
		n, _ := v.(float64)
		all = append(all, int64(n))
	}
	return all
}

// records is the list in a page.
func (r reply) records() []any {
	list, _ := r.at("records").([]any)
	return list
}

// send makes a call; body may be nil, and authorization empty.
func (w *world) send(method, path, authorization, body string) reply {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := reply{status: res.StatusCode, header: res.Header, raw: raw}
	_ = json.NewDecoder(bytes.NewReader(raw)).Decode(&r.json)
	return r
}

// token signs somebody in.
func (w *world) token(email string) string {
	w.t.Helper()
	r := w.send("POST", "/api/v1/headless/auth_token", "Bearer "+DefaultHeadlessToken, `{"email":"`+email+`"}`)
	token, _ := r.at("access_token").(string)
	if token == "" {
		w.t.Fatalf("no token for %s: %d %s", email, r.status, r.raw)
	}
	return token
}

// caller is somebody signed in.
type caller struct {
	*world
	token string
}

func (w *world) as(email string) caller {
	w.t.Helper()
	return caller{w, w.token(email)}
}

// call is a call of the Member API; the path is what follows its prefix.
func (c caller) call(method, path, body string) reply {
	c.t.Helper()
	return c.send(method, memberAPI+path, "Bearer "+c.token, body)
}

// must is call with the status that it has to have.
func (c caller) must(status int, method, path, body string) reply {
	c.t.Helper()
	r := c.call(method, path, body)
	if r.status != status {
		c.t.Fatalf("%s %s = %d %s, want %d", method, path, r.status, r.raw, status)
	}
	return r
}

// step is a row of the table tests: a call and what it has to answer.
type step struct {
	name, who, method, path, body string
	status                        int
	want                          string // a part of the body
}

// walkSteps makes the calls one after the other in one world.
func walkSteps(t *testing.T, w *world, steps []step) {
	t.Helper()
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			r := w.as(s.who).call(s.method, s.path, s.body)
			if r.status != s.status || !strings.Contains(string(r.raw), s.want) {
				t.Errorf("%s %s = %d %s, want %d with %s", s.method, s.path, r.status, r.raw, s.status, s.want)
			}
		})
	}
}

func TestAnswersLookAsAtCirclesEdge(t *testing.T) {
	w := newWorld(t)
	r := w.as(asMember).must(200, "GET", "/spaces", "")
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Etag": `W/"`, "Cache-Control": "must-revalidate", "X-Request-Id": "-",
		"Vary": "Origin", "Set-Cookie": "__cf_bm=",
	} {
		if got := r.header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s = %q, want something with %q", name, got, want)
		}
	}
	post := w.as(asMember).call("POST", "/notifications/reset_new_notifications_count", "")
	if !strings.Contains(strings.Join(post.header.Values("Set-Cookie"), " "), "_circle_session") {
		t.Error("a POST sets no _circle_session cookie")
	}
}

func TestWrongPathIsAPageOfHTML(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{
		"/", "/api/headless/v1/nothing", "/api/headless/v1/auth_token",
		"/api/v1/headless/spaces",
	} {
		r := w.send("GET", path, "", "")
		if r.status != 404 || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
			t.Errorf("GET %s = %d %s, want a 404 in HTML", path, r.status, r.header.Get("Content-Type"))
		}
	}
}

func TestCallsAreLogged(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	w.ResetCalls()
	c.call("GET", "/spaces/vegetables/posts?per_page=2", "")
	c.call("GET", "/no/such/path", "")
	want := []Call{
		{
			"GET", "/api/headless/v1/spaces/vegetables/posts", "per_page=2", "GET /api/headless/v1/spaces/{space_id}/posts", 200,
			firstMemberID + 3,
		},
		{"GET", "/api/headless/v1/no/such/path", "", "", 404, 0},
	}
	got := w.Calls()
	if len(got) != len(want) {
		t.Fatalf("Calls() = %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("Calls()[%d] = %v, want %v", i, got[i], want[i])
		}
	}
}

func TestLogOfCallsIsBounded(t *testing.T) {
	s := New(Options{})
	for i := range maxCalls + 10 {
		s.log(Call{MemberID: int64(i)})
	}
	calls := s.Calls()
	if n := len(calls); n < maxCalls/2 || n > maxCalls || calls[n-1].MemberID != maxCalls+9 {
		t.Errorf("%d calls are kept, the last of them %d", n, calls[n-1].MemberID)
	}
}

func TestRateLimitCountsByWindow(t *testing.T) {
	w := newWorldWith(t, Options{RateLimit: 3}, func(h http.Handler) http.Handler { return h })
	c := w.as(asMember)
	c.must(200, "GET", "/spaces", "")
	c.must(200, "GET", "/spaces", "")
	c.must(429, "GET", "/spaces", "")
	w.clock.Advance(5 * time.Minute)
	c.must(200, "GET", "/spaces", "")
}

func TestCallerWhoGivesUpEndsTheLatency(t *testing.T) {
	s := New(Options{Latency: time.Hour})
	ctx, giveUp := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ServeHTTP(httptest.NewRecorder(), r)
	}()
	giveUp()
	<-done // the test's own deadline is the alarm
}

func TestSameSeedEveryTime(t *testing.T) {
	one, two := newWorld(t), newWorld(t)
	for _, path := range []string{
		"/home?per_page=100", "/spaces", "/community_members?per_page=100",
		"/spaces/vegetables/posts?per_page=100",
	} {
		a, b := one.as(asMember).must(200, "GET", path, ""), two.as(asMember).must(200, "GET", path, "")
		if !bytes.Equal(a.raw, b.raw) {
			t.Errorf("GET %s differs between two sandboxes with the same time", path)
		}
	}
}
