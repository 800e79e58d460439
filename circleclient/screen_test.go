package circleclient

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// narrow is a client with one request at once and then one in ten seconds, whose calls have a minute, and which knows a
// and b.
func narrow(t *testing.T) (*Client, *slowCircle) {
	c, s := leavers(t, func(cfg *Config) { cfg.Budget.Requests, cfg.Timeout = 30, time.Minute })
	c.principals.Prove(HashToken("a"), 1)
	c.principals.Prove(HashToken("b"), 2)
	if err := glance(t, c, "a", 99, time.Minute); err != nil {
		t.Fatal(err)
	}
	return c, s
}

// A screen is had as a whole or not at all: half of one costs requests that nobody gains by.
func TestScreenIsNotTornApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := narrow(t)
		var had, refused atomic.Int64
		var all sync.WaitGroup
		screen := func(token string) {
			ctx, done := c.Screen(as(t.Context(), token), 3)
			t.Cleanup(done)
			for i := range 3 { // the third comes after half a minute
				all.Go(func() {
					switch _, err := c.Spaces.Get(ctx, int64(i+1)); {
					case err == nil:
						had.Add(1)
					case errors.Is(err, ErrRateLimited):
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
				synctest.Wait()
			}
		}
		screen("a")
		screen("b") // is after the first of a, and then after all of a
		all.Wait()
		if had.Load() != 3 || refused.Load() != 3 || s.calls.Load() != 4 {
			t.Errorf("%d calls of two screens were answered and %d refused, %d requests in all, want one whole screen",
				had.Load(), refused.Load(), s.calls.Load())
		}
	})
}

// What another screen has sent starts one as well.
func TestSharedCallStartsAScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := leavers(t)
		one, _ := c.Screen(as(t.Context(), "a"), 0)
		other, _ := c.Screen(as(t.Context(), "a"), 0)
		var all sync.WaitGroup
		for _, ctx := range []context.Context{one, other} {
			all.Go(func() {
				if _, err := c.Spaces.Get(ctx, 1); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if !AskingFrom(other).screen.started.Load() {
			t.Error("the second of two taps has its first answer and has not started")
		}
		third, _ := c.Screen(as(t.Context(), "a"), 0)
		if _, err := c.Spaces.Get(third, 1); err != nil || AskingFrom(third).screen.started.Load() {
			t.Errorf("%v, or a screen has started that only memory has answered", err)
		}
	})
}

// Nothing stays kept for a screen that is over, else each would take that much of the budget from everybody for good.
func TestScreensGiveBackWhatTheyKeep(t *testing.T) {
	for name, parties := range map[string][]string{
		"one call":                        {"a"},
		"several calls":                   {"a", "a", "a"},
		"whose member is known meanwhile": {"token of a", "a"},
	} {
		for when, over := range map[string]time.Duration{"before its turn": 0, "after it": time.Minute} {
			t.Run(name+", over "+when, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newBudget(BudgetConfig{Requests: 400}, noPrincipals{}, time.Now)
					for b.bucket.AllowN(time.Now(), 1) {
					}
					s := &screen{calls: 8}
					var all sync.WaitGroup
					for _, who := range parties {
						all.Go(func() { take(t.Context(), b, &request{read: true, screen: s}, who) })
					}
					synctest.Wait()
					_ = sleep(t.Context(), over)
					b.finish(s)
					all.Wait()
					if b.held != 0 {
						t.Errorf("%d requests are kept for a screen that is over", b.held)
					}
				})
			})
		}
	}
}

// If a stale answer is available, nobody waits long for a newer one.
func TestStaleAnswerComesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := narrow(t)
		_ = sleep(t.Context(), 90*time.Second)                    // the answer is old by then
		if err := glance(t, c, "b", 1, time.Minute); err != nil { // takes what there was at once
			t.Fatal(err)
		}
		usage, start := &Usage{}, time.Now()
		if _, err := c.Spaces.Get(With(as(t.Context(), "a"), CountedIn(usage)), 99); err != nil || usage.Stale() != 1 ||
			time.Since(start) > stalePatience {
			t.Errorf("%v, %d old answers after %v, want one within %v", err, usage.Stale(), time.Since(start), stalePatience)
		}
		if _, err := c.Spaces.Get(With(as(t.Context(), "a"), Fresh), 99); err != nil || s.calls.Load() != 3 {
			t.Errorf("%v after %d requests, want that one who wants it fresh waits for it", err, s.calls.Load())
		}
	})
}
