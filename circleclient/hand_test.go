package circleclient

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// scriptedPurse is a purse that has what a test says, and takes 50 ms to say so.
type scriptedPurse struct {
	mu        sync.Mutex
	perSecond float64 // what it was made with
	left, lot int
	away      bool
	next      time.Duration // what it says if it gives nothing; a second if zero
	pause     time.Duration
	strength  float64 // all if zero

	asks          []Ask
	at            []time.Time
	got           map[int64]int // what was given, by lot
	spent, unused map[int64]int // what was told
	now, most     int           // how many ask at a time
}

// Share implements [Purse].
func (p *scriptedPurse) Share() float64 { return .4 }

// Take implements [Purse].
func (p *scriptedPurse) Take(_ context.Context, ask Ask) (Grant, error) {
	p.mu.Lock()
	p.asks, p.at, p.now = append(p.asks, ask), append(p.at, time.Now()), p.now+1
	p.most = max(p.most, p.now)
	p.mu.Unlock()
	<-time.After(50 * time.Millisecond)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now--; p.away {
		return Grant{}, errors.New("away")
	}
	for _, u := range ask.Used {
		p.spent[u.Lot] += u.Spent
		p.unused[u.Lot] += u.Unused
		p.left += u.Unused
	}
	g := Grant{Lot: int64(p.lot), Left: float64(p.left), Strength: p.strength, Pause: p.pause, Next: p.next}
	if g.Strength == 0 {
		g.Strength = 1
	}
	if g.Next == 0 {
		g.Next = time.Second
	}
	if ask.Want > 0 && p.left >= ask.Want {
		g.Got = min(ask.Want+ask.More, p.left)
		p.left -= g.Got
		p.got[g.Lot] += g.Got
	}
	return g, nil
}

// change changes what the purse has.
func (p *scriptedPurse) change(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// heard are the asks since the last time.
func (p *scriptedPurse) heard() []Ask {
	p.mu.Lock()
	defer p.mu.Unlock()
	asks := p.asks
	p.asks, p.at = nil, nil
	return asks
}

// shared is a budget of 1,800 requests in five minutes that is shared by way of a purse.
func shared(left int) (*budget, *scriptedPurse) {
	newPurse := func() *scriptedPurse {
		return &scriptedPurse{left: left, got: map[int64]int{}, spent: map[int64]int{}, unused: map[int64]int{}}
	}
	p := newPurse()
	return newBudget(BudgetConfig{Requests: 1800, Purse: func(name string, perSecond float64, _ int) Purse {
		if name != "requests" {
			return newPurse()
		}
		p.perSecond = perSecond
		return p
	}}, noPrincipals{}, time.Now), p
}

// quiet waits until nothing is told any more.
func quiet() {
	<-time.After(3 * time.Second)
	synctest.Wait() // what is read next was written before
}

// heldOf is how many requests are kept for screens.
func heldOf(b *budget) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held
}

// asOne waits for at most some time for a request of a member, and reports whether it was sent.
func asOne(t *testing.T, b *budget, within time.Duration, s *screen) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*within) // half of it is Circle's
	defer cancel()
	_, _, ok := take(ctx, b, &request{read: true, screen: s}, "a")
	return ok
}

// What a purse has given is told of: what was spent, and soon what nobody needs, each with the lot it belongs to.
func TestPurseHearsOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(1000)
		for lot := range 3 {
			p.change(func() { p.lot = lot })
			var all sync.WaitGroup
			for range 7 {
				all.Go(func() {
					s := &screen{calls: 5}
					for range 2 {
						if !asOne(t, b, time.Second, s) {
							t.Error("a request is not sent although the purse has enough")
						}
					}
					<-time.After(time.Second)
					if p.change(func() { p.lot = lot + 10 }); heldOf(b) == 0 {
						t.Error("nothing is kept for a screen")
					}
					if !asOne(t, b, time.Second, s) {
						t.Error("a call of a screen that has started is not sent")
					}
					if other := (&screen{calls: 4}); !asOne(t, b, time.Second, other) {
						t.Error("another screen is not sent")
					} else {
						b.finish(other)
					}
					b.finish(s)
				})
			}
			all.Wait()
			quiet()
		}
		spent := 0
		for lot, got := range p.got {
			if p.spent[lot]+p.unused[lot] != got {
				t.Errorf("of lot %d, %d were given; %d are told as spent and %d as not needed", lot, got, p.spent[lot],
					p.unused[lot])
			}
			spent += p.spent[lot]
		}
		if spent != 3*7*4 || p.left != 1000-spent {
			t.Errorf("%d are told as spent and %d are left of 1000, want 84 spent", spent, p.left)
		}
		if p.most != 1 {
			t.Errorf("the purse is asked %d times at a time", p.most)
		}
		p.heard()
		if <-time.After(time.Minute); len(p.heard()) > 0 {
			t.Error("the purse is asked although nobody wants anything")
		}
	})
}

// What is sent counts in the purse only once it is told, so a little less flows into it.
func TestPurseAllowsForWhatIsToldLate(t *testing.T) {
	b, p := shared(0)
	late := (budgetWindow + 2*tellAfter).Seconds()
	if most := p.perSecond*late + float64(b.burst); most > 1800 || most < 1790 {
		t.Errorf("%.1f flow in until all is told, want 1800 at most", most)
	}
}

// What a purse has given counts as spent there after a while, so it is not sent any more then.
func TestLotsHaveAnEnd(t *testing.T) {
	for after, sent := range map[time.Duration]bool{lotAge - time.Second: true, lotAge: false} {
		synctest.Test(t, func(t *testing.T) {
			b, p := shared(100)
			s := &screen{calls: 20}
			if !asOne(t, b, time.Second, s) {
				t.Fatal("nothing is sent")
			}
			p.change(func() { p.left = 0 })
			if <-time.After(after); asOne(t, b, 10*time.Millisecond, s) != sent {
				t.Errorf("%v later what was kept for a screen is sent: %v, want %v", after, !sent, sent)
			}
			b.finish(s)
			quiet()
			if !sent && (p.spent[0] != 1 || p.unused[0] > 0) {
				t.Errorf("%d are told as spent and %d as not needed of a lot that has ended", p.spent[0], p.unused[0])
			}
		})
	}
}

// While the purse is away this process has its share, and begins with none of it: others may have just spent all.
func TestPurseIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(1000)
		s := &screen{calls: 30}
		if !asOne(t, b, time.Second, s) {
			t.Fatal("nothing is sent")
		}
		p.change(func() { p.away = true })
		quiet()
		if b.finish(s); len(b.hand.lots) > 0 {
			t.Errorf("%v are in hand although the purse counts them as spent", b.hand.lots)
		}
		begin, sent := time.Now(), 0
		p.heard()
		for time.Since(begin) < time.Minute {
			if asOne(t, b, 5*time.Second, nil) {
				sent++
			}
		}
		share := .4 * float64(b.limit) * 60
		if float64(sent) > share+10 || float64(sent) < share-10 {
			t.Errorf("%d are sent in a minute while the purse is away, want %.0f", sent, share)
		}
		if n := len(p.heard()); n > 70 || n < 30 {
			t.Errorf("the purse is asked %d times in a minute while it is away, want about once a second", n)
		}
		b.refused(7 * time.Second)
		if strength := b.hand.own.Limit() / b.limit; strength != .2 || b.hand.own.Burst() != int(.2*90) {
			t.Errorf("after a 429 this process has %.2f and %d at once, want half of its share", strength, b.hand.own.Burst())
		}
		quiet()
		p.change(func() { p.away, p.left, p.strength = false, 1000, .5 })
		p.heard()
		<-time.After(10 * time.Second)
		if !asOne(t, b, 2*time.Second, nil) {
			t.Error("nothing is sent once the purse is back")
		}
		quiet()
		away, refused, pause := 0, 0, time.Duration(0)
		for _, ask := range p.heard() {
			if ask.WasAway {
				away++
			}
			if ask.Refused {
				refused, pause = refused+1, ask.Pause
			}
		}
		if away == 0 || refused == 0 || pause != 7*time.Second {
			t.Errorf("the purse hears %d times of the absence and %d times of a 429 with a pause of %v", away, refused, pause)
		}
		if p.heard(); !asOne(t, b, time.Second, nil) {
			t.Error("nothing is sent")
		}
		if quiet(); b.hand.own != nil || p.spent[0] != 1 {
			t.Errorf("%d are told as spent after the absence, want the one that came out of the purse", p.spent[0])
		}
		for _, ask := range p.heard() {
			if ask.WasAway || ask.Refused {
				t.Errorf("the purse hears %+v again", ask)
			}
		}
	})
}

// Alone, this process brings the strength back by itself; together, the purse does.
func TestStrengthWithoutPurse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(1000)
		p.change(func() { p.away = true })
		_ = asOne(t, b, time.Second, nil)
		b.refused(0)
		for range 5 {
			<-time.After(growPause)
			b.accepted()
		}
		synctest.Wait()
		if b.strength != 1 || b.hand.own.Limit() != b.limit*rate.Limit(.4) || b.hand.own.Burst() != int(.4*90) {
			t.Errorf("after success for a while: strength %v, %v a second, %d at once, want the whole share", b.strength,
				b.hand.own.Limit(), b.hand.own.Burst())
		}
		b.refused(0)
		quiet()
		again, _ := shared(1000)
		again.hand.purse.(*scriptedPurse).away = true
		again.refused(0)
		if quiet(); again.hand.own == nil || again.hand.own.Limit() != again.limit*rate.Limit(.2) {
			t.Error("a share that begins after a 429 is not half of it")
		}
	})
}

// What others have met holds back this process too, and it tells them what it meets.
func TestPurseTellsOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(1000)
		p.change(func() { p.pause, p.strength = 20*time.Second, .25 })
		begin := time.Now()
		_ = asOne(t, b, time.Second, nil)
		if synctest.Wait(); b.strength != .25 || b.bucket.Burst() != 22 {
			t.Errorf("the strength is %v and the burst %d, want what all have", b.strength, b.bucket.Burst())
		}
		p.change(func() { p.pause = 0 })
		if !asOne(t, b, time.Minute, nil) || time.Since(begin) < 20*time.Second {
			t.Errorf("a request is sent after %v, want it after the pause of all", time.Since(begin))
		}
		b.accepted()
		if quiet(); b.strength != .25 {
			t.Errorf("the strength is %v, want that the purse says it", b.strength)
		}
		p.heard()
		b.refused(3 * time.Second)
		quiet()
		told := false
		for _, ask := range p.heard() {
			told = told || ask.Refused && ask.Pause == 3*time.Second
		}
		if !told {
			t.Error("the purse does not hear of a 429")
		}
	})
}

// Who waits in vain gives the place among those who wait back, and the purse is asked again soon, whatever it says.
func TestPurseThatIsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(0)
		p.change(func() { p.next = time.Hour })
		begin := time.Now()
		if asOne(t, b, 10*time.Second, nil) {
			t.Error("a request is sent out of an empty purse")
		}
		waited, asks := time.Since(begin), p.heard()
		if len(asks) < 5 {
			t.Fatalf("the purse is asked %d times within %v, want about once a second", len(asks), waited)
		}
		<-time.After(500 * time.Millisecond)
		synctest.Wait()
		if asks = append(asks, p.heard()...); asks[len(asks)-1].Want != 0 {
			t.Errorf("500ms after nobody waits any more the purse has heard %+v, want that", asks)
		}
		p.change(func() { p.left = 10_000 })
		_ = asOne(t, b, time.Second, nil)
		<-time.After(time.Hour)
		if remaining, _, _ := b.state(); remaining != 90 {
			t.Errorf("%d could be sent at once after an hour, as far as is known, want what a full purse gives", remaining)
		}
	})
}

// The place is given back too if who waits leaves while the purse is asked.
func TestEmptyPurseHearsOfLeavers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(0)
		_ = asOne(t, b, 10*time.Millisecond, nil)
		<-time.After(500 * time.Millisecond)
		synctest.Wait()
		if asks := p.heard(); len(asks) != 2 || asks[0].Want != 1 || asks[1].Want != 0 {
			t.Errorf("the purse has heard %+v, want that one is wanted, and then that none is", asks)
		}
	})
}

// What comes when nobody waits for it any more is given back at once, not when it ends.
func TestWhatComesTooLateIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, p := shared(100)
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer leave()
		if _, _, ok := take(ctx, b, &request{read: true}, "a"); ok {
			t.Fatal("a request is sent before the purse has answered")
		}
		if quiet(); p.left != 100 || p.unused[0] == 0 {
			t.Errorf("%d are left of 100, and %d were given back, want all", p.left, p.unused[0])
		}
	})
}
