package circleclient

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Who has had much leaves half of what can be sent at once to others, however it is asked for, and loses none of what
// flows in.
func TestMuchLeavesTheHalf(t *testing.T) {
	for name, beside := range map[string]int{"one after the other": 1, "many at a time": 30} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now) // 90 at once, 5.7 a second
				member := func(who string) claim { return claim{who: who, caller: who, member: true} }
				var all sync.WaitGroup
				start, taken := time.Now(), make([]int, beside)
				for i := range beside {
					all.Go(func() {
						for time.Since(start) < time.Minute {
							if _, _, ok := b.take(t.Context(), &request{total: &Usage{}}, member("greedy")); ok {
								taken[i]++
							}
						}
					})
				}
				<-time.After(20 * time.Second)
				waited := time.Duration(0)
				for n := range 8 {
					for range 5 {
						begin := time.Now()
						if _, _, ok := b.take(t.Context(), &request{read: true, total: &Usage{}}, member(fmt.Sprint("modest", n))); !ok {
							t.Error("who has had little is refused")
						}
						waited = max(waited, time.Since(begin))
					}
				}
				if waited > 0 {
					t.Errorf("of 40 requests of members who have had little one waited %v", waited)
				}
				all.Wait()
				sum := 40
				for _, n := range taken {
					sum += n
				}
				if sum < 380 {
					t.Errorf("%d requests are sent in a minute, want all that flows in, and half of the burst", sum)
				}
			})
		})
	}
}

// Much is what was had of late: after a while without it a member has all that there is.
func TestMuchIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now)
		atOnce := func(who string) (n int) {
			for {
				begin := time.Now()
				_, _, _ = b.take(t.Context(), &request{total: &Usage{}}, claim{who: who, caller: who, member: true})
				if time.Since(begin) > 0 {
					return n
				}
				n++
			}
		}
		if n := atOnce("a"); n != 45 {
			t.Errorf("%d requests of one member go at once, want half of 90", n)
		}
		if n := atOnce("b"); n < 20 || n > 25 {
			t.Errorf("then %d of another, want a quarter of 90 and hardly more", n)
		}
		b.mu.Lock()
		for n := range 2 * maxShares {
			b.shares.note(fmt.Sprint("other", n), time.Now(), b.drain(), 1)
		}
		if !b.greedy(time.Now(), "a") {
			t.Error("what a member has had is forgotten because others have had something")
		}
		b.mu.Unlock()
		<-time.After(2 * time.Minute)
		for n := range 200 {
			b.mu.Lock()
			b.shares.note(fmt.Sprint(n), time.Now(), b.drain(), 1)
			b.mu.Unlock()
			<-time.After(10 * time.Second)
		}
		if n := atOnce("a"); n != 45 || len(b.shares) > maxShares {
			t.Errorf("%d requests go at once later, of %d members whose requests are remembered", n, len(b.shares))
		}
	})
}

// A greedy member's screens are whole, and what they do not need is not held against the member.
func TestMuchOfScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now)
		c := claim{who: "a", caller: "a", member: true}
		screen := func(calls, needed int) (waited time.Duration) {
			s, begin := &screen{calls: calls}, time.Now()
			for range needed {
				if _, _, ok := b.take(t.Context(), &request{read: true, screen: s, total: &Usage{}}, c); !ok {
					t.Error("a request of a screen is refused")
				}
			}
			b.finish(s)
			return time.Since(begin)
		}
		for n := range 20 {
			if waited := screen(20, 1); waited > 0 {
				t.Errorf("screen %d, which needs one request of 20, waits %v", n, waited)
			}
		}
		if waited := screen(40, 40); waited > 0 {
			t.Errorf("a screen of 40 waits %v, want that nothing was held against the member that was not needed", waited)
		}
		if waited := screen(80, 80); waited < 5*time.Second || waited > 12*time.Second { // more than the half that is left
			t.Errorf("a screen of 80 after it waits %v, want it whole once there is enough", waited)
		}
		r := &request{read: true, screen: newScreen(20), total: &Usage{}}
		_, _, _ = b.take(t.Context(), r, claim{who: "token of a network", caller: "token of a network"})
		if b.finish(r.screen); len(b.shares) != 1 {
			t.Errorf("%v are remembered, want only what the member has had", b.shares)
		}
		if b.held != 0 {
			t.Errorf("%d requests are kept for nothing", b.held)
		}
	})
}

// newScreen makes a screen of so many calls.
func newScreen(calls int) *screen { return &screen{calls: calls} }

// A large screen of who has had much makes nobody else's read wait, nor be answered by what is old.
func TestMuchThatWaitsIsPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now)
		for range 45 {
			_, _, _ = b.take(t.Context(), &request{total: &Usage{}}, claim{who: "a", caller: "a", member: true})
		}
		var waiting sync.WaitGroup
		waiting.Go(func() {
			r := &request{read: true, screen: &screen{calls: 80}, total: &Usage{}}
			_, _, _ = b.take(t.Context(), r, claim{who: "a", caller: "a", member: true})
		})
		synctest.Wait()
		for range 20 {
			begin, r := time.Now(), &request{read: true, stale: true, total: &Usage{}}
			_, _, ok := b.take(t.Context(), r, claim{who: "b", caller: "b", member: true})
			if !ok || time.Since(begin) > 0 {
				t.Fatalf("a read with an old answer is sent: %v, after %v, want it at once", ok, time.Since(begin))
			}
		}
		waiting.Wait()
	})
}

// Who has had much is told at once how long a large screen will take, not after waiting in vain.
func TestMuchIsToldWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, time.Now)
		c := claim{who: "a", caller: "a", member: true}
		for range 45 {
			_, _, _ = b.take(t.Context(), &request{total: &Usage{}}, c)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		begin := time.Now()
		r := &request{read: true, screen: &screen{calls: 40}, total: &Usage{}}
		_, retryAfter, ok := b.take(ctx, r, c)
		if ok || retryAfter < 5*time.Second || time.Since(begin) > 0 {
			t.Errorf("sent: %v; told to come in %v, after %v, want seven seconds at once", ok, retryAfter, time.Since(begin))
		}
	})
}
