package circleclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// No five minutes see more than the budget.
func TestBudgetHoldsInEveryWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 400}, noPrincipals{}, time.Now)
		var sent []time.Time
		for start := time.Now(); time.Since(start) < 20*time.Minute; {
			if _, _, ok := take(t.Context(), b, &request{read: true}, "a"); ok {
				sent = append(sent, time.Now())
			}
			if len(sent) == 500 {
				time.Sleep(7 * time.Minute) //nolint:forbidigo // in a bubble
			}
		}
		most := 0
		for i := range sent {
			n := 0
			for _, at := range sent[i:] {
				if at.Sub(sent[i]) < budgetWindow {
					n++
				}
			}
			most = max(most, n)
		}
		if most > 400 || most < 380 {
			t.Errorf("the fullest five minutes saw %d requests, want nearly 400", most)
		}
	})
}

// take takes one request from a budget for a member.
func take(ctx context.Context, b *budget, r *request, who string) (waited, retryAfter time.Duration, ok bool) {
	r.total = &Usage{}
	_, retryAfter, ok = b.take(ctx, r, claim{who: who, caller: who})
	return r.total.Waited(), retryAfter, ok
}

// order lets everybody wait for an empty budget and returns in which order they went.
func order(t *testing.T, join func(wait func(s *screen, name, who string, write bool))) (went []string) {
	b := newBudget(BudgetConfig{Requests: 400}, noPrincipals{}, time.Now)
	for b.bucket.AllowN(time.Now(), 1) {
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	join(func(s *screen, name, who string, write bool) {
		all.Go(func() {
			if _, _, ok := take(t.Context(), b, &request{read: !write, screen: s}, who); !ok {
				t.Errorf("%s was turned away", name)
			}
			mu.Lock()
			defer mu.Unlock()
			went = append(went, name)
		})
		synctest.Wait() // so that they join in this order
	})
	all.Wait()
	return went
}

func TestMembersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		went := order(t, func(wait func(s *screen, name, who string, write bool)) {
			for i := range 5 {
				wait(nil, fmt.Sprint("greedy", i), "greedy", false)
			}
			wait(nil, "modest0", "modest", false)
			wait(nil, "modest1", "modest", false)
		})
		if got, want := fmt.Sprint(went), "[greedy0 modest0 greedy1 modest1 greedy2 greedy3 greedy4]"; got != want {
			t.Errorf("they went %s, want %s", got, want)
		}
	})
}

// Priorities count among a member's own requests. They take no turns from others.
func TestWritesGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		went := order(t, func(wait func(s *screen, name, who string, write bool)) {
			wait(nil, "read0", "a", false)
			wait(nil, "read0", "b", false)
			for i := range 3 {
				wait(nil, fmt.Sprint("write", i), "b", true)
			}
			wait(nil, "read1", "a", false)
		})
		if got, want := fmt.Sprint(went), "[read0 write0 read1 write1 write2 read0]"; got != want {
			t.Errorf("they went %s, want %s", got, want)
		}
	})
}

// Whose screen has started finishes it, even if it needs more than was known.
func TestStartedScreensAreFinishedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		went := order(t, func(wait func(s *screen, name, who string, write bool)) {
			one, other, third := &screen{}, &screen{}, &screen{}
			wait(one, "a0", "a", false)
			wait(other, "b0", "b", false)
			wait(third, "c0", "c", false)
			for i := range 4 {
				wait(one, fmt.Sprint("a", i+1), "a", false)
			}
			wait(other, "b1", "b", false)
		})
		if got, want := fmt.Sprint(went), "[a0 a1 a2 a3 a4 b0 b1 c0]"; got != want {
			t.Errorf("they went %s, want %s", got, want)
		}
	})
}

func TestWaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 330}, noPrincipals{}, time.Now) // about one a second once the first 16 are gone
		for range 16 {
			if waited, _, ok := take(t.Context(), b, &request{read: true}, "a"); !ok || waited != 0 {
				t.Fatalf("one of the first 16 waited %v, %v", waited, ok)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wentThrough, turnedAway atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				waited, retryAfter, ok := take(ctx, b, &request{read: true}, "a")
				switch {
				case ok && waited <= 5*time.Second:
					wentThrough.Add(1)
				case !ok && retryAfter >= time.Second && retryAfter < 10*time.Second:
					turnedAway.Add(1)
				default:
					t.Errorf("waited %v, retry after %v, %v", waited, retryAfter, ok)
				}
			})
		}
		all.Wait()
		if wentThrough.Load() < 4 || wentThrough.Load() > 5 || turnedAway.Load() != 20-wentThrough.Load() {
			t.Errorf("%d went and %d were turned away, want 5 and 15", wentThrough.Load(), turnedAway.Load())
		}
		for b.bucket.AllowN(time.Now(), 1) {
		}
		left, leave := context.WithCancel(t.Context())
		var gone sync.WaitGroup
		gone.Go(func() {
			if _, retryAfter, ok := take(left, b, &request{}, "a"); ok || retryAfter != 0 {
				t.Errorf("one who left: %v, %v", retryAfter, ok)
			}
		})
		synctest.Wait()
		leave()
		gone.Wait()
		if b.queue.len() != 0 {
			t.Error("somebody who left is still in the queue")
		}
		time.Sleep(time.Minute) //nolint:forbidigo // in a bubble: a timer that nobody needs must not run on
	})
}

func TestBudgetAdapts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 400}, noPrincipals{}, time.Now)
		for range 20 { // of one moment
			b.refused(0)
		}
		if b.strength != 0.5 || b.bucket.Burst() != 10 {
			t.Errorf("after many refusals of one moment: strength %v, burst %d, want half", b.strength, b.bucket.Burst())
		}
		b.refused(30 * time.Second)
		if remaining, _, _ := b.state(); remaining != 0 {
			t.Errorf("%d requests remain while Circle wants none", remaining)
		}
		start := time.Now()
		if waited, _, ok := take(t.Context(), b, &request{read: true}, "a"); !ok || waited < 30*time.Second ||
			time.Since(start) > 31*time.Second {
			t.Errorf("waited %v, %v, want the thirty seconds that Circle asked for", waited, ok)
		}
		for range 10 {
			time.Sleep(2 * time.Second) //nolint:forbidigo // in a bubble
			b.refused(0)
		}
		if b.strength != weakest {
			t.Errorf("after refusals for a while: strength %v, want %v", b.strength, weakest)
		}
		for range 20 {
			time.Sleep(growPause) //nolint:forbidigo // in a bubble
			b.accepted()
		}
		if b.strength != 1 || b.bucket.Limit() != b.limit || b.bucket.Burst() != 20 {
			t.Errorf("after success for a while: strength %v", b.strength)
		}
	})
}

// budgetClient is a client with a budget that a test does not exhaust.
func budgetClient(t *testing.T, h http.Handler, edits ...func(*Config)) *Client {
	c, _, _ := memoClient(t, h,
		append([]func(*Config){func(cfg *Config) { cfg.Memo, cfg.Budget = MemoConfig{}, BudgetConfig{Requests: 2000} }},
			edits...)...)
	return c
}

// An invented token costs one request, however many calls come with it at once, and then none.
func TestInventedTokenCostsOneRequest(t *testing.T) {
	s := &scripted{}
	s.status.Store(http.StatusUnauthorized)
	c := budgetClient(t, s)
	ctx := as(t.Context(), "invented")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.Spaces.Get(ctx, 1); !errors.Is(err, ErrTokenInvalid) {
				t.Errorf("%v, want ErrTokenInvalid", err)
			}
		})
	}
	all.Wait()
	if _, err := c.Spaces.Join(ctx, 1); !errors.Is(err, ErrTokenInvalid) || OutcomeUnknown(err) {
		t.Errorf("a write: %v, want ErrTokenInvalid", err)
	}
	if n := s.calls.Load(); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// A genuine token that this process has not seen is tried once, and then its calls go side by side.
func TestUnknownTokenIsProvenOnce(t *testing.T) {
	var most, now atomic.Int64
	together := make(chan struct{})
	c := budgetClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		if most.Load() == 0 && n > 1 {
			t.Error("two requests before the first was answered")
		}
		if r.URL.Path != memberAPI+"/spaces/1" {
			if n == 3 {
				close(together)
			}
			<-together
		}
		say(200, "application/json", `{"id":1}`)(w, r)
		most.Store(max(most.Load(), n))
	}))
	ctx := as(t.Context(), "genuine")
	if _, err := c.Spaces.Get(ctx, 1); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			if _, err := c.Spaces.Get(ctx, int64(i+2)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// A failed probe lets the next one try.
func TestProbeThatSaysNothing(t *testing.T) {
	s := &scripted{}
	s.status.Store(http.StatusServiceUnavailable)
	c := budgetClient(t, s)
	ctx := as(t.Context(), "genuine")
	for range 2 {
		if _, err := c.Spaces.Get(ctx, 1); errors.Is(err, ErrTokenInvalid) {
			t.Error(err)
		}
	}
	if n := s.calls.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// What is turned away was never sent.
func TestTooManyIsNoUnknownOutcome(t *testing.T) {
	s := &scripted{}
	c := budgetClient(t, s, func(cfg *Config) { cfg.Budget.Requests, cfg.Timeout = 4, time.Second })
	c.principals.Prove(HashToken("a"), 7)
	ctx := as(t.Context(), "a")
	if _, err := c.Spaces.Join(ctx, 1); err != nil {
		t.Fatal(err)
	}
	_, err := c.Spaces.Join(ctx, 1)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRateLimited) || e.RetryAfter < time.Minute || OutcomeUnknown(err) ||
		s.calls.Load() != 1 {
		t.Errorf("%+v after %d requests, want ErrRateLimited with a time, of known outcome", err, s.calls.Load())
	}
}

func TestCircleSaysTooMany(t *testing.T) {
	s := &scripted{}
	s.status.Store(http.StatusTooManyRequests)
	c := budgetClient(t, s)
	for i, token := range []string{"a", "b", "c"} {
		c.principals.Prove(HashToken(token), int64(7+i))
		if _, err := c.Spaces.Get(as(t.Context(), token), 1); !errors.Is(err, ErrRateLimited) {
			t.Fatal(err)
		}
	}
	if c.budget.strength != 0.5 {
		t.Errorf("strength %v, want half", c.budget.strength)
	}
}

func TestBudgetNeedsPrincipals(t *testing.T) {
	if _, err := New(Config{Budget: BudgetConfig{Requests: 1}}); err == nil {
		t.Error("a budget without principals was taken")
	}
}
