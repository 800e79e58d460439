package shared

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"circlegraph/circleclient"
	"circlegraph/internal/shared/redistest"
	"circlegraph/sandbox"
)

// TestPartition: while some instances are cut off, both sides together exceed the budget only by what those spend
// before the others know, and by what they can save up.
func TestPartition(t *testing.T) {
	t.Parallel()
	const perSecond, burst, instances = 5.7, 90, 4
	const cut, healed, end = 400 * time.Second, 1000 * time.Second, 1400 * time.Second
	for _, cutOff := range []int{1, 3} {
		for _, idle := range []time.Duration{0, 100 * time.Second} { // before those who are cut off want all they can get
			t.Run(fmt.Sprintf("%d of %d, after %v", cutOff, instances, idle), func(t *testing.T) {
				c := newClocked(t)
				purse := c.store.Purse("requests", perSecond, burst)
				own := rate.NewLimiter(rate.Limit(perSecond*purse.Share()*float64(cutOff)),
					int(burst*purse.Share()*float64(cutOff))) // as hand.lose makes it, for all of them
				own.AllowN(c.now.Add(cut), own.Burst())
				const step = 500 * time.Millisecond
				var sent []int
				var used []circleclient.Used
				for at := time.Duration(0); at < end; at += step {
					c.advance(step)
					c.store.roster.lost.Store(0)
					if at >= cut+silence+beat && at < healed {
						c.store.roster.lost.Store(int64(cutOff))
					}
					n := 0
					for more := true; more; {
						ask := circleclient.Ask{Want: 1, More: burst, Used: used, WasAway: at == healed && n == 0}
						g, err := purse.Take(t.Context(), ask)
						if err != nil {
							t.Fatal(err)
						}
						used, more = []circleclient.Used{{Lot: g.Lot, Spent: g.Got}}, g.Got > 0
						n += g.Got
					}
					for at >= cut+idle && at < healed && own.AllowN(c.now, 1) {
						n++
					}
					sent = append(sent, n)
				}
				most := 0
				for i := range sent {
					sum := 0
					for _, n := range sent[i:min(i+int(5*time.Minute/step), len(sent))] {
						sum += n
					}
					most = max(most, sum)
				}
				whole := burst + perSecond*300
				excess := purse.Share() * float64(cutOff) * (perSecond*(silence+beat).Seconds() + burst)
				t.Logf("%d in five minutes, of a budget of %.0f", most, whole)
				if float64(most) > whole+excess+1 || float64(most) < whole*.9 {
					t.Errorf("%d in five minutes, want at most %.0f", most, whole+excess)
				}
			})
		}
	}
}

// TestOutage: an instance starts without its store, says once that it is away and once that it is back, and waits for
// nothing meanwhile.
func TestOutage(t *testing.T) {
	server := redistest.New(t)
	log := &logged{}
	s := prepare(t, server.URL, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	s.Start()
	until(t, "the log says that the store is away", func() bool { return strings.Contains(log.String(), "is away") })
	purse := s.Purse("requests", 6, 90)
	if _, err := purse.Take(t.Context(), circleclient.Ask{Want: 1}); !errors.Is(err, ErrAway) {
		t.Errorf("without a store: %v, want %v", err, ErrAway)
	}
	if share := purse.Share(); share != .2 {
		t.Errorf("the share of one of four instances is %v, want .2", share)
	}
	for n := range 3 {
		server.Run()
		until(t, "the store serves", func() bool {
			_, err := purse.Take(t.Context(), circleclient.Ask{Want: 1})
			return err == nil
		})
		server.Kill()
		until(t, "the loss is noticed", func() bool {
			_, _ = purse.Take(t.Context(), circleclient.Ask{})
			return !s.Up()
		})
		until(t, "the log says so", func() bool { return strings.Count(log.String(), "is away") == n+2 })
	}
	if n := strings.Count(log.String(), "\n"); n != 1+3*2 {
		t.Errorf("%d lines, want one for each time that it came or went:\n%s", n, log)
	}
	if strings.Contains(log.String(), server.Socket) {
		t.Errorf("the log shows the address:\n%s", log)
	}
}

// TestEmptyStoreIsToldAgain: a store that comes back with nothing, as one that takes another's place may, is told what
// still counts: outcomes, used ID tokens and revocations.
func TestEmptyStoreIsToldAgain(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	clock := sandbox.NewClock(time.Unix(1_800_000_000, 0))
	s := open(t, server.URL, func(o *Options) { o.Now = clock.Now })
	receipts, attempts := s.Receipts(), s.Attempts(AttemptLimits{})
	id, old, input, outcome := [32]byte{1}, [32]byte{2}, [32]byte{3}, []byte("as it ended")
	keep := func(id [32]byte) {
		if r, err := receipts.Claim(t.Context(), id, input); err != nil || !r.Mine {
			t.Fatalf("a new key gives %+v, %v", r, err)
		}
		receipts.Keep(t.Context(), id, input, outcome)
	}
	use := func(token string, life time.Duration) {
		if first, err := attempts.Use(t.Context(), token, life); err != nil || !first {
			t.Fatalf("a new token: %v, %v", first, err)
		}
	}
	keep(old)
	clock.Advance(receiptAge)
	keep(id)
	use("used", time.Minute)
	use("released", time.Minute)
	if err := attempts.Release(t.Context(), "released"); err != nil {
		t.Fatal(err)
	}
	revoked := Item{Kind: Revoked, Token: [32]byte{9}, Until: time.Unix(1_900_000_000, 0)}
	s.News().Publish(t.Context(), revoked)
	use("expired", time.Second)
	clock.Advance(time.Second)
	server.Kill()
	until(t, "the loss is noticed", func() bool {
		_, _ = s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{})
		return !s.Up()
	})
	meanwhile := [32]byte{4}
	receipts.Keep(t.Context(), meanwhile, input, outcome)
	server.Run()
	until(t, "all is told again", func() bool { return s.Up() && s.retained.Load() == 0 })

	heard := make(chan Item, 10)
	other := prepare(t, server.URL)
	other.News().Listen(func(i Item) { heard <- i })
	other.Start()
	until(t, "the other one is up", other.Up)
	if item := <-heard; item != revoked {
		t.Errorf("the other one hears %+v, want %+v", item, revoked)
	}
	for _, id := range [][32]byte{id, meanwhile} {
		if r, err := other.Receipts().Claim(t.Context(), id, input); err != nil || string(r.Outcome) != string(outcome) {
			t.Errorf("a repetition elsewhere gets %+v, %v, want the outcome", r, err)
		}
	}
	if r, err := other.Receipts().Claim(t.Context(), old, input); err != nil || !r.Mine {
		t.Errorf("a key whose time is over gives %+v, %v, want a new attempt", r, err)
	}
	for token, want := range map[string]bool{"used": false, "released": true, "expired": true} {
		if first, err := other.Attempts(AttemptLimits{}).Use(t.Context(), token, time.Minute); err != nil || first != want {
			t.Errorf("a token that is %s: %v, %v, want %v", token, first, err, want)
		}
	}
}

// TestLatelyIsBounded: of what is told again, the oldest is left out.
func TestLatelyIsBounded(t *testing.T) {
	now := time.Unix(0, 0)
	for _, tc := range []struct {
		name              string
		bytes, most, kept int
	}{
		{"by count", 1, maxLately + 100, maxLately},
		{"by bytes", maxLatelyBytes / 4, 10, 4},
		{"by time", 1, 100, 60},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var l lately
			for n := range tc.most {
				at := now
				if tc.name == "by time" {
					at = now.Add(time.Duration(n) * time.Second)
				}
				l.keep(at, told{what: strconv.Itoa(n), bytes: tc.bytes, until: at.Add(time.Minute)})
			}
			if len(l.told) != tc.kept || l.bytes != tc.kept*tc.bytes || l.told[0].what != strconv.Itoa(tc.most-tc.kept) {
				t.Errorf("%d with %d bytes are kept, from %s on; want the latest %d", len(l.told), l.bytes, l.told[0].what,
					tc.kept)
			}
			l.forget(l.told[0].what)
			if len(l.told) != tc.kept-1 || l.bytes != (tc.kept-1)*tc.bytes {
				t.Errorf("without one %d with %d bytes are kept", len(l.told), l.bytes)
			}
		})
	}
}

// TestTellingAgainBeginsAnew: if the store goes once more while it is told again, it is then told all from the
// beginning, and nothing more by who was at it.
func TestTellingAgainBeginsAnew(t *testing.T) {
	t.Parallel()
	s := prepare(t, redistest.New(t).URL)
	var l lately
	var count [3]atomic.Int64
	begun, goOn := make(chan struct{}, 1), make(chan struct{})
	for i := range count {
		l.keep(time.Now(), told{until: time.Now().Add(time.Hour), tell: func(context.Context, runner, time.Duration) error {
			if count[i].Add(1) == 1 && i == 0 {
				begun <- struct{}{}
				<-goOn
			}
			return nil
		}})
	}
	l.again(s)
	<-begun
	l.again(s)
	until(t, "all is told", func() bool { return s.retained.Load() == 1 })
	close(goOn)
	until(t, "nobody tells any more", func() bool { return s.retained.Load() == 0 })
	if a, b, c := count[0].Load(), count[1].Load(), count[2].Load(); a != 2 || b != 1 || c != 1 {
		t.Errorf("they were told %d, %d and %d times, want the first twice and the others once", a, b, c)
	}
}

// TestSilence: a store that keeps its connections and answers nothing is taken for away after three commands, and
// nobody waits from then on; once it answers again all goes on, and what was told meanwhile is heard.
func TestSilence(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL, impatient)
	heard := make(chan Item, 100)
	other := prepare(t, server.URL, impatient)
	other.News().Listen(func(i Item) { heard <- i })
	other.Start()
	until(t, "the other one is up", other.Up)
	for range 2 {
		server.Pause()
		waited := 0
		until(t, "the silence is noticed", func() bool {
			_, err := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 1})
			if err == nil {
				t.Fatal("a silent store gives something")
			}
			if !errors.Is(err, errNotSent) {
				waited++
			}
			return !s.Up()
		})
		if waited > failures {
			t.Errorf("%d commands have waited, want %d at most", waited, failures)
		}
		revoked := Item{Kind: Revoked, Token: [32]byte{9}, Until: time.Unix(2_000_000_000, 0)}
		s.News().Publish(t.Context(), revoked)
		server.Resume()
		until(t, "both are back", func() bool { return s.Up() && other.Up() })
		if item := <-heard; item != revoked {
			t.Errorf("the other one hears %+v, want %+v", item, revoked)
		}
		until(t, "it serves again", func() bool {
			_, err := s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{})
			return err == nil
		})
	}
}

// TestCloseInSilence: an instance that waits for news of a store that answers nothing can be stopped.
func TestCloseInSilence(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s := open(t, server.URL, func(o *Options) { o.Patience = Patience{Probe: time.Hour} })
	until(t, "it waits for news", func() bool { return strings.Contains(server.Say("CLIENT", "LIST"), "cmd=xread") })
	server.Pause()
	s.Close()
}

// TestHiccup: a store that says nothing for a moment makes a create or a sign-in late, and neither twice nor fail, also
// if other commands have been given up meanwhile.
func TestHiccup(t *testing.T) {
	server := redistest.Start(t)
	other := open(t, server.URL)
	s := prepare(t, server.URL, func(o *Options) { o.Patience = Patience{Claim: time.Hour} })
	if err := s.reach(); err != nil { // once: while nothing probes, the store is not known to be away
		t.Fatal(err)
	}
	s.up.Store(true)
	server.Pause()
	id, input := [32]byte{1}, [32]byte{2}
	claimed, signed := make(chan error, 1), make(chan error, 1)
	go func() {
		receipt, err := s.Receipts().Claim(t.Context(), id, input)
		if err == nil && !receipt.Mine {
			err = errors.New("another has claimed it")
		}
		claimed <- err
	}()
	go func() {
		first, err := s.Attempts(AttemptLimits{}).Use(t.Context(), "token", time.Minute)
		if err == nil && !first {
			err = errors.New("the token was used")
		}
		signed <- err
	}()
	until(t, "other commands are given up", func() bool {
		_, _ = s.Purse("requests", 6, 90).Take(t.Context(), circleclient.Ask{Want: 1})
		return !s.Up()
	})
	server.Resume()
	for what, done := range map[string]chan error{"the claim": claimed, "the sign-in": signed} {
		if err := <-done; err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if receipt, err := other.Receipts().Claim(t.Context(), id, input); err != nil || receipt.Mine || !receipt.Pending {
		t.Errorf("the other one gets %+v, %v, want that it is under way", receipt, err)
	}
}
