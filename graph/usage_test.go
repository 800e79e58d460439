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
