package circleclient

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/network"
	"circlegraph/internal/race"
)

// networks are where a crowd may come from, the i-th of it.
var networks = map[string]func(i int) netip.Addr{
	"one address of IPv4": func(int) netip.Addr { return netip.MustParseAddr("192.0.2.1") },
	"one /64": func(i int) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 1, 0, 1, 14: byte(i >> 8), 15: byte(i)})
	},
	"many /64s of one /48": func(i int) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 1, byte(i), byte(i >> 8), 15: 1})
	},
	"one /24 of IPv4": func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}) },
	"many /24s": func(i int) netip.Addr {
		return netip.AddrFrom4([4]byte{byte(i%200 + 1), byte(i >> 3), byte(i), 1})
	},
}

// After a restart, valid tokens that nobody can vouch for yet come in beside forged ones: among them as long as the
// budget suffices for all, and whatever their number if they come from elsewhere. Members do not notice.
func TestRestartAmongForgedTokens(t *testing.T) {
	elsewhere := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i), byte(i >> 3), 9}) }
	for name, from := range networks {
		for _, tc := range []struct {
			forged          float64 // for each valid one
			elsewhere       bool
			median, slowest time.Duration
		}{
			{0, false, time.Second, 5 * time.Second},
			{.1, false, time.Second, 90 * time.Second},
			{.5, false, 15 * time.Second, 200 * time.Second},
			{4, true, 5 * time.Second, 5 * time.Minute},
		} {
			if tc.elsewhere && name != "one /64" || race.Detector && tc.forged != .5 {
				continue
			}
			t.Run(fmt.Sprintf("%s, %v forged for each, elsewhere %v", name, tc.forged, tc.elsewhere), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, circle := busy(t)
					ctx, end := context.WithTimeout(t.Context(), 10*time.Minute)
					defer end()
					if tc.forged > 0 {
						attack(ctx, c, max(int(tc.forged*400/60), 1), from)
					}
					address := from
					if tc.elsewhere {
						address = elsewhere
					}
					for i := range 50 {
						c.principals.Prove(HashToken(fmt.Sprintf("good%d-%d", i, 1000+i)), int64(1000+i))
					}
					waited := time.Duration(0)
					go func() {
						for n := 0; sleep(ctx, time.Second) == nil; n++ {
							token, begin := fmt.Sprintf("good%d-%d", n%50, 1000+n%50), time.Now()
							_, err := c.Spaces.Get(With(as(ctx, token), FromAddress(from(n))), int64(n+2))
							if err != nil && ctx.Err() == nil {
								t.Error(err)
							}
							waited = max(waited, time.Since(begin))
						}
					}()
					took, refusals := crowd(t, 400, time.Minute, func(ctx context.Context, i int) error {
						asking := With(as(ctx, fmt.Sprintf("good-%d", i+1)), FromAddress(address(i+77)))
						_, err := c.Spaces.Get(asking, 1)
						return err
					})
					end()
					_ = sleep(t.Context(), time.Minute)
					synctest.Wait()
					t.Logf("median %v, slowest %v, %d refusals, %d requests; members: %v", took[200], took[399], refusals,
						circle.within(usual), waited)
					if took[200] > tc.median || took[399] > tc.slowest {
						t.Errorf("of 400 half are served within %v, all within %v; want %v and %v at most", took[200], took[399],
							tc.median, tc.slowest)
					}
					if waited > 2*time.Second {
						t.Errorf("a member waits %v", waited)
					}
				})
			})
		}
	}
}

// What guests have borrowed is not owed by their network: who comes from there later has its part.
func TestBorrowedIsNotOwed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, circle := busy(t)
		ctx, end := context.WithTimeout(t.Context(), 10*time.Minute)
		defer end()
		attack(ctx, c, 5, attackers["one address"])
		from := network.Around(attackers["one address"](0))
		for sleep(ctx, 100*time.Millisecond) == nil {
			c.budget.mu.Lock()
			for _, p := range append(c.budget.unproven.poolsOf(from), c.budget.unproven.tenth) {
				if n := p.free(time.Now()); n < 0 {
					t.Fatalf("guests owe %.1f while they guess", -n)
				}
			}
			c.budget.mu.Unlock()
		}
		_ = sleep(t.Context(), 2*time.Minute)
		if n := len(circle.sent); n < 1000 {
			t.Errorf("%d guesses reached Circle, want that they have what nobody needs", n)
		}
		c.budget.mu.Lock()
		defer c.budget.mu.Unlock()
		for _, p := range c.budget.unproven.poolsOf(from) {
			if n := p.free(time.Now()); n < 10 {
				t.Errorf("two minutes after the attack a network has %.0f of %d, want what has flowed in", n, p.Burst())
			}
		}
	})
}

// While a member waits, also one who has had much, guests have no more than their tenth.
func TestGuestsKeepNoMemberWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := busy(t)
		c.principals.Prove(HashToken("good-7"), 7)
		ctx, end := context.WithTimeout(t.Context(), 2*time.Minute)
		defer end()
		attack(ctx, c, 20, attackers["1,000 addresses"])
		_ = sleep(t.Context(), time.Minute)
		served := 0
		for begin := time.Now(); time.Since(begin) < 30*time.Second; {
			if _, err := c.Spaces.Join(as(t.Context(), "good-7"), 1); err == nil {
				served++
			}
		}
		if served < 70 { // of 5.7 a second, of which guests have a tenth, and the crowd before has left half
			t.Errorf("%d writes of a member are served in half a minute, want what flows in", served)
		}
		end()
		_ = sleep(t.Context(), time.Minute)
	})
}

// A guest whose network has used up its part goes as soon as there is much, also if nothing else happens.
func TestGuestGoesOnceThereIsMuch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := busy(t)
		b, from := c.budget, attackers["one address"](0)
		b.mu.Lock()
		for _, p := range b.unproven.poolsOf(network.Around(from)) {
			for range 100 {
				p.AllowN(time.Now(), 1)
			}
		}
		for range 30 { // of 90, so that less than three quarters are left
			b.bucket.AllowN(time.Now(), 1)
		}
		b.mu.Unlock()
		begin := time.Now()
		_, err := c.Spaces.Get(With(as(t.Context(), "good-7"), FromAddress(from)), 1)
		if took := time.Since(begin); err != nil || took < time.Second || took > 3*time.Second {
			t.Errorf("a guest is answered after %v, %v, want that it waits a moment", took, err)
		}
	})
}
