package circleclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
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
			if _, _, ok := b.take(t.Context(), &request{read: true}, "a"); ok {
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

// order lets everybody wait for an empty budget and returns in which order they went.
func order(t *testing.T, join func(wait func(s *screen, name, who string, write bool))) (went []string) {
	b := newBudget(BudgetConfig{Requests: 400}, noPrincipals{}, time.Now)
	for b.bucket.AllowN(time.Now(), 1) {
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	join(func(s *screen, name, who string, write bool) {
		all.Go(func() {
			if _, _, ok := b.take(t.Context(), &request{read: !write, screen: s}, who); !ok {
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

func TestWritesGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		went := order(t, func(wait func(s *screen, name, who string, write bool)) {
			wait(nil, "read0", "a", false)
			wait(nil, "read1", "a", false)
			for i := range 5 {
				wait(nil, fmt.Sprint("write", i), "b", true)
			}
		})
		if got, want := fmt.Sprint(went), "[write0 write1 write2 read0 write3 write4 read1]"; got != want {
			t.Errorf("they went %s, want %s", got, want)
		}
	})
}

func TestStartedScreensAreFinishedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		went := order(t, func(wait func(s *screen, name, who string, write bool)) {
			one, other, third := &screen{}, &screen{}, &screen{}
			wait(one, "a0", "a", false)
			wait(other, "b0", "b", false)
			wait(third, "c0", "c", false)
			for i := range 4 { // whose turn is long
				wait(one, fmt.Sprint("a", i+1), "a", false)
			}
			wait(other, "b1", "b", false)
		})
		if got, want := fmt.Sprint(went), "[a0 a1 a2 a3 b0 a4 b1 c0]"; got != want {
			t.Errorf("they went %s, want %s", got, want)
		}
	})
}

func TestWaitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 330}, noPrincipals{}, time.Now) // about one a second once the first 16 are gone
		for range 16 {
			if waited, _, ok := b.take(t.Context(), &request{read: true}, "a"); !ok || waited != 0 {
				t.Fatalf("one of the first 16 waited %v, %v", waited, ok)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var wentThrough, turnedAway atomic.Int64
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				waited, retryAfter, ok := b.take(ctx, &request{read: true}, "a")
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
			if _, retryAfter, ok := b.take(left, &request{}, "a"); ok || retryAfter != 0 {
				t.Errorf("one who left: %v, %v", retryAfter, ok)
			}
		})
		synctest.Wait()
		leave()
		gone.Wait()
		if !b.nobodyWaits() || len(b.queues[priorityWrite].waiting) != 0 {
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
		if waited, _, ok := b.take(t.Context(), &request{read: true}, "a"); !ok || waited < 30*time.Second ||
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

func TestUnprovenHaveATenth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now)
		count := func(address func(i int) netip.Addr) (n int) {
			for start := time.Now(); time.Since(start) < budgetWindow; time.Sleep(time.Second) { //nolint:forbidigo // in a bubble
				for i := range 20 {
					if retryAfter, ok := b.unproven.take(address(i)); ok {
						n++
					} else if retryAfter <= 0 {
						t.Fatalf("turned away without a time: %v", retryAfter)
					}
				}
			}
			return n
		}
		one := count(func(int) netip.Addr { return netip.MustParseAddr("192.0.2.1") })
		if one > 60 || one < 50 {
			t.Errorf("one address got %d of 1800 in five minutes, want at most 60", one)
		}
		time.Sleep(budgetWindow) //nolint:forbidigo // in a bubble
		household := count(func(i int) netip.Addr { return netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1)) })
		if household > 60 {
			t.Errorf("one household of IPv6 got %d of 1800 in five minutes, want at most 60", household)
		}
		time.Sleep(budgetWindow) //nolint:forbidigo // in a bubble
		many := count(func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 2)}) })
		if many > 180 || many < 170 {
			t.Errorf("many addresses got %d of 1800 in five minutes, want nearly 180", many)
		}
		if n := b.bucket.TokensAt(time.Now()); n < 89 {
			t.Errorf("of everybody's budget only %v are left", n)
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

func TestUnprovenCallsOfAnAddress(t *testing.T) {
	s := &scripted{}
	c := budgetClient(t, s, func(cfg *Config) { cfg.Budget.Requests = 600 }) // ten at once for an address
	ctx := With(t.Context(), FromAddress(netip.MustParseAddr("192.0.2.1")))
	var last error
	for range 30 {
		if _, err := c.Auth.RefreshAccessToken(ctx, "r"); errors.Is(err, ErrRateLimited) {
			last = err
		}
	}
	var e *Error
	if !errors.As(last, &e) || e.RetryAfter <= 0 || s.calls.Load() != 10 {
		t.Errorf("%d requests, then %v, want 10 and a time to wait", s.calls.Load(), last)
	}
	c.principals.Prove("proven", 7)
	if _, err := c.Spaces.Get(as(ctx, "proven"), 1); err != nil {
		t.Errorf("a proven token of that address: %v", err)
	}
	ctx = With(t.Context(), FromAddress(netip.MustParseAddr("192.0.2.2")))
	if _, err := c.Auth.RefreshAccessToken(ctx, "r"); errors.Is(err, ErrRateLimited) {
		t.Errorf("another address: %v", err)
	}
}

// What is turned away was never sent.
func TestTooManyIsNoUnknownOutcome(t *testing.T) {
	s := &scripted{}
	c := budgetClient(t, s, func(cfg *Config) { cfg.Budget.Requests, cfg.Timeout = 4, time.Second })
	c.principals.Prove("a", 7)
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
	c.principals.Prove("a", 7)
	if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); !errors.Is(err, ErrRateLimited) {
		t.Fatal(err)
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
