package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
)

// faultyScreen asks Circle three things of which a fault hits one; brokenWrite is hit by it too.
const (
	faultyScreen = `{ viewer { member { name } } homeFeed(first: 1) { nodes { id title } } spaces { name } }`
	brokenWrite  = `mutation($id: ID!) { likePost(input: {postId: $id}) { post { id } userErrors { code } } }`
)

// fault answers instead of a part of Circle.
type fault struct {
	mu       sync.Mutex
	answer   http.HandlerFunc // nil while nothing is wrong
	requests atomic.Int64
}

func (f *fault) set(answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
	f.requests.Store(0)
}

// between puts the fault before Circle, for the requests that it concerns.
func (f *fault) between(circle http.Handler, concerns func(*http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		answer := f.answer
		f.mu.Unlock()
		if answer == nil || !concerns(r) {
			circle.ServeHTTP(w, r)
			return
		}
		f.requests.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // as Circle would; then the server notices when its client leaves
		answer(w, r)
	})
}

// failed is an answer with its errors.
type failed struct {
	Data   map[string]any
	Errors []failure
}

type failure struct {
	Path       []any
	Extensions struct {
		Code              string
		RetryAfterSeconds int
		RequestID         string
	}
}

func parseFailed(t *testing.T, answer []byte) failed {
	t.Helper()
	var out failed
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return out
}

// outcome is that of a mutation: the code of its error or refusal, "" if it was carried out.
func (f failed) outcome(field string) string {
	if len(f.Errors) > 0 {
		return f.Errors[0].Extensions.Code
	}
	if code, ok := at(f.Data, field+".userErrors.0.code").(string); ok {
		return code
	}
	return ""
}

func answerWith(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Whatever a part of Circle answers, the rest of the screen arrives, the failed field says why, a write is sent once, a
// read three times at most, and the next request finds everything well again.
func TestFaultsOfCircle(t *testing.T) {
	t.Parallel()
	const (
		html    = "<!DOCTYPE html><html><title>Circle</title></html>"
		asJSON  = "application/json"
		unknown = "OUTCOME_UNKNOWN"
		limit   = time.Second // of a call to Circle
	)
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", asJSON)
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"records": [{"id": 1,`)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", asJSON)
		tick := time.NewTicker(limit / 50)
		defer tick.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		code   string // of the field that fails, "" for none
		reads  int64  // requests that a failed read costs
		write  string // outcome of a write
		retry  int    // retryAfterSeconds
	}{
		{"429", answerWith(429, "text/html", html), "RATE_LIMITED", 3, "RATE_LIMITED", 60},
		{
			"429 for half a minute", answerWith(429, asJSON, `{"message":"no"}`, "Retry-After", "30"), "RATE_LIMITED", 1,
			"RATE_LIMITED", 30,
		},
		{"500", answerWith(500, asJSON, `{"message":"no"}`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"500 as HTML", answerWith(500, "text/html", html), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"502", answerWith(502, "text/html", html), "UPSTREAM_UNAVAILABLE", 3, unknown, 0},
		{"503", answerWith(503, "text/html", html), "UPSTREAM_UNAVAILABLE", 3, unknown, 0},
		{"503 for a minute", answerWith(503, "text/html", html, "Retry-After", "60"), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"504", answerWith(504, "text/html", html), "UPSTREAM_UNAVAILABLE", 3, unknown, 0},
		{"HTML with 200", answerWith(200, "text/html", html), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"404 as HTML", answerWith(404, "text/html", html), "UPSTREAM_UNAVAILABLE", 1, "UPSTREAM_UNAVAILABLE", 0},
		{"404 as JSON", answerWith(404, asJSON, `{"message":"Oops! Missing record."}`), "NOT_FOUND", 1, "NOT_FOUND", 0},
		{
			"ban of the edge", answerWith(403, "text/plain", "error code: 1010"), "UPSTREAM_UNAVAILABLE", 1,
			"UPSTREAM_UNAVAILABLE", 0,
		},
		{"challenge of the edge", answerWith(403, "text/html", html), "UPSTREAM_UNAVAILABLE", 1, "UPSTREAM_UNAVAILABLE", 0},
		{
			"redirect", answerWith(302, "text/html", html, "Location", "https://elsewhere.example.com/"), "UPSTREAM_UNAVAILABLE",
			1, "UPSTREAM_UNAVAILABLE", 0,
		},
		{"JSON as text", answerWith(200, "text/plain", `{"records":[]}`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"no type of content", answerWith(200, "", `{"records":[]}`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"no JSON", answerWith(200, asJSON, `{"records": [`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{"list for an object", answerWith(200, asJSON, `[]`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{
			"number for a list", answerWith(200, asJSON, `{"records":7,"has_next_page":"perhaps","count":{}}`),
			"UPSTREAM_UNAVAILABLE", 1, "", 0,
		},
		{"no list", answerWith(200, asJSON, `{}`), "UPSTREAM_UNAVAILABLE", 1, unknown, 0},
		{
			"huge", answerWith(200, asJSON, `{"records":[],"x":"`+strings.Repeat("x", 9<<20)+`"}`), "UPSTREAM_UNAVAILABLE", 1,
			unknown, 0,
		},
		{
			"huge refusal", answerWith(422, asJSON, `{"message":"`+strings.Repeat("x", 9<<20)+`"}`), "UPSTREAM_UNAVAILABLE", 1,
			"UPSTREAM_UNAVAILABLE", 0,
		},
		{"broken off", cut, "UPSTREAM_UNAVAILABLE", 3, unknown, 0},
		{"no answer", abort, "UPSTREAM_UNAVAILABLE", 3, unknown, 0},
		{"silence", hang, "UPSTREAM_TIMEOUT", 1, unknown, 0},
		{"slow drip", drip, "UPSTREAM_TIMEOUT", 1, unknown, 0},
	} {
		t.Run(tc.name, inBubble(func(t *testing.T) {
			ill := &fault{}
			c := newCommunityInBubble(t, func(circle http.Handler) http.Handler {
				return ill.between(circle, func(r *http.Request) bool {
					return strings.HasSuffix(r.URL.Path, "/home") || strings.HasSuffix(r.URL.Path, "/user_likes")
				})
			}, func(cfg *circleclient.Config) { cfg.Timeout = limit })
			well := c.data(member, faultyScreen, nil)
			post := at(c.data(member, `{ homeFeed(first: 20) { nodes { id isLikedByViewer } } }`, nil), "homeFeed.nodes").([]any)
			var id any
			for _, p := range post {
				if at(p, "isLikedByViewer") == false {
					id = at(p, "id")
				}
			}
			like := map[string]any{"id": id}

			ill.set(tc.answer)
			start := time.Now()
			raw, _ := c.ask(member, faultyScreen, nil)
			if took := time.Since(start); took > limit {
				t.Errorf("the screen took %v, want no more than the %v of a call", took, limit)
			}
			got := parseFailed(t, raw)
			if fmt.Sprint(got.Data["viewer"], got.Data["spaces"]) != fmt.Sprint(well["viewer"], well["spaces"]) {
				t.Errorf("the rest of the screen is %v, want %v", got.Data, well)
			}
			if tc.code == "" {
				if len(got.Errors) != 0 || got.Data["homeFeed"] == nil {
					t.Errorf("answered %s, want an empty feed without an error", raw)
				}
			} else if len(got.Errors) != 1 || fmt.Sprint(got.Errors[0].Path) != "[homeFeed]" ||
				got.Errors[0].Extensions.Code != tc.code || got.Errors[0].Extensions.RetryAfterSeconds != tc.retry {
				t.Errorf("answered %s, want one error of homeFeed with %s, %d", raw, tc.code, tc.retry)
			}
			// net/http repeats a read whose pooled connection ends without an answer, as one does that was idle for too long.
			if n := ill.requests.Load(); n != tc.reads && (tc.name != "no answer" || n > 4*tc.reads) {
				t.Errorf("the read was sent %d times, want %d", n, tc.reads)
			}

			ill.set(tc.answer)
			raw, _ = c.ask(member, brokenWrite, like)
			if got := parseFailed(t, raw).outcome("likePost"); got != tc.write {
				t.Errorf("the write is answered %s, want %q", raw, tc.write)
			}
			if n := ill.requests.Load(); n != 1 {
				t.Errorf("the write was sent %d times, want once", n)
			}

			ill.set(nil)
			if again := c.data(member, faultyScreen, nil); fmt.Sprint(again) != fmt.Sprint(well) {
				t.Errorf("afterwards the screen is %v, want %v", again, well)
			}
			if got := at(c.data(member, brokenWrite, like), "likePost.userErrors"); len(got.([]any)) != 0 {
				t.Errorf("afterwards the write is refused: %v", got)
			}
		}))
	}
}

// What passes in a moment is not even noticed.
func TestBurstOfFailures(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 502, 503, 504} {
		ill := &fault{}
		c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
			return ill.between(circle, func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, "/home") &&
					ill.requests.Load() < 2
			})
		})
		ill.set(answerWith(status, "text/html", "<html>"))
		c.data(member, faultyScreen, nil)
		if n := ill.requests.Load(); n != 2 {
			t.Errorf("%d was met %d times, want twice", status, n)
		}
	}
}

// An operation that keeps failing is not called for a while, by those for whom it fails, while the others are asked as
// before; when it is well again, so is the field.
func TestIllOperationClosesNoOther(t *testing.T) { inBubble(testIllOperationClosesNoOther)(t) }

func testIllOperationClosesNoOther(t *testing.T) {
	const rest = 5 * time.Minute
	ill := &fault{}
	c := newCommunityInBubble(t, func(circle http.Handler) http.Handler {
		return ill.between(circle, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/home") })
	}, func(cfg *circleclient.Config) { cfg.Rest = rest })
	ill.set(answerWith(500, "text/html", "<html>"))
	for _, who := range []string{member, admin} {
		for range 15 {
			raw, _ := c.ask(who, faultyScreen, nil)
			if got := parseFailed(t, raw); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "UPSTREAM_UNAVAILABLE" ||
				got.Data["spaces"] == nil {
				t.Fatalf("answered %s, want all but the feed", raw)
			}
		}
	}
	if n := ill.requests.Load(); n != 20 { // ten for each member: two are too few to close it to all
		t.Errorf("30 screens asked the ill operation %d times, want 20", n)
	}
	ill.set(nil)
	if raw, _ := c.ask(member, faultyScreen, nil); len(parseFailed(t, raw).Errors) != 1 {
		t.Errorf("answered %s, want the feed to be missing until the pause is over", raw)
	}
	time.Sleep(2 * rest) //nolint:forbidigo // in a bubble
	c.data(member, faultyScreen, nil)
}

// The time of a request is one for all that it asks of Circle: a call late in it is given up early, where its answer
// would not be remembered.
func TestRequestTimeoutEndsWork(t *testing.T) { inBubble(testRequestTimeoutEndsWork)(t) }

func testRequestTimeoutEndsWork(t *testing.T) {
	const limit = time.Second
	lasted := make(chan time.Duration, 1)
	c := newCommunityOver(t, inMemory, func(cfg *config.Config) {
		cfg.RequestTimeout, cfg.UpstreamTimeout = limit, limit
	}, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch start := time.Now(); {
			case strings.HasSuffix(r.URL.Path, "/home"):
				<-time.After(limit * 3 / 4)
			case strings.HasSuffix(r.URL.Path, "/comments"):
				_, _ = io.Copy(io.Discard, r.Body) // then the server notices when its client leaves
				<-r.Context().Done()
				lasted <- time.Since(start)
				return
			}
			circle.ServeHTTP(w, r)
		})
	})
	raw, _ := c.ask(member, `{ homeFeed(first: 1) { nodes { title comments(first: 1) { nodes { id } } } } }`, nil)
	got := parseFailed(t, raw)
	if at(got.Data, "homeFeed.nodes.0.title") == nil || at(got.Data, "homeFeed.nodes.0.comments") != nil ||
		len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "UPSTREAM_TIMEOUT" {
		t.Errorf("answered %s, want the post without its comments and UPSTREAM_TIMEOUT", raw)
	}
	if d := <-lasted; d != limit/4 {
		t.Errorf("the call was given up after %v, want what is left of %v", d, limit)
	}
}
