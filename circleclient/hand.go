package circleclient

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// lotAge is how long what a purse has given may be sent. The purse holds it a little longer.
	lotAge = 25 * time.Second
	// tellAfter is how soon a purse hears what was spent and what is not needed.
	tellAfter = 300 * time.Millisecond
	// lookAgain is how soon a purse that could not be reached is asked again.
	lookAgain = time.Second
	// longestNext is how long to wait at most before asking a purse again.
	longestNext = time.Second
)

// hand is what this process has taken out of a purse and not sent yet. While the purse cannot be reached it is a bucket
// of its own, with this process's share. The budget's mutex guards it, except while the purse is asked. A nil hand
// wants nothing.
type hand struct {
	purse     Purse
	full      rate.Limit // of all processes, at full strength
	fullBurst int
	now       func() time.Time
	mu        *sync.Mutex
	granted   func(Grant) // is told what came, with the mutex
	kept      func() int  // is how many of those in hand are kept for something

	strength  float64
	lots      []lot // oldest first
	used      []Used
	wanted    Ask // what is to be asked next
	asking    bool
	due       time.Time   // when to ask next; zero if there is nothing to ask
	notBefore time.Time   // when there may be what is wanted
	timer     *time.Timer // until then

	left   float64 // in the purse, when it was last asked
	leftAt time.Time
	rivals int

	own      *rate.Limiter // while the purse cannot be reached
	ownSince time.Time     // when that was seen last
}

// lot is what was given together.
type lot struct {
	id    int64
	n     int
	until time.Time
}

// want asks for so many requests, and for more if there is plenty. It reports whether they can come; if not, what this
// process has by itself is all.
func (h *hand) want(now time.Time, n, more int) bool {
	if h == nil {
		return false
	}
	before := h.wanted.Want
	h.wanted.Want, h.wanted.More = n, more
	switch {
	case n == 0:
		if before > 0 && h.notBefore.After(now) { // it waits for nothing any more
			h.ask(0)
		}
		return false
	case h.own != nil && now.Sub(h.ownSince) < lookAgain:
		h.ask(h.ownSince.Add(lookAgain).Sub(now))
		return false
	case h.asking: // it looks when it is back
	case n < before:
		h.ask(0)
	default:
		h.ask(max(h.notBefore.Sub(now), 0))
	}
	return true
}

// refused has all processes know that Circle wants fewer requests.
func (h *hand) refused(pause time.Duration) {
	if h == nil {
		return
	}
	h.wanted.Refused, h.wanted.Pause = true, max(h.wanted.Pause, pause)
	h.ask(0)
}

// accepted has all processes know that Circle answers. It reports whether they decide together what follows.
func (h *hand) accepted() bool {
	if h == nil || h.own != nil {
		return false
	}
	if !h.wanted.Accepted {
		h.wanted.Accepted = true
		h.ask(tellAfter)
	}
	return true
}

// tidy gives back soon what is not needed.
func (h *hand) tidy() {
	if h != nil {
		h.ask(tellAfter)
	}
}

// ask asks the purse in a while, or sooner if that was said before.
func (h *hand) ask(in time.Duration) {
	at := h.now().Add(in)
	if !h.due.IsZero() && !at.Before(h.due) {
		return
	}
	if h.due = at; h.asking {
		return // it looks when it is back
	}
	if h.timer != nil {
		h.timer.Stop()
	}
	h.timer = time.AfterFunc(in, h.run)
}

// run asks the purse once.
func (h *hand) run() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.asking || h.due.IsZero() {
		return
	}
	ask := h.next()
	h.asking, h.due = true, time.Time{}
	h.mu.Unlock()
	grant, err := h.purse.Take(context.Background(), ask)
	h.mu.Lock()
	h.asking = false
	now := h.now()
	due := h.due
	h.due = time.Time{}
	if err != nil {
		h.lose(now, ask)
		grant = Grant{}
	} else {
		h.take(now, grant)
	}
	h.granted(grant)
	if !due.IsZero() {
		h.ask(max(due.Sub(now), 0))
	}
	if err == nil && ask.Want > 0 && grant.Got == 0 && h.wanted.Want == 0 { // who waited has left meanwhile
		h.ask(0)
	}
	if len(h.used) > 0 || h.own == nil && h.wanted.Want == 0 && h.surplus(now) > 0 {
		h.ask(tellAfter)
	}
}

// next is what to ask: beside what is wanted it tells what was spent, and gives back what nobody needs.
func (h *hand) next() Ask {
	now := h.now()
	ask := h.wanted
	h.wanted = Ask{Want: ask.Want, More: ask.More}
	if ask.WasAway = h.own != nil; !ask.WasAway && ask.Want == 0 {
		for surplus := h.surplus(now); surplus > 0 && len(h.lots) > 0; {
			l := &h.lots[len(h.lots)-1]
			n := min(surplus, l.n)
			h.note(Used{Lot: l.id, Unused: n})
			surplus -= n
			if l.n -= n; l.n == 0 {
				h.lots = h.lots[:len(h.lots)-1]
			}
		}
	}
	ask.Used, h.used = h.used, nil
	return ask
}

// surplus is how many are in hand that are not kept for anything.
func (h *hand) surplus(now time.Time) int { return int(h.inHand(now)) - h.kept() }

// note notes how a lot was used.
func (h *hand) note(u Used) {
	if i := slices.IndexFunc(h.used, func(other Used) bool { return other.Lot == u.Lot }); i >= 0 {
		h.used[i].Spent += u.Spent
		h.used[i].Unused += u.Unused
		return
	}
	h.used = append(h.used, u)
}

// take takes what a purse gives.
func (h *hand) take(now time.Time, g Grant) {
	h.own = nil
	h.left, h.leftAt, h.rivals = g.Left, now, g.Rivals
	h.notBefore = now
	if g.Got == 0 {
		h.notBefore = now.Add(min(g.Next, longestNext) + rand.N(3*time.Millisecond)) //nolint:gosec // G404: it spreads
		return
	}
	if last := len(h.lots) - 1; last >= 0 && h.lots[last].id == g.Lot {
		h.lots[last].n += g.Got
		return
	}
	h.lots = append(h.lots, lot{id: g.Lot, n: g.Got, until: now.Add(lotAge)})
}

// lose goes on with this process's share. What was in hand stays in the purse's books as spent. The share begins
// empty: nobody knows how much the others have just spent.
func (h *hand) lose(now time.Time, asked Ask) {
	h.ownSince = now
	h.wanted.Refused = h.wanted.Refused || asked.Refused
	h.wanted.Pause = max(h.wanted.Pause, asked.Pause)
	if h.own != nil {
		return
	}
	h.lots, h.used, h.leftAt = nil, nil, time.Time{}
	share := h.purse.Share()
	h.own = rate.NewLimiter(h.full*rate.Limit(share*h.strength), max(int(float64(h.fullBurst)*share*h.strength), 1))
	h.own.AllowN(now, h.own.Burst())
}

// inHand is how many of a purse's are in hand.
func (h *hand) inHand(now time.Time) (n float64) {
	h.lots = slices.DeleteFunc(h.lots, func(l lot) bool { return !now.Before(l.until) })
	for _, l := range h.lots {
		n += float64(l.n)
	}
	return n
}

// TokensAt is how many may be sent now.
func (h *hand) TokensAt(now time.Time) float64 {
	if h.own != nil {
		return h.own.TokensAt(now)
	}
	return h.inHand(now)
}

// available is how many may be sent soon, by what the purse had when it was asked.
func (h *hand) available(now time.Time) float64 {
	switch {
	case h.own != nil:
		return h.own.TokensAt(now)
	case h.leftAt.IsZero():
		return float64(h.Burst()) // nothing is known yet
	}
	left := h.left + now.Sub(h.leftAt).Seconds()*float64(h.full)*h.strength
	return h.inHand(now) + max(min(left, float64(h.Burst())), 0)
}

// AllowN sends n requests if they are in hand.
func (h *hand) AllowN(now time.Time, n int) bool {
	if h.own != nil {
		if now.Sub(h.ownSince) >= lookAgain {
			h.ask(0)
		}
		return h.own.AllowN(now, n)
	}
	if h.inHand(now) < float64(n) {
		return false
	}
	for n > 0 {
		l := &h.lots[0]
		spent := min(n, l.n)
		h.note(Used{Lot: l.id, Spent: spent})
		n -= spent
		if l.n -= spent; l.n == 0 {
			h.lots = h.lots[1:]
		}
	}
	h.ask(tellAfter)
	return true
}

// Limit is how many requests a second this process may expect.
func (h *hand) Limit() rate.Limit {
	if h.own != nil {
		return h.own.Limit()
	}
	return h.full * rate.Limit(h.strength/float64(1+h.rivals))
}

// Burst is how many may be sent at once.
func (h *hand) Burst() int {
	if h.own != nil {
		return h.own.Burst()
	}
	return max(int(float64(h.fullBurst)*h.strength), 1)
}

// SetLimitAt changes the strength.
func (h *hand) SetLimitAt(now time.Time, limit rate.Limit) {
	h.strength = float64(limit / h.full)
	if h.own != nil {
		h.own.SetLimitAt(now, limit*rate.Limit(h.purse.Share()))
	}
}

// SetBurstAt changes how many may be sent at once.
func (h *hand) SetBurstAt(now time.Time, burst int) {
	if h.own != nil {
		h.own.SetBurstAt(now, max(int(float64(burst)*h.purse.Share()), 1))
	}
}
