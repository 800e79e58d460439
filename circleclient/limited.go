package circleclient

import (
	"context"
	"maps"
	"time"
)

const (
	// limitedMembers is how many members must have met a 429 within limitedWindow for it to be the address's: Circle
	// answers everybody so then. They must be one in limitedShare, of those whom Circle has answered in the meantime and
	// within acceptedWindow, or a few members with much to do would stop all others.
	limitedMembers = 3
	limitedShare   = 4
	limitedWindow  = 30 * time.Second
	acceptedWindow = 10 * time.Second
	// firstStep is for how long a member who has met a 429 that does not say how long is held back; it doubles up to
	// maxStep while Circle goes on. Until Circle has accepted one, requests are that far apart.
	firstStep, maxStep = time.Second, time.Minute
	// maxLimited is how many are held back at a time; beyond it a 429 is taken for the address's.
	maxLimited = 10_000
)

// limited are those whom Circle has answered 429, each for the operation that it was about, and for all of theirs once
// it was about several. It is guarded by the budget.
type limited struct {
	members map[string]*limitedMember
	since   time.Time            // when the first of them met it
	others  map[string]time.Time // whose requests Circle has accepted, of those sent later than that, and when
	tidied  time.Time
}

// limitedMember is a member, a sign-in or a guest: whatever has turns of its own.
type limitedMember struct {
	met        time.Time // the last time
	all        pace
	operations map[string]*pace
}

// pace is when the next request may be sent.
type pace struct {
	next  time.Time
	step  time.Duration
	tried bool // a request was sent after the last refusal
}

// limit holds back who has met a 429, and reports whether so many have met one that it is the address's.
func (l *limited) limit(now time.Time, who, operation string, retryAfter time.Duration) (address bool) {
	l.tidy(now)
	if len(l.members) == 0 {
		l.members, l.others, l.since = map[string]*limitedMember{}, map[string]time.Time{}, now
	}
	m := l.members[who]
	if m == nil {
		if len(l.members) >= maxLimited {
			return true
		}
		m = &limitedMember{operations: map[string]*pace{}}
		l.members[who] = m
	}
	delete(l.others, who)
	if m.met = now; m.operations[operation] == nil {
		m.operations[operation] = &pace{}
	}
	m.operations[operation].slow(now, retryAfter)
	if len(m.operations) > 1 || m.all.step > 0 {
		m.all.slow(now, retryAfter)
	}
	return len(l.members) >= limitedMembers && limitedShare*len(l.members) >= len(l.members)+len(l.others)
}

// accept notes that Circle has accepted a request that was sent at a time.
func (l *limited) accept(now, sent time.Time, who, operation string) {
	m := l.members[who]
	switch {
	case len(l.members) == 0 || sent.Before(l.since):
	case m == nil:
		if len(l.others) < maxLimited {
			l.others[who] = now
		}
	case !sent.Before(m.met):
		m.all = pace{}
		delete(m.operations, operation)
		if len(m.operations) == 0 {
			delete(l.members, who)
		}
	}
}

// wait is how long a request has to wait.
func (l *limited) wait(now time.Time, who, operation string) time.Duration {
	m := l.members[who]
	if m == nil {
		return 0
	}
	return max(m.all.until(now), m.operations[operation].until(now), 0)
}

// turn takes the turn of a request that need not wait.
func (l *limited) turn(now time.Time, who, operation string) {
	if m := l.members[who]; m != nil {
		m.all.turn(now)
		m.operations[operation].turn(now)
	}
}

// tidy forgets who was limited long ago, and who was accepted before. It does so once a second at most.
func (l *limited) tidy(now time.Time) {
	if now.Sub(l.tidied) < time.Second {
		return
	}
	l.tidied = now
	maps.DeleteFunc(l.others, func(_ string, at time.Time) bool { return !at.After(now.Add(-acceptedWindow)) })
	maps.DeleteFunc(l.members, func(_ string, m *limitedMember) bool {
		maps.DeleteFunc(m.operations, func(_ string, p *pace) bool { return !p.next.After(now.Add(-limitedWindow)) })
		return len(m.operations) == 0
	})
}

// slow puts the next request off. Refusals of one moment count once.
func (p *pace) slow(now time.Time, retryAfter time.Duration) {
	switch {
	case p.step == 0:
		p.step = firstStep
	case p.tried:
		p.step = min(2*p.step, maxStep)
	}
	p.tried = false
	if next := now.Add(max(p.step, min(retryAfter, budgetWindow))); next.After(p.next) {
		p.next = next
	}
}

func (p *pace) until(now time.Time) time.Duration {
	if p == nil {
		return 0
	}
	return p.next.Sub(now)
}

// turn takes a turn: until Circle has answered it, the next one is a step away.
func (p *pace) turn(now time.Time) {
	if p != nil && p.step > 0 {
		p.next, p.tried = now.Add(p.step), true
	}
}

// heldBack waits while Circle does not want the request, at most until a time. If it would have to wait for longer it
// returns when to come again, or 0 if ctx has ended.
func (b *budget) heldBack(
	ctx context.Context, r *request, c claim, until time.Time,
) (retryAfter time.Duration, ok bool) {
	begin := b.now()
	defer func() { r.count(waited, int64(b.now().Sub(begin))) }()
	for {
		b.mu.Lock()
		now := b.now()
		wait := b.limited.wait(now, c.who, r.operation())
		if wait == 0 {
			b.limited.turn(now, c.who, r.operation())
		}
		b.mu.Unlock()
		switch {
		case wait == 0:
			return 0, true
		case now.Add(wait).After(until):
			return wait, false
		case sleep(ctx, wait) != nil:
			return 0, false
		}
	}
}

// holdBack holds back who has met a 429, and everybody if it is the address's.
func (b *budget) holdBack(r *request, c claim, failure *Error) {
	if b.limits(r, c, failure.RetryAfter) || failure.edge {
		b.refused(failure.RetryAfter)
	}
}

// limits holds back who has met a 429, and reports whether it is the address's.
func (b *budget) limits(r *request, c claim, retryAfter time.Duration) (address bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	address = b.limited.limit(now, c.who, r.operation(), retryAfter)
	for _, w := range b.queue.leave(c.who, func(w *waiter) bool {
		return b.limited.wait(now, c.who, w.operation) > 0
	}) {
		w.again = true
		close(w.ready)
	}
	b.dispatch(now)
	return address
}

// letGo notes that Circle has accepted a request that was sent at a time.
func (b *budget) letGo(r *request, c claim, sent time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limited.accept(b.now(), sent, c.who, r.operation())
}
