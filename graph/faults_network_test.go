package graph_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
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

// toxic is what toxiproxy is told: kind is its name, with "upstream" if it is for the way to Circle.
func toxic(kind, attributes string) io.Reader {
	name, stream, _ := strings.Cut(kind, " ")
	return strings.NewReader(fmt.Sprintf(`{"type": %q, "stream": %q, "attributes": %s}`, name,
		cmp.Or(stream, "downstream"), attributes))
}

// Whatever the network between the facade and Circle does, each answer comes in time and says what is missing, a write
// is sent once, and the next request finds everything well again.
func TestFaultsOfTheNetwork(t *testing.T) {
	t.Parallel()
	const unknown, timeout, unavailable = "OUTCOME_UNKNOWN", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"
	var all sync.WaitGroup
	for _, tc := range []struct {
		name   string
		toxic  string // type, direction and attributes; none closes the port
		code   string // of what needs Circle, "" if everything arrives
		write  string // outcome of a write
		writes int    // how many reach Circle
	}{
		{"latency and jitter", `latency {"latency": 100, "jitter": 90}`, "", "", 1},
		{"latency beyond the limit", `latency {"latency": 3600000}`, timeout, unknown, 1},
		{"latency on the way there", `latency upstream {"latency": 3600000}`, timeout, unknown, 0},
		{"reset", `reset_peer {"timeout": 0}`, unavailable, unknown, 1},
		{"reset after a while", `reset_peer {"timeout": 100}`, unavailable, unknown, 1},
		{"half-open connection", `timeout {"timeout": 0}`, timeout, unknown, 1},
		{"requests that get nowhere", `timeout upstream {"timeout": 0}`, timeout, unknown, 0},
		{"cut off in the head", `limit_data {"bytes": 20}`, unavailable, unknown, 1},
		{"cut off in the body", `limit_data {"bytes": 260}`, unavailable, unknown, 1},
		{"small pieces", `slicer {"average_size": 500, "size_variation": 100, "delay": 100}`, "", "", 1},
		{"slow drip", `slicer {"average_size": 2, "size_variation": 1, "delay": 1000000}`, timeout, unknown, 1},
		{"refused", "", unavailable, unavailable, 0},
	} {
		all.Go(func() { // all at once: they mostly wait
			t.Run(tc.name, func(t *testing.T) {
				limit := time.Minute // of a call to Circle: no busy machine needs as long
				if tc.code == timeout {
					limit = 10 * time.Second // in which a write reaches Circle
				}
				var proxy *toxiproxy.Proxy
				c := newCommunity(t, func(cfg *circleclient.Config) {
					proxy = newProxy(t, cfg.BaseURL)
					cfg.BaseURL, cfg.Timeout = "http://"+proxy.Listen, limit
				})
				well := c.soon(faultyScreen)
				like := map[string]any{"id": at(well, "homeFeed.nodes.0.id")}
				if kind, attributes, ok := strings.Cut(tc.toxic, " {"); !ok {
					proxy.Stop()
				} else if _, err := proxy.Toxics.AddToxicJson(toxic(kind, "{"+attributes)); err != nil {
					t.Fatal(err)
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

				if tc.toxic == "" {
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
