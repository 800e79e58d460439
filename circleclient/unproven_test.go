package circleclient

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/network"
)

// How many guests fail in ten minutes while nobody can spare anything: an address, the networks around it and all
// together have a part each.
func TestPartsOfNetworks(t *testing.T) {
	for name, tc := range map[string]struct {
		from func(i int) netip.Addr
		want int
	}{
		"one address":       {networks["one address of IPv4"], 30 + 60},
		"one /64":           {networks["one /64"], 30 + 60},
		"one /24":           {networks["one /24 of IPv4"], 37 + 76},
		"many /24s, a /16":  {func(i int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, byte(i), 1}) }, 45 + 90},
		"many /64s, a /56":  {func(i int) netip.Addr { return netip.AddrFrom16([16]byte{32, 1, 7: byte(i)}) }, 37 + 76},
		"many /56s, a /48":  {func(i int) netip.Addr { return netip.AddrFrom16([16]byte{32, 1, 6: byte(i)}) }, 45 + 90},
		"from all networks": {networks["many /24s"], 45 + 270},
	} {
		now := time.Unix(1e9, 0)
		u := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, func() time.Time { return now }).unproven
		failed := 0
		for i := range 6000 {
			now = now.Add(100 * time.Millisecond)
			w := &waiter{claim: claim{guest: true, networks: network.Around(tc.from(i))}}
			if w.pools = u.poolsOf(w.networks); u.delay(now, w, spareNone) > 0 {
				continue
			}
			u.enter(now, w, spareNone)
			u.settle(now, w, false)
			failed++
		}
		if failed < tc.want-2 || failed > tc.want+2 {
			t.Errorf("%s: %d guests fail in ten minutes, want %d", name, failed, tc.want)
		}
	}
}

// What is remembered of guests is bounded, and a refusal has an end.
func TestGuestsAreBounded(t *testing.T) {
	now := time.Unix(1e9, 0)
	u := newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, func() time.Time { return now }).unproven
	for i := range maxNetworks + 2000 {
		address := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		u.poolsOf([]netip.Prefix{network.Of(address), network.Of(address), network.Of(address)})
		u.refuse(HashToken(fmt.Sprint(i)), ErrTokenInvalid)
	}
	if n := u.networks.EstimatedSize(); n > maxNetworks {
		t.Errorf("%d networks are remembered, want %d at most", n, maxNetworks)
	}
	if n := u.refusals.EstimatedSize(); n > maxRefusals {
		t.Errorf("%d refusals are remembered, want %d at most", n, maxRefusals)
	}
	u = newBudget(BudgetConfig{Requests: 1800}, noPrincipals{}, func() time.Time { return now }).unproven
	u.refuse(HashToken("token"), ErrTokenInvalid)
	for _, later := range []struct {
		by      time.Duration
		refused bool
	}{{refusalAge - time.Second, true}, {time.Second, false}} {
		now = now.Add(later.by)
		if _, refused := u.refusals.GetIfPresent(HashToken("token")); refused != later.refused {
			t.Errorf("at %v a token is refused: %v, want %v", now, refused, later.refused)
		}
	}
}

// Nothing is kept for the screens of those of whom nobody knows whether they are guesses.
func TestGuessesHaveNoScreens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := busy(t)
		b, from := c.budget, FromAddress(netip.MustParseAddr("192.0.2.1"))
		for n := range 10 {
			screen, done := c.Screen(With(as(t.Context(), fmt.Sprint("invented", n)), from), 20)
			var asking sync.WaitGroup
			asking.Go(func() { _, _ = c.Spaces.Get(screen, 1) })
			synctest.Wait()
			if kept := heldOf(b); n == 0 && kept != 19 || n > 3 && kept != 0 {
				t.Errorf("%d are kept for the screen of guest %d, want them only while guests are accepted", kept, n)
			}
			if asking.Wait(); heldOf(b) != 0 {
				t.Errorf("%d are kept for a token that Circle has refused", heldOf(b))
			}
			done()
		}
		if len(b.shares) != 0 {
			t.Errorf("%v are remembered of guests as of members", b.shares)
		}
		w := &waiter{claim: claim{who: "a /16", caller: "a /16, a token", guest: true}}
		if key := b.promiseKey(w); key != "a /16" {
			t.Errorf("while guests fail a promise is made to %q, want the network", key)
		}
		if b.unproven.accepted = 1; b.promiseKey(w) != w.caller {
			t.Error("while guests are accepted a promise is not made to each")
		}
	})
}

// Whose turn a request takes.
func TestWhoseTurn(t *testing.T) {
	c := budgetClient(t, http.NotFoundHandler())
	for _, token := range []string{"one", "other"} {
		c.principals.Prove(HashToken(token), 0)
	}
	c.principals.Prove(HashToken("a"), 7)
	c.principals.Prove(HashToken("b"), 7)
	at := func(token, address, vouched string) string {
		r := &request{
			token: HashToken(token), address: netip.MustParseAddr(address), vouched: vouched, route: member("/home"),
		}
		claim, _ := c.budget.claim(r)
		return claim.who
	}
	for _, tc := range []struct {
		name     string
		one, two string
		same     bool
	}{
		{"tokens of a member, from anywhere", at("a", "192.0.2.1", ""), at("b", "198.51.100.1", ""), true},
		{"tokens of unknown owner of one network", at("one", "192.0.2.1", ""), at("other", "192.0.77.1", ""), true},
		{"tokens of unknown owner of two", at("one", "192.0.2.1", ""), at("other", "198.51.100.1", ""), false},
		{"guests of one network", at("x", "2001:db8:1:1::1", ""), at("y", "2001:db8:1:2::1", ""), true},
		{"guests of two", at("x", "2001:db8:1:1::1", ""), at("y", "2001:db8:2:2::1", ""), false},
		{"guests and tokens of unknown owner", at("x", "192.0.2.1", ""), at("one", "192.0.2.1", ""), false},
		{"tokens that a trusted server brings", at("x", "192.0.2.1", "v"), at("y", "192.0.2.1", "v"), false},
	} {
		if (tc.one == tc.two) != tc.same {
			t.Errorf("%s have one turn: %v, want %v", tc.name, !tc.same, tc.same)
		}
	}
}

// However many guests wait, a member waits for no more of them than may enter.
func TestMembersDoNotWaitForGuests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := busy(t)
		c.principals.Prove(HashToken("good-7"), 7)
		b := c.budget
		b.mu.Lock()
		for b.bucket.AllowN(time.Now(), 1) {
		}
		for b.unproven.tenth.AllowN(time.Now(), 1) {
		}
		b.mu.Unlock()
		var guests sync.WaitGroup
		for i := range 60 {
			guests.Go(func() {
				from := FromAddress(netip.AddrFrom4([4]byte{10, byte(i), 0, 1}))
				_, _ = c.Spaces.Get(With(as(t.Context(), fmt.Sprint("good", i, "-8")), from), 1)
			})
		}
		synctest.Wait()
		if n := b.queue.len(); n < 30 {
			t.Errorf("%d guests wait", n)
		}
		begin := time.Now()
		if _, err := c.Spaces.Get(as(t.Context(), "good-7"), 1); err != nil || time.Since(begin) > 2*time.Second {
			t.Errorf("a member is answered after %v, %v", time.Since(begin), err)
		}
		guests.Wait()
	})
}

// Where there is too little for all, members and guests take turns: neither a crowd of guests nor one of members keeps
// the other out.
func TestMembersAndGuestsTakeTurns(t *testing.T) {
	for name, tc := range map[string]struct{ guestsFirst, membersFirst int }{
		"a member behind guests": {guestsFirst: 30},
		"a guest behind members": {membersFirst: 30},
		"both":                   {guestsFirst: 20, membersFirst: 20},
		"nobody else":            {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := busy(t)
				for i := range 40 {
					c.principals.Prove(HashToken(fmt.Sprintf("good-%d", i+1)), int64(i+1))
				}
				c.budget.mu.Lock()
				for c.budget.bucket.AllowN(time.Now(), 1) {
				}
				c.budget.mu.Unlock()
				var mu sync.Mutex
				var order []bool // whether it was a member's
				var all sync.WaitGroup
				ask := func(i int, member bool) {
					all.Go(func() {
						token, from := fmt.Sprintf("good-%d", i+1), netip.AddrFrom4([4]byte{10, byte(i), 0, 1})
						if !member {
							token = fmt.Sprintf("good-%d", 1000+i)
						}
						if _, err := c.Spaces.Get(With(as(t.Context(), token), FromAddress(from)), 1); err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						order = append(order, member)
					})
				}
				for i := range tc.guestsFirst {
					ask(i, false)
				}
				synctest.Wait()
				for i := range tc.membersFirst {
					ask(i, true)
				}
				synctest.Wait()
				ask(39, true)
				ask(39, false)
				all.Wait()
				for _, member := range []bool{true, false} {
					if n := slices.Index(order, member); n > 2 {
						t.Errorf("the first of them, members %v, comes after %d others", member, n)
					}
				}
			})
		})
	}
}
