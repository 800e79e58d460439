package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// peersCommand compares the facade with what people would use instead.
type peersCommand struct {
	Rounds   int           `default:"3" help:"How often everything is measured; tables show medians."`
	Duration time.Duration `default:"2s" help:"How long each gateway is asked in each round."`
	WarmUp   time.Duration `default:"5s" help:"How long each gateway warms up with each query: some compile as they run."`
	Clients  int           `default:"8" help:"How many clients ask at a time."`
	Only     []string      `help:"Measure these gateways only, by name."`
}

// peer is a gateway that can answer the three queries, or some of them.
type peer struct {
	program
	// queries are by the name of the work; a peer without any gets the request that path gives.
	queries map[string]string
	path    string
}

// peers are all gateways, the facade first. The memo is off if work is compared, so that each request asks upstream
// anew.
func peers(built programs, circle string) []peer {
	facade := func(name string, env ...string) peer {
		return peer{queries: facadeQueries, path: "/graphql", program: program{
			name: name, args: []string{built.facade}, ready: "/readyz", env: append(facadeSettings(circle), env...),
		}}
	}
	return append([]peer{
		facade("facade", "CIRCLEGRAPH_MEMO_BYTES=0"),
		facade("facade with its memory"),
		{queries: naiveQueries, path: "/graphql", program: program{
			name: naiveName, args: []string{built.naive, "-listen", "%ADDRESS%", "-circle", circle}, ready: "/graphql",
		}},
		{path: "/api/headless/v1/home?sort=popular&per_page=20", program: program{
			name: "bare reverse proxy", args: []string{
				built.bench, "proxy", "--listen", "%ADDRESS%", "--circle",
				circle,
			}, ready: control,
		}},
	}, gateways(filepath.Join(built.source, "gateways"), circle)...)
}

const naiveName = "naive gqlgen"

// facadeSettings run the facade before a Circle that sets no limit, so that its own limits do not count.
func facadeSettings(circle string) []string {
	return []string{
		"CIRCLEGRAPH_LISTEN=%ADDRESS%", "CIRCLE_URL=" + circle, "CIRCLE_HEADLESS_TOKEN=" +
			secret, "CIRCLEGRAPH_LOGIN=trusted",
		"CIRCLEGRAPH_TRUSTED_SECRET=" + strings.Repeat("only-for-measuring-", 2), "CIRCLEGRAPH_UPSTREAM_BUDGET=0",
		"CIRCLEGRAPH_MAX_COST=0", // Q3 may need 221 requests, by the estimate; the others have no limit either
	}
}

// Run measures and prints.
func (c *peersCommand) Run(ctx context.Context, out io.Writer, shop *workshop) error {
	dir, remove, err := workspace()
	if err != nil {
		return err
	}
	defer remove()
	built, err := shop.programs(ctx)
	if err != nil {
		return err
	}
	upstream, err := startCircle(ctx, dir, built, true)
	if err != nil {
		return err
	}
	defer upstream.stop()
	field := &contest{circle: upstream, clients: c.Clients}
	defer field.stop()
	for range c.Clients { // of one member, so that all get the same, each with a token of its own
		token, err := upstream.token(ctx, "member@example.com")
		if err != nil {
			return err
		}
		field.tokens = append(field.tokens, token)
	}
	for _, p := range peers(built, upstream.url) {
		if len(c.Only) == 0 || slices.Contains(c.Only, p.name) || p.name == naiveName {
			field.enter(ctx, dir, p)
		}
	}
	if err := field.check(ctx); err != nil {
		return err
	}
	field.warmUp(ctx, c.WarmUp)
	for _, latency := range []time.Duration{0, 50 * time.Millisecond} {
		if err := field.run(ctx, latency, c.Rounds, c.Duration); err != nil {
			return err
		}
		field.print(out, latency)
	}
	return nil
}

// contest is a run of all peers against each other.
type contest struct {
	circle  circle
	clients int
	tokens  []string
	running []*contestant
	absent  []string // who is not here, and why
	results map[string]map[string][]result
}

// contestant is a peer that runs.
type contestant struct {
	peer
	*process
}

// result is one peer at one work in one round.
type result struct {
	rate        float64
	p50, p99    time.Duration
	cpu         time.Duration // for each request
	rss         int64
	calls       float64 // for each request
	peak        int
	failed      int
	firstFailed error
}

// enter starts a peer, or notes why it is absent.
func (f *contest) enter(ctx context.Context, dir string, p peer) {
	proc, err := start(ctx, dir, p.program)
	if err != nil {
		f.absent = append(f.absent, fmt.Sprintf("%s: not run: %v", p.name, err))
		return
	}
	f.running = append(f.running, &contestant{p, proc})
}

func (f *contest) stop() {
	for _, c := range f.running {
		c.stop()
	}
}

// shot is what a client does again and again; nil if the peer cannot do the work.
func (f *contest) shot(c *contestant, w work) func(ctx context.Context, client int) error {
	url := c.process.url + c.path
	if c.queries == nil {
		if w.name != works[0].name {
			return nil
		}
		return func(ctx context.Context, client int) error {
			_, err := fetch(ctx, http.MethodGet, url, f.tokens[client], nil)
			return err
		}
	}
	body := document(c.queries[w.name])
	return func(ctx context.Context, client int) error {
		_, err := ask(ctx, url, f.tokens[client], body)
		return err
	}
}

// check holds all answers to each other: the peers must say the same.
func (f *contest) check(ctx context.Context) error {
	for _, w := range works {
		var first []string
		for _, c := range f.running {
			if c.queries == nil {
				continue
			}
			raw, err := ask(ctx, c.process.url+c.path, f.tokens[0], document(c.queries[w.name]))
			if err != nil {
				return fmt.Errorf("%s at %s: %w", c.process.name, w.name, err)
			}
			got, err := values(raw)
			if err != nil {
				return fmt.Errorf("%s at %s: %w", c.process.name, w.name, err)
			}
			if first == nil {
				first = got
			}
			if !slices.Equal(first, got) {
				return fmt.Errorf("%s answers %s otherwise than %s: %d and %d values", c.process.name, w.name,
					f.running[0].process.name, len(got), len(first))
			}
		}
	}
	return nil
}

// warmUp asks all peers for everything, so that they are measured as they are after a while.
func (f *contest) warmUp(ctx context.Context, duration time.Duration) {
	for _, c := range f.running {
		for _, w := range works {
			if shoot := f.shot(c, w); shoot != nil {
				load(ctx, f.clients, duration, shoot)
			}
		}
	}
}

// run measures all peers in turn, several times.
func (f *contest) run(ctx context.Context, latency time.Duration, rounds int, duration time.Duration) error {
	f.results = map[string]map[string][]result{}
	if _, err := f.circle.reset(ctx, latency); err != nil {
		return err
	}
	for round := range rounds {
		for _, w := range works {
			for i := range f.running {
				c := f.running[(i+round)%len(f.running)] // nobody is always first
				shoot := f.shot(c, w)
				if shoot == nil {
					continue
				}
				got, err := f.measure(ctx, c, latency, duration, shoot)
				if err != nil {
					return err
				}
				if f.results[w.name] == nil {
					f.results[w.name] = map[string][]result{}
				}
				f.results[w.name][c.process.name] = append(f.results[w.name][c.process.name], got)
			}
		}
	}
	return nil
}

func (f *contest) measure(
	ctx context.Context, c *contestant, latency, duration time.Duration, shoot func(context.Context, int) error,
) (result, error) {
	load(ctx, f.clients, duration/5, shoot) // so that connections stand, and collectors of garbage have found their pace
	if _, err := f.circle.reset(ctx, latency); err != nil {
		return result{}, err
	}
	before, _ := c.usage()
	s := load(ctx, f.clients, duration, shoot)
	after, rss := c.usage()
	seen, err := f.circle.reset(ctx, latency)
	if err == nil && len(s.took) == 0 {
		err = fmt.Errorf("%s answers nothing: %w", c.process.name, errors.Join(s.err, ctx.Err()))
	}
	if err != nil {
		return result{}, err
	}
	n := len(s.took)
	return result{
		rate: s.rate(), p50: s.quantile(.5), p99: s.quantile(.99), cpu: (after - before) / time.Duration(n), rss: rss,
		calls: float64(seen.Calls) / float64(n+s.failed), peak: seen.Peak, failed: s.failed, firstFailed: s.err,
	}, nil
}

// print gives one table for each work.
func (f *contest) print(out io.Writer, latency time.Duration) {
	for _, w := range works {
		t := &table{
			title: fmt.Sprintf("**%s**, %s. Upstream latency %s, %d clients.", w.name, w.is, latency, f.clients),
			head: []string{
				"", "requests/s", "× naive", "p50 ms", "p99 ms", "CPU ms/request", "RSS MB", "upstream calls",
				"peak in flight", "failed",
			},
		}
		naive := median(column(f.results[w.name][naiveName], func(r result) float64 { return r.rate }))
		for _, c := range f.running {
			rows := f.results[w.name][c.process.name]
			if len(rows) == 0 {
				continue
			}
			rate := median(column(rows, func(r result) float64 { return r.rate }))
			t.add(
				c.process.name, number(rate), fmt.Sprintf("%.2f", rate/naive),
				milliseconds(median(column(rows, func(r result) time.Duration { return r.p50 }))),
				milliseconds(median(column(rows, func(r result) time.Duration { return r.p99 }))),
				milliseconds(median(column(rows, func(r result) time.Duration { return r.cpu }))),
				number(float64(slices.Max(column(rows, func(r result) int64 { return r.rss })))/(1<<20)),
				number(median(column(rows, func(r result) float64 { return r.calls }))),
				fmt.Sprint(slices.Max(column(rows, func(r result) int { return r.peak }))),
				fmt.Sprint(slices.Max(column(rows, func(r result) int { return r.failed }))),
			)
		}
		t.print(out)
	}
	for _, line := range f.absent {
		fmt.Fprintf(out, "\n%s\n", line)
	}
}

// column is one figure of all rounds.
func column[T any](rows []result, of func(result) T) []T {
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = of(r)
	}
	return values
}
