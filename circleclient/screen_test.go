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
	c.principals.Prove("a", 1)
	c.principals.Prove("b", 2)
	if err := glance(t, c, "a", 99, time.Minute); err != nil {
		t.Fatal(err)
	}
	return c, s
}

// A screen is had as a whole or not at all: half of one costs requests that nobody gains by.
func TestErrandIsNotTornApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := narrow(t)
		var had, refused atomic.Int64
		var all sync.WaitGroup
		screen := func(token string) {
			ctx := Together(as(t.Context(), token))
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

// What another errand has sent begins one as well.
func TestSharedCallBeginsAnErrand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := leavers(t)
		one, other := Together(as(t.Context(), "a")), Together(as(t.Context(), "a"))
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
		if !errandFrom(other).begun.Load() {
			t.Error("the second of two taps has its first answer and is not begun")
		}
		third := Together(as(t.Context(), "a"))
		if _, err := c.Spaces.Get(third, 1); err != nil || errandFrom(third).begun.Load() {
			t.Errorf("%v, or what memory alone has answered is begun", err)
		}
	})
}

// Where an older answer stands in, nobody waits long for a newer one.
func TestOldAnswerStandsInSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := narrow(t)
		_ = sleep(t.Context(), 90*time.Second)                    // the answer is old by then
		if err := glance(t, c, "b", 1, time.Minute); err != nil { // takes what there was at once
			t.Fatal(err)
		}
		usage, start := &Usage{}, time.Now()
		if _, err := c.Spaces.Get(WithUsage(as(t.Context(), "a"), usage), 99); err != nil || usage.Stale() != 1 ||
			time.Since(start) > standInPatience {
			t.Errorf("%v, %d old answers after %v, want one within %v", err, usage.Stale(), time.Since(start), standInPatience)
		}
		if _, err := c.Spaces.Get(Fresh(as(t.Context(), "a")), 99); err != nil || s.calls.Load() != 3 {
			t.Errorf("%v after %d requests, want that one who wants it fresh waits for it", err, s.calls.Load())
		}
	})
}
