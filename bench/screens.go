package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"circlegraph/bench/screens"
)

// screensCommand measures the screens of an app.
type screensCommand struct {
	Rounds  int             `default:"30" help:"How often each screen is opened; a third of it at 50 ms, a tenth at more."`
	Latency []time.Duration `default:"0,50ms,250ms" help:"Upstream latencies."`
	Only    []string        `help:"Measure these screens only."`
}

// way is a way to get a screen.
type way int

const (
	cold       way = iota // the facade, for somebody who has just signed in
	warm                  // the facade, the same once more
	parallel              // REST, all calls of a stage at a time
	sequential            // REST, one after the other
	ways
)

// opened is how a screen was, each way, in all rounds.
type opened struct {
	took  [ways][]time.Duration
	calls [ways][]int
}

// Run measures and prints.
func (c *screensCommand) Run(ctx context.Context, out io.Writer, shop *workshop) error {
	all, err := screens.All()
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s screens.Screen) bool {
		return len(c.Only) > 0 &&
			!slices.Contains(c.Only, s.Name)
	})
	dir, remove, err := workspace()
	if err != nil {
		return err
	}
	defer remove()
	built, err := shop.programs(ctx)
	if err != nil {
		return err
	}
	circle, err := startCircle(ctx, dir, built, false)
	if err != nil {
		return err
	}
	defer circle.stop()
	// With a budget, as in production, but one that is never used up: 16 screens at a time is not what it is for.
	settings := append(facadeSettings(circle.url), "CIRCLEGRAPH_UPSTREAM_BUDGET=10000000")
	facade, err := start(ctx, dir, program{name: "facade", args: []string{built.facade}, env: settings, ready: "/readyz"})
	if err != nil {
		return err
	}
	defer facade.stop()
	gallery := &gallery{circle: circle, facade: facade}
	for _, latency := range c.Latency {
		rounds := c.Rounds
		switch {
		case latency > 100*time.Millisecond:
			rounds = max(rounds/10, 1)
		case latency > 0:
			rounds = max(rounds/3, 1)
		}
		results, err := gallery.open(ctx, all, latency, rounds)
		if err != nil {
			return err
		}
		printScreens(out, all, results, latency, rounds)
	}
	return nil
}

// gallery opens screens.
type gallery struct {
	circle circle
	facade *process
}

// open opens all screens, each way in turn, several times.
func (g *gallery) open(ctx context.Context, all []screens.Screen, latency time.Duration, rounds int) ([]opened, error) {
	results := make([]opened, len(all))
	if _, err := g.circle.reset(ctx, latency); err != nil {
		return nil, err
	}
	for round := range rounds + 1 { // the first is to warm up
		for i, screen := range all {
			// Nobody is always first; warm comes right after cold.
			order := [][]way{
				{cold, warm, parallel, sequential},
				{parallel, sequential, cold, warm},
				{sequential, cold, warm, parallel},
			}[round%3]
			token, err := g.signIn(ctx)
			if err != nil {
				return nil, err
			}
			for _, w := range order {
				took, calls, err := g.time(ctx, screen, w, token, latency)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", screen.Name, err)
				}
				if round > 0 {
					results[i].took[w] = append(results[i].took[w], took)
					results[i].calls[w] = append(results[i].calls[w], calls)
				}
			}
		}
	}
	return results, nil
}

// signIn returns a token that the facade has already proven, as one that it has handed out. The facade remembers
// nothing that a screen shows.
func (g *gallery) signIn(ctx context.Context) (string, error) {
	token, err := g.circle.token(ctx, "member@example.com")
	if err == nil {
		_, err = ask(ctx, g.facade.url+"/graphql", token, document(`{ members(first: 1) { totalCount } }`))
	}
	return token, err
}

// time opens one screen one way, with everything decoded.
func (g *gallery) time(
	ctx context.Context, screen screens.Screen, w way, token string, latency time.Duration,
) (time.Duration, int, error) {
	if _, err := g.circle.reset(ctx, latency); err != nil {
		return 0, 0, err
	}
	start := time.Now()
	var err error
	if w == cold || w == warm {
		// they came from JSON
		request, _ := json.Marshal(map[string]any{"query": screen.Document, "variables": screen.Variables})
		var raw []byte
		if raw, err = ask(ctx, g.facade.url+"/graphql", token, request); err == nil {
			_, err = parse(raw)
		}
	} else {
		err = walk(ctx, restGetter(g.circle.url, token), restScreens[screen.Name], w == parallel)
	}
	took := time.Since(start)
	if err != nil {
		return 0, 0, err
	}
	seen, err := g.circle.reset(ctx, latency)
	return took, seen.Calls, err
}

// printScreens gives the table of one latency.
func printScreens(out io.Writer, all []screens.Screen, results []opened, latency time.Duration, rounds int) {
	t := &table{
		title: fmt.Sprintf("**Screens**, upstream latency %s, one member at a time, %d rounds. Milliseconds, p50 (p99).",
			latency, rounds),
		head: []string{
			"", "least calls", "cold", "warm", "REST", "cold ms", "warm ms", "parallel REST ms",
			"sequential REST ms", "cold : parallel", "sequential : cold",
		},
	}
	var slower, faster []float64
	for i, screen := range all {
		r := results[i]
		cells := []string{
			screen.Name, fmt.Sprint(screen.Minimum()), fmt.Sprint(median(r.calls[cold])),
			fmt.Sprint(median(r.calls[warm])), fmt.Sprint(median(r.calls[parallel])),
		}
		for w := range ways {
			s := &sample{took: slices.Sorted(slices.Values(r.took[w]))}
			cells = append(cells, fmt.Sprintf("%s (%s)", milliseconds(s.quantile(.5)), milliseconds(s.quantile(.99))))
		}
		slower = append(slower, float64(median(r.took[cold]))/float64(median(r.took[parallel])))
		faster = append(faster, float64(median(r.took[sequential]))/float64(median(r.took[cold])))
		t.add(append(cells, fmt.Sprintf("%.2f", slower[i]), fmt.Sprintf("%.2f", faster[i]))...)
	}
	t.add("median", "", "", "", "", "", "", "", "", fmt.Sprintf("%.2f", median(slower)),
		fmt.Sprintf("%.2f", median(faster)))
	t.print(out)
}
