package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient"
	"circlegraph/graph"
)

func upstreamOf(t *testing.T, answer []byte) graph.UpstreamUsage {
	t.Helper()
	var out struct {
		Extensions struct{ Upstream *graph.UpstreamUsage }
	}
	if err := json.Unmarshal(answer, &out); err != nil || out.Extensions.Upstream == nil {
		t.Fatalf("no usage in %s", answer)
	}
	return *out.Extensions.Upstream
}

func TestUsage(t *testing.T) {
	var broken atomic.Bool
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			circle.ServeHTTP(w, r)
		})
	}, remembering, func(cfg *circleclient.Config) { cfg.Budget.Requests = 1800 })
	c.token(member)
	for _, step := range []struct {
		name   string
		after  time.Duration
		broken bool
		query  string
		want   graph.UpstreamUsage
	}{
		{"nothing", 0, false, `{ __typename }`, graph.UpstreamUsage{}},
		{"cold", 0, false, feed, graph.UpstreamUsage{Requests: 3}},
		{"again", 0, false, feed, graph.UpstreamUsage{Cached: 3}},
		{"the feed has changed", 3 * time.Second, false, feed, graph.UpstreamUsage{Requests: 1, Cached: 2}},
		{"Circle fails", 2 * time.Minute, true, feed, graph.UpstreamUsage{Requests: 3, Stale: 3}},
	} {
		c.clock.Advance(step.after)
		broken.Store(step.broken)
		answer, _ := c.ask(member, step.query, nil)
		got := upstreamOf(t, answer)
		if got.BudgetRemaining == nil || *got.BudgetRemaining < 70 || *got.BudgetRemaining > 90 {
			t.Errorf("%s: %v requests remain, want nearly 90", step.name, got.BudgetRemaining)
		}
		got.BudgetRemaining = nil
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
		if strings.Contains(string(answer), `"errors"`) {
			t.Errorf("%s: %s", step.name, answer)
		}
	}
}

// What an answer has cost stands beside what was estimated, also where it costs less for being remembered.
func TestCostIsShown(t *testing.T) {
	c := newCommunity(t, remembering)
	const query = `{ homeFeed(first: 2) { nodes { author { bio } } } }`
	for _, want := range []graph.Cost{{Estimated: 3, Actual: 3}, {Estimated: 3, Actual: 0}} {
		answer, _ := c.ask(member, query, nil)
		if got, ok := costOf(t, answer); !ok || got != want {
			t.Errorf("the cost is %+v, want %+v: %s", got, want, answer)
		}
	}
	_, _, answer := send(t, endpoint(t, graph.Options{}), message{http.MethodPost, "", nil, `{"query":"{ __typename }"}`})
	if strings.Contains(answer, `"cost"`) {
		t.Errorf("the cost is shown unasked: %s", answer)
	}
}

func TestExhaustedBudget(t *testing.T) {
	c := newCommunity(t, func(cfg *circleclient.Config) { cfg.Budget.Requests, cfg.Timeout = 60, time.Second })
	c.token(member)
	for range 20 {
		answer, calls := c.ask(member, `{ spaces { name } }`, nil)
		if strings.Contains(string(answer), `"RATE_LIMITED"`) {
			if !strings.Contains(string(answer), `"retryAfterSeconds":`) || len(calls) > 0 {
				t.Errorf("%s after %v", answer, calls)
			}
			return
		}
	}
	t.Error("twenty requests of a budget of fifteen at once went through")
}

// The line of a request has its operation: what the client calls it, its outcome and what it cost, and nothing of
// its text. What failed on the way to Circle is a warning.
func TestOperationsAreLogged(t *testing.T) {
	var broken atomic.Bool
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			circle.ServeHTTP(w, r)
		})
	})
	c.token(member)
	for _, step := range []struct {
		broken      bool
		query       string
		level, want string
	}{
		{false, `query Home { spaces { name } }`, "level=INFO", " kind=query operation=Home upstream=1 cost=1\n"},
		{
			false, `query Lost { space(by: {slug: "nowhere-at-all"}) { name } }`,
			"level=INFO", " kind=query operation=Lost upstream=1 cost=",
		},
		{
			true, `query Down { spaces { name } }`,
			"level=WARN", " kind=query operation=Down upstream=3 cost=1 errors=UPSTREAM_UNAVAILABLE\n",
		},
	} {
		broken.Store(step.broken)
		before := len(c.log.String())
		c.ask(member, step.query, nil)
		got := c.log.String()[before:] // a short answer is sent after the line is written
		line := got[max(strings.Index(got, step.level+" msg=request"), 0):]
		if !strings.HasPrefix(line, step.level+" msg=request") || !strings.Contains(line, step.want) ||
			strings.Contains(got, "nowhere-at-all") || strings.Contains(got, "msg=operation") {
			t.Errorf("%s: the log says\n%s\nwant one line of %s with %s", step.query, got, step.level, step.want)
		}
	}
}

// A client may say which app it is; what it says is short and clean in the log.
func TestClientsAreNamed(t *testing.T) {
	for _, tc := range []struct {
		header map[string]string
		want   string
	}{
		{map[string]string{"apollographql-client-name": "ios", "apollographql-client-version": "1.2.3"}, "ios 1.2.3"},
		{map[string]string{"Graphql-Client-Name": "web"}, "web"},
		{map[string]string{"apollographql-client-version": "7"}, "7"},
		{map[string]string{"apollographql-client-name": "maya@example.com"}, ""},
		{map[string]string{"apollographql-client-name": "a\r\nlevel=ERROR"}, ""},
		{map[string]string{"apollographql-client-name": "My App (iOS)"}, "My App (iOS)"},
		{map[string]string{"apollographql-client-name": strings.Repeat("a", 500)}, strings.Repeat("a", 64)},
		{nil, ""},
	} {
		header := http.Header{}
		for name, value := range tc.header {
			header.Set(name, value)
		}
		if got := graph.ClientOf(header); got != tc.want {
			t.Errorf("ClientOf(%q) = %q, want %q", tc.header, got, tc.want)
		}
	}
}
