package circleclient

import (
	"math/rand/v2"
	"time"
)

// maxPromises is how many are remembered; beyond it all are forgotten, and nobody comes announced.
const maxPromises = 10_000

// few who were told to come later are no crowd.
const few = 10

// promises spread those who are told to come later over the time in which the budget can serve them, so that they do
// not come back together.
type promises struct {
	next time.Time            // when the budget has served all of them
	by   map[string]time.Time // when each may come again
}

// make tells somebody how long to wait: at least so long, and until those are served who were told before. each is how
// long they will keep the budget busy. Whoever asks again too early is told the same time.
func (p *promises) make(now time.Time, who string, wait, each time.Duration) time.Duration {
	if at, ok := p.by[who]; ok && at.After(now) {
		return at.Sub(now)
	}
	if p.by == nil || !p.next.After(now) || len(p.by) >= maxPromises {
		p.by = map[string]time.Time{}
	}
	at := now.Add(wait)
	if p.next.After(at) {
		at = p.next
	}
	if latest := now.Add(budgetWindow); at.After(latest) {
		at = latest.Add(-rand.N(budgetWindow / 4))
	} else {
		p.next = at.Add(each)
	}
	p.by[who] = at
	return at.Sub(now)
}

// due reports whether somebody comes when they were told to; punctual ones go before those who come unannounced.
func (p *promises) due(now time.Time, who string) bool {
	at, ok := p.by[who]
	return ok && !at.After(now.Add(time.Second))
}

// keep forgets the promise to somebody who has been served.
func (p *promises) keep(who string) { delete(p.by, who) }

// pending reports whether a crowd is to come who was told so.
func (p *promises) pending(now time.Time) bool { return len(p.by) >= few && p.next.After(now) }
