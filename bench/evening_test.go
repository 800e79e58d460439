package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/race"
)

// The evening of a community: all members come, each for a few minutes, and all their calls to Circle leave from one
// address. It lasts hours, of which nobody has to wait a second: time is made up (testing/synctest), so that nothing is
// scaled, not Circle's limit, not the facade's budget and memory, not the latency.

var (
	crowd     = flag.Int("crowd", race.Rounds(100, 20), "members who come in the evening")
	lengths   = flag.String("lengths", "2h", "how long evenings last, by comma")
	tableFile = flag.String("table", "", "file for the table")
)

const (
	circleLimit = 2000 // requests that Circle answers in five minutes
	budget      = 1800 // of them, the facade's default
	doubleTap   = .15  // part of the taps that come twice
	flaky       = .05  // part of the requests whose connection is lost
	attempts    = 3    // how often an app asks before it shows an error
)

// app is the app on a member's phone.
type app interface {
	// signIn gets a token.
	signIn(ctx context.Context) error
	// home and post get a screen, or an error after which the screen is not complete.
	home(ctx context.Context) error
	post(ctx context.Context, post postRef) error
}

// postRef is a post of the feed.
type postRef struct{ space, slug string }

// visit is how the evening was for one member.
type visit struct {
	wanted, complete int
	took             []time.Duration // of complete screens, from the tap
}

// attend lets one member come: open the app, look, pull to refresh, and open three posts.
func attend(ctx context.Context, a app, dice *rand.Rand, posts []postRef) visit {
	var v visit
	pause(ctx, time.Duration(dice.Int64N(int64(400*time.Millisecond))))
	signedIn := false
	for attempt := 0; attempt < attempts && !signedIn; attempt++ {
		err := a.signIn(ctx)
		if signedIn = err == nil; !signedIn {
			pause(ctx, backOff(attempt, err))
		}
	}
	v.look(ctx, dice, signedIn, a.home)
	pause(ctx, between(dice, 10*time.Second, 40*time.Second))
	v.look(ctx, dice, signedIn, a.home)
	for _, i := range dice.Perm(len(posts))[:3] {
		pause(ctx, between(dice, 5*time.Second, time.Minute))
		v.look(ctx, dice, signedIn, func(ctx context.Context) error { return a.post(ctx, posts[i]) })
	}
	return v
}

// look opens one screen. A double tap opens it twice at the same time; the app shows what comes first.
func (v *visit) look(ctx context.Context, dice *rand.Rand, signedIn bool, open func(context.Context) error) {
	v.wanted++
	if !signedIn {
		return
	}
	begin := time.Now()
	taps := 1
	if dice.Float64() < doubleTap {
		taps = 2
	}
	complete := make([]bool, taps)
	lost := []time.Duration{lossOf(dice), lossOf(dice)}
	var all sync.WaitGroup
	var once sync.Once
	for tap := range taps {
		all.Go(func() {
			pause(ctx, time.Duration(tap)*250*time.Millisecond)
			if insist(ctx, lost[tap], open) == nil {
				complete[tap] = true
				once.Do(func() { v.took = append(v.took, time.Since(begin)) })
			}
		})
	}
	all.Wait()
	if slices.Contains(complete, true) {
		v.complete++
	}
}

// lossOf is after what time a request loses its connection; never for most.
func lossOf(dice *rand.Rand) time.Duration {
	if dice.Float64() >= flaky {
		return 0
	}
	return between(dice, 20*time.Millisecond, 400*time.Millisecond)
}

// insist opens a screen with the patience of an app. The first connection is lost after a time, unless that is zero.
func insist(ctx context.Context, lost time.Duration, open func(context.Context) error) error {
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			pause(ctx, backOff(attempt-1, err))
		}
		connection, end := ctx, context.CancelFunc(func() {})
		if attempt == 0 && lost > 0 {
			connection, end = context.WithTimeout(ctx, lost)
		}
		err = open(connection)
		end()
		if err == nil {
			return nil
		}
	}
	return err
}

// refused is an error that says when to ask again. Circle's own errors do not say.
type refused struct{ after time.Duration }

// Error implements error.
func (r refused) Error() string { return fmt.Sprint("refused for ", r.after) }

// backOff is how long an app waits after an attempt that failed: longer each time, or as long as the server says,
// within what people put up with.
func backOff(attempt int, err error) time.Duration {
	wait := time.Duration(1+2*attempt) * time.Second
	if told, ok := errors.AsType[refused](err); ok {
		wait = min(max(wait, told.after), 10*time.Second)
	}
	return wait
}

func between(dice *rand.Rand, from, to time.Duration) time.Duration {
	return from + time.Duration(dice.Int64N(int64(to-from)))
}

// pause waits for what people and networks wait for.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// outcome is how the evening was for all.
type outcome struct {
	visits []visit
	seen   counts
}

func (o outcome) sum(of func(visit) int) int {
	n := 0
	for _, v := range o.visits {
		n += of(v)
	}
	return n
}

func (o outcome) complete() int { return o.sum(func(v visit) int { return v.complete }) }

// perBudget is how many screens were complete for 2,000 requests to Circle.
func (o outcome) perBudget() float64 { return float64(o.complete()) * 2000 / float64(o.seen.Calls) }

// hold lets everybody come within a time and returns the outcome.
func hold(
	t *testing.T, members int, length time.Duration, build func(*testing.T, *upstream) func(member int) app,
) outcome {
	t.Helper()
	return holdWith(t, members, length, build, attend, nil)
}

// holdWith is hold for other visits, while something happens at Circle unless that is nil.
func holdWith(
	t *testing.T, members int, length time.Duration, build func(*testing.T, *upstream) func(member int) app,
	attend func(context.Context, app, *rand.Rand, []postRef) visit, happens func(*testing.T, *upstream),
) outcome {
	t.Helper()
	var o outcome
	synctest.Test(t, func(t *testing.T) {
		circle := newEvening(members)
		open := build(t, circle)
		posts := feedOf(t, circle)
		circle.reset()
		o.visits = make([]visit, members)
		var all sync.WaitGroup
		if happens != nil {
			all.Go(func() { happens(t, circle) })
		}
		for i := range members {
			all.Go(func() {
				dice := rand.New(rand.NewPCG(uint64(i), 42)) // the same evening for everybody
				pause(t.Context(), time.Duration(dice.Int64N(int64(length))))
				o.visits[i] = attend(t.Context(), open(i), dice, posts)
			})
		}
		all.Wait()
		o.seen = circle.reset()
	})
	return o
}

func TestEvening(t *testing.T) {
	outcomes := &table{
		title: fmt.Sprintf("**An evening of %d members**, Circle's limit %d requests in five minutes.", *crowd, circleLimit),
		head: []string{
			"", "screens wanted", "complete", "requests to Circle", "complete per 2,000", "× REST", "answered 429",
			"members with an error", "fewest complete of one member", "p50 ms", "p95 ms", "p99 ms",
		},
	}
	kinds := &table{title: "**What they ask Circle for.**", head: []string{"", "REST", "facade"}}
	for length := range strings.SplitSeq(*lengths, ",") {
		lasts, err := time.ParseDuration(length)
		if err != nil {
			t.Fatal(err)
		}
		rest := hold(t, *crowd, lasts, restApps)
		facade := hold(t, *crowd, lasts, facadeApps)
		rest.print(outcomes, "REST, "+length, rest)
		if *tableFile != "" {
			hold(t, *crowd, lasts, carefulRestApps).print(outcomes, "REST that keeps profile and spaces, "+length, rest)
		}
		facade.print(outcomes, "facade, "+length, rest)
		for _, path := range slices.Sorted(maps.Keys(rest.seen.Kinds)) {
			kinds.add(path+", "+length, fmt.Sprint(rest.seen.Kinds[path]), fmt.Sprint(facade.seen.Kinds[path]))
		}
		if *tableFile != "" {
			other := hold(t, *crowd, lasts, thriftyRestApps)
			other.print(outcomes, "thrifty REST that keeps the feed, "+length, other)
			hold(t, *crowd, lasts, thriftyFacadeApps).print(outcomes, "facade, thrifty, "+length, other)
			liveRows(t, outcomes, lasts)
		}
		defer func() { // once the table is written
			if facade.seen.Refused > 0 {
				t.Errorf("in %s, Circle refuses %d of the facade's requests, want none", length, facade.seen.Refused)
			}
			if facade.perBudget() <= rest.perBudget() {
				t.Errorf("in %s, 2,000 requests give %.0f screens with the facade and %.0f without", length, facade.perBudget(),
					rest.perBudget())
			}
		}()
	}
	var text strings.Builder
	outcomes.print(&text)
	kinds.print(&text)
	t.Log(text.String())
	if *tableFile != "" {
		if err := os.WriteFile(*tableFile, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (o outcome) print(t *table, name string, rest outcome) {
	var took []time.Duration
	fewest := o.visits[0].complete
	for _, v := range o.visits {
		took = append(took, v.took...)
		fewest = min(fewest, v.complete)
	}
	slices.Sort(took)
	s := &sample{took: took}
	failed := o.sum(func(v visit) int { return min(v.wanted-v.complete, 1) })
	t.add(name, fmt.Sprint(o.sum(func(v visit) int { return v.wanted })), fmt.Sprint(o.complete()),
		fmt.Sprint(o.seen.Calls), fmt.Sprintf("%.0f", o.perBudget()),
		fmt.Sprintf("%.2f", o.perBudget()/rest.perBudget()), fmt.Sprint(o.seen.Refused), fmt.Sprint(failed),
		fmt.Sprint(fewest), milliseconds(s.quantile(.5)), milliseconds(s.quantile(.95)), milliseconds(s.quantile(.99)))
}
