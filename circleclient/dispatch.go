package circleclient

import (
	"errors"
	"math"
	"time"
)

// sizeOf is how many requests are admitted with one that starts a screen.
func (b *budget) sizeOf(w *waiter) int {
	if w.screen == nil || w.screen.over || w.priority == priorityStarted || w.guest && !b.unproven.trusts() {
		return 1
	}
	return min(max(w.screen.calls, 1), b.bucket.Burst())
}

// free is how many requests could be sent now that are not kept for a screen, as far as that is known.
func (b *budget) free(now time.Time) float64 { return available(b.bucket, now) - float64(b.held) }

// spare is what guests may have beyond their tenth: nothing while a member waits.
func (b *budget) spare(now time.Time) spare {
	free := b.free(now)
	switch members, _ := b.queue.waits(); {
	case members || free <= b.keptFor(spareSome):
		return spareNone
	case free <= b.keptFor(spareMuch):
		return spareSome
	}
	return spareMuch
}

// keptFor is how much of what can be sent at once is left to others if guests have that beyond their tenth.
func (b *budget) keptFor(left spare) float64 {
	if left == spareMuch {
		return float64(b.burst) * 3 / 4
	}
	return float64(b.burst) / 2
}

// missing is how many requests the budget lacks to let one go with its screen. What is full cannot become more.
func (b *budget) missing(now time.Time, w *waiter) float64 {
	tokens, burst := b.bucket.TokensAt(now), float64(b.bucket.Burst())
	if now.Before(b.paused) {
		return burst
	}
	return min(float64(b.sizeOf(w)+b.held)-tokens, max(burst, 1)-tokens)
}

// perSecond is how many requests can be sent, of guests or of members.
func (b *budget) perSecond(w *waiter) float64 {
	all := float64(b.bucket.Limit())
	if w.guest {
		return min(all, b.unproven.perSecond())
	}
	return all
}

// start sends a request, and keeps for its screen what that may need. Those of its screen that wait go with it.
func (b *budget) start(now time.Time, w *waiter) {
	size, s := b.sizeOf(w), w.screen
	b.bucket.AllowN(now, 1)
	b.queue.charge(w.claim, size)
	if w.member {
		b.shares.note(w.who, now, b.drain(), float64(size))
	}
	b.promisesFor(w).keep(b.promiseKey(w))
	if w.guest {
		b.unproven.enter(now, w, b.spare(now))
	}
	w.send()
	if s == nil || s.over || w.guest && !b.unproven.trusts() {
		return
	}
	if s.started.Store(true); w.priority != priorityStarted {
		s.who, s.held = w.who, s.held+size-1 // another party has begun it if its owner is known since
		b.held += size - 1
	}
	for _, other := range b.queue.leave(w.who, func(other *waiter) bool {
		return other.screen == s && other.priority != priorityStarted
	}) {
		if b.draw(now, s) {
			other.send()
			continue
		}
		other.priority, other.size = priorityStarted, 1
		other.stay()
		b.queue.join(other)
	}
}

// draw takes one request of those that are kept for a screen.
func (b *budget) draw(now time.Time, s *screen) bool {
	if s.held == 0 || now.Before(b.paused) || !b.bucket.AllowN(now, 1) {
		return false
	}
	s.held--
	b.held--
	return true
}

// finish gives back what was kept for a screen and is not needed.
func (b *budget) finish(s *screen) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.over = true; s.held == 0 {
		return
	}
	now := b.now()
	b.held -= s.held
	b.queue.refund(s.who, s.held)
	if _, counted := b.shares[s.who]; counted {
		b.shares.note(s.who, now, b.drain(), -float64(s.held))
	}
	s.held = 0
	b.hand.tidy()
	b.dispatch(now)
}

// settle notes what Circle said to a guest: only what it does not accept is charged.
func (b *budget) settle(w *waiter, err error) {
	failure, _ := errors.AsType[*Error](err)
	accepted := err == nil || failure != nil && errors.Is(failure.cause, errResting)
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.unproven.settle(now, w, accepted)
	if s := w.screen; !accepted && s != nil && s.held > 0 { // nobody vouches for it after all
		b.held -= s.held
		s.held = 0
	}
	b.dispatch(now)
}

// expected is how long somebody will wait who joins now.
func (b *budget) expected(now time.Time, w *waiter) time.Duration {
	short := b.short(now, w)
	requests, guests := b.queue.before(w, func(who string) bool { return short <= 0 && b.greedy(now, who) })
	wait := time.Duration(0)
	if w.guest {
		wait = b.unproven.expected(now, w, guests)
		if b.spare(now) >= spareSome {
			wait = 0
		}
	} else { // no more of them can go before a member than may enter
		requests -= max(guests-max(b.unproven.tenth.open(now), 0), 0)
	}
	lack := float64(b.sizeOf(w)) - b.free(now)
	if short > 0 {
		lack = max(lack, short)
	}
	wait = max(wait, time.Duration(max(requests+lack, 0)/float64(b.bucket.Limit())*float64(time.Second)))
	return wait + max(b.paused.Sub(now), 0)
}

// dispatch lets go whose turn it is, and comes back when the next one may go.
func (b *budget) dispatch(now time.Time) {
	for {
		members, guests := b.queue.waits()
		if !members && !guests {
			b.hand.want(now, 0, 0)
			b.unproven.tenth.hand.want(now, 0, 0)
			return
		}
		if pause := b.paused.Sub(now); pause > 0 {
			b.again(pause)
			return
		}
		left := b.spare(now)
		w := b.queue.turn(func(w *waiter) bool { return b.unproven.delay(now, w, left) == 0 && b.short(now, w) <= 0 })
		if w == nil {
			b.again(b.soonest(now))
			b.hand.want(now, 0, 0)
			if guests {
				b.unproven.tenth.hand.want(now, 1, 0)
			}
			return
		}
		if missing := b.missing(now, w); missing > 0 {
			if !b.hand.want(now, int(math.Ceil(missing)), b.queue.len()-1) {
				b.again(time.Duration(missing / float64(b.bucket.Limit()) * float64(time.Second)))
			}
			return
		}
		b.queue.leave(w.who, func(other *waiter) bool { return other == w })
		b.start(now, w)
	}
}

// soonest is when the first may go of those who wait for more than their turn: guests, and who has had much.
func (b *budget) soonest(now time.Time) time.Duration {
	return b.queue.soonest(func(w *waiter) time.Duration {
		if !w.guest {
			return time.Duration(max(b.short(now, w), 0) / float64(b.bucket.Limit()) * float64(time.Second))
		}
		soonest := b.unproven.delay(now, w, spareNone)
		for _, left := range []spare{spareSome, spareMuch} {
			lack := b.keptFor(left) + 1 - b.free(now)
			until := time.Duration(lack / float64(b.bucket.Limit()) * float64(time.Second))
			soonest = min(soonest, max(until, b.unproven.delay(now, w, left)))
		}
		return soonest
	})
}

// again dispatches in a while. The timer runs only while somebody waits.
func (b *budget) again(in time.Duration) {
	if b.timer != nil {
		b.timer.Stop()
	}
	b.timer = time.AfterFunc(in+time.Millisecond, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.dispatch(b.now())
	})
}
