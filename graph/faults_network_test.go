package graph_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"circlegraph/circleclient"
)

// newProxy is a proxy before an address, for toxics to be put in.
func newProxy(t *testing.T, upstream string) *toxiproxy.Proxy {
	t.Helper()
	registry := prometheus.NewRegistry()
	proxy := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(registry), zerolog.Nop()), "circle",
		"127.0.0.1:0", strings.TrimPrefix(upstream, "http://"))
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	return proxy
}

// Whatever the network between the facade and Circle does, each answer comes in time and says what is missing, a write
// is sent once, and the next request finds everything well again.
func TestFaultsOfTheNetwork(t *testing.T) {
	const unknown = "OUTCOME_UNKNOWN"
	var all sync.WaitGroup
	for _, tc := range []struct {
		name   string
		toxics []string // none closes the port
		code   string   // of what needs Circle, "" if everything arrives
		write  string   // outcome of a write
		writes int      // how many reach Circle
	}{
		{"latency and jitter", []string{`{"type": "latency", "attributes": {"latency": 100, "jitter": 90}}`}, "", "", 1},
		{
			"latency beyond the limit",
			[]string{`{"type": "latency", "attributes": {"latency": 3600000}}`},
			"UPSTREAM_TIMEOUT",
			unknown, 1,
		},
		{
			"latency on the way there",
			[]string{`{"type": "latency", "stream": "upstream", "attributes": {"latency": 3600000}}`},
			"UPSTREAM_TIMEOUT", unknown, 0,
		},
		{"reset", []string{`{"type": "reset_peer", "attributes": {"timeout": 0}}`}, "UPSTREAM_UNAVAILABLE", unknown, 1},
		{
			"reset after a while",
			[]string{`{"type": "reset_peer", "attributes": {"timeout": 100}}`},
			"UPSTREAM_UNAVAILABLE",
			unknown, 1,
		},
		{
			"half-open connection",
			[]string{`{"type": "timeout", "attributes": {"timeout": 0}}`},
			"UPSTREAM_TIMEOUT", unknown,
			1,
		},
		{
			"requests that get nowhere",
			[]string{`{"type": "timeout", "stream": "upstream", "attributes": {"timeout": 0}}`},
			"UPSTREAM_TIMEOUT", unknown, 0,
		},
		{
			"cut off in the head",
			[]string{`{"type": "limit_data", "attributes": {"bytes": 20}}`},
			"UPSTREAM_UNAVAILABLE",
			unknown, 1,
		},
		{
			"cut off in the body",
			[]string{`{"type": "limit_data", "attributes": {"bytes": 260}}`},
			"UPSTREAM_UNAVAILABLE",
			unknown, 1,
		},
		{"small pieces", []string{`{"type": "slicer", "attributes": {"average_size": 500, "size_variation": 100, "delay":
			100}}`}, "", "", 1},
		{
			"slow drip",
			[]string{`{"type": "slicer", "attributes": {"average_size": 2, "size_variation": 1, "delay": 1000000}}`},
			"UPSTREAM_TIMEOUT", unknown, 1,
		},
		{"refused", nil, "UPSTREAM_UNAVAILABLE", "UPSTREAM_UNAVAILABLE", 0},
	} {
		all.Go(func() { // all at once: they mostly wait
			t.Run(tc.name, func(t *testing.T) {
				limit := time.Minute // of a call to Circle: no busy machine needs as long
				if tc.code == "UPSTREAM_TIMEOUT" {
					limit = 10 * time.Second // in which a write reaches Circle
				}
				var proxy *toxiproxy.Proxy
				c := newCommunity(t, func(cfg *circleclient.Config) {
					proxy = newProxy(t, cfg.BaseURL)
					cfg.BaseURL, cfg.Timeout = "http://"+proxy.Listen, limit
				})
				well := c.soon(faultyScreen)
				like := map[string]any{"id": at(well, "homeFeed.nodes.0.id")}
				if tc.toxics == nil {
					proxy.Stop()
				}
				for _, toxic := range tc.toxics {
					if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
						t.Fatal(err)
					}
				}

				raw, calls := c.ask(member, faultyScreen, nil)
				got := parseFailed(t, raw)
				if len(calls) > 2*3*3 { // net/http repeats a read once more for each pooled connection that turns out to be dead
					t.Errorf("Circle was asked %d times, want about three for each of three", len(calls))
				}
				if tc.code == "" && (len(got.Errors) > 0 || fmt.Sprint(got.Data) != fmt.Sprint(well)) {
					t.Errorf("answered %s, want everything", raw)
				}
				if tc.code != "" {
					if len(got.Errors) != 3 {
						t.Errorf("answered %s, want an error for each of the three fields", raw)
					}
					for _, e := range got.Errors {
						if e.Extensions.Code != tc.code {
							t.Errorf("%v has the code %s, want %s", e.Path, e.Extensions.Code, tc.code)
						}
					}
				}

				raw, calls = c.ask(member, brokenWrite, like)
				if got := parseFailed(t, raw).outcome("likePost"); got != tc.write {
					t.Errorf("the write is answered %s, want %q", raw, tc.write)
				}
				if n := strings.Count(strings.Join(calls, "\n"), "/user_likes"); n != tc.writes {
					t.Errorf("the write reached Circle %d times, want %d", n, tc.writes)
				}

				if tc.toxics == nil {
					if err := proxy.Start(); err != nil {
						t.Fatal(err)
					}
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second) // what is stuck need not be waited for
				defer cancel()
				proxy.Toxics.ResetToxics(ctx)
				if again := c.soon(faultyScreen); fmt.Sprint(again["spaces"]) != fmt.Sprint(well["spaces"]) {
					t.Errorf("afterwards the answer is %v, want what it was", again)
				}
			})
		})
	}
	all.Wait()
}

// soon asks until everything is answered: on a busy machine a short limit hits healthy calls too.
func (c *community) soon(query string) map[string]any {
	c.t.Helper()
	for {
		raw, _ := c.ask(member, query, nil)
		got := parseFailed(c.t, raw)
		if len(got.Errors) == 0 {
			return got.Data
		}
		c.t.Logf("answered %s", raw)
	}
}
