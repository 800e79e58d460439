package circleclient

import (
	"math"
	"net/netip"
	"slices"
	"time"
)

// priority says which of a member's own requests goes first.
type priority int

const (
	prioritySignIn  priority = iota // nothing can be asked without it; or whose a token is, on which turns depend
	priorityWrite                   // and what a screen shows may depend on it
	priorityStarted                 // a request of a screen that has started
	priorityRead                    // any other that somebody waits for
	priorityBackground
	priorities
)

// headStart is how many requests a member may be ahead of the others to finish a screen that has started.
const headStart = 20

// claim is whose turn a request takes.
type claim struct {
	// who names the party, and caller whom of it; the same unless it is one of guests.
	who, caller string
	// member reports whether who is a member whom Circle has named.
	member bool
	// guest reports whether nobody vouches for the request, and networks are where it comes from.
	guest    bool
	networks []netip.Prefix
}

// waiter is a request that asks for its turn.
type waiter struct {
	claim
	operation string
	priority  priority
	screen    *screen // nil if the request stands by itself
	stale     bool    // a stale answer is available, so a refusal does no harm to its screen
	stay      func()  // makes it wait for longer

	// Guarded by the budget.
	size     int     // how many requests are admitted with it; 0 if another call of its screen waits for them
	pools    []*pool // of its networks, and borrowed reports whether it has entered beyond the tenth of all guests
	borrowed bool
	ready    chan struct{} // closed once it is sent or refused, or is to be held back
	sent     bool
	again    bool          // it must ask again, because it is to be held back
	refused  time.Duration // when to come again
}

// send lets a request go.
func (w *waiter) send() {
	w.sent = true
	close(w.ready)
}

// party is whose turn may come: a member, a token of unknown member, somebody who signs in, or a network of which
// nobody vouches for anybody.
type party struct {
	guest bool
	// tag is the virtual time at which its next turn begins: it moves on by as many requests as the party is given.
	tag float64
	// since orders parties of the same tag and kind: first come, first served.
	since   uint64
	waiting [priorities][]*waiter
}

// queue is who waits. Parties take turns by what they have been given, which is start-time fair queueing: whoever asks
// for much waits behind others who ask for little. Where that is the same, members and guests take turns, so that a
// crowd of guests takes half at most. Priorities count only within a party.
type queue struct {
	clock      float64 // the virtual time: the tag of the latest turn
	joined     uint64
	memberWent bool              // the latest turn was no guest's
	parties    map[string]*party // those who wait, or have been given more than others
}

func newQueue() queue { return queue{parties: map[string]*party{}} }

// party returns the party of a claim.
func (q *queue) party(c claim) *party {
	p := q.parties[c.who]
	if p == nil {
		p = &party{guest: c.guest}
		q.parties[c.who] = p
	}
	p.tag = max(p.tag, q.clock)
	return p
}

func (q *queue) join(w *waiter) {
	p := q.party(w.claim)
	if p.empty() {
		p.since = q.next()
	}
	p.waiting[w.priority] = append(p.waiting[w.priority], w)
}

func (q *queue) next() uint64 {
	q.joined++
	return q.joined
}

// charge notes that a party is given so many requests.
func (q *queue) charge(c claim, requests int) {
	p := q.party(c)
	p.tag += float64(requests)
	p.since = q.next()
	q.memberWent = !c.guest
}

// advance moves the virtual time to the turn of a party for which nobody has had to wait.
func (q *queue) advance(c claim) { q.clock = q.party(c).tag }

// refund takes back what a party has not needed.
func (q *queue) refund(who string, requests int) {
	if p := q.parties[who]; p != nil {
		p.tag = max(p.tag-float64(requests), q.clock)
	}
}

// leave removes those of a party that no longer wait, and returns them.
func (q *queue) leave(who string, leaves func(*waiter) bool) (left []*waiter) {
	p := q.parties[who]
	if p == nil {
		return nil
	}
	for i := range p.waiting {
		p.waiting[i] = slices.DeleteFunc(p.waiting[i], func(w *waiter) bool {
			if !leaves(w) {
				return false
			}
			left = append(left, w)
			return true
		})
	}
	return left
}

// turn returns whose turn it is; nil if nobody waits who may go. Screens that have started are finished first, within
// the head start; others only if they may go. Parties that no longer matter are forgotten on the way.
func (q *queue) turn(mayGo func(*waiter) bool) *waiter {
	var first, finishing *party
	var chosen *waiter
	before := func(a, b *party) bool {
		switch {
		case b == nil:
			return true
		case a.tag != b.tag:
			return a.tag < b.tag
		case a.guest != b.guest:
			return a.guest == q.memberWent
		}
		return a.since < b.since
	}
	for who, p := range q.parties {
		p.tag = max(p.tag, q.clock)
		if p.empty() {
			if p.tag == q.clock {
				delete(q.parties, who)
			}
			continue
		}
		if len(p.waiting[priorityStarted]) > 0 && p.tag <= q.clock+headStart && before(p, finishing) {
			finishing = p
		}
		if !before(p, first) {
			continue
		}
		if w := p.head(mayGo); w != nil {
			first, chosen = p, w
		}
	}
	if finishing != nil && finishing != first {
		return finishing.waiting[priorityStarted][0]
	}
	if first != nil {
		q.clock = first.tag
	}
	return chosen
}

// head returns the request that goes first, if it may. Guests are several, so another one of them may go instead.
func (p *party) head(mayGo func(*waiter) bool) *waiter {
	for _, waiting := range p.waiting {
		for _, w := range waiting {
			if mayGo(w) {
				return w
			}
			if !p.guest { // whose later requests may be smaller, and do not overtake
				return nil
			}
		}
	}
	return nil
}

// before returns how many requests of others, and of a waiter's own party, go before it, and how many of them are
// guests'. Parties that are passed do not count.
func (q *queue) before(w *waiter, passed func(who string) bool) (requests, guests float64) {
	start := q.clock
	if own := q.parties[w.who]; own != nil {
		start = max(start, own.tag)
		requests = own.needs(w.priority + 1)
		start += requests
	}
	if w.guest {
		guests = requests
	}
	same, others := 0.0, 0.0 // of the same tag: of the same kind, and of the other, which take turns with them
	for who, p := range q.parties {
		if who == w.who || p.empty() || passed(who) {
			continue
		}
		n := 0.0
		switch tag := max(p.tag, q.clock); {
		case tag == start && p.guest != w.guest:
			others += p.first()
			continue
		case tag <= start:
			n = min(p.needs(priorities), start-tag+p.first())
			if tag == start {
				same += n
			}
		case tag <= q.clock+headStart:
			n = float64(len(p.waiting[priorityStarted]))
		}
		if p.guest {
			guests += n
		}
		requests += n
	}
	turns := min(others, same+1)
	if !w.guest {
		guests += turns
	}
	return requests + turns, guests
}

// needs is how many requests are behind those that wait at the priorities below one.
func (p *party) needs(below priority) (requests float64) {
	for _, waiting := range p.waiting[:below] {
		for _, w := range waiting {
			requests += float64(w.size)
		}
	}
	return requests
}

// first is how many requests are behind the one that goes first.
func (p *party) first() float64 {
	for _, waiting := range p.waiting {
		if len(waiting) > 0 {
			return float64(waiting[0].size)
		}
	}
	return 0
}

// waitsFor reports whether a call of a party's screen waits for it to start.
func (q *queue) waitsFor(who string, s *screen) bool {
	p := q.parties[who]
	return p != nil && slices.ContainsFunc(slices.Concat(p.waiting[:]...), func(w *waiter) bool {
		return w.screen == s && !w.stale
	})
}

func (p *party) empty() bool {
	for _, waiting := range p.waiting {
		if len(waiting) > 0 {
			return false
		}
	}
	return true
}

// waits reports whether members wait, and whether guests do.
func (q *queue) waits() (members, guests bool) {
	for _, p := range q.parties {
		if p.empty() {
			continue
		}
		members, guests = members || !p.guest, guests || p.guest
	}
	return members, guests
}

// len is how many requests wait.
func (q *queue) len() (n int) {
	for _, p := range q.parties {
		for _, waiting := range p.waiting {
			n += len(waiting)
		}
	}
	return n
}

// rest forgets what everybody has been given; nobody may wait.
func (q *queue) rest() {
	q.clock = 0
	clear(q.parties)
}

// soonest is the shortest of what those in it must wait for; it is long if there are none.
func (q *queue) soonest(wait func(*waiter) time.Duration) time.Duration {
	soonest := time.Duration(math.MaxInt64)
	for _, p := range q.parties {
		for _, waiting := range p.waiting {
			for _, w := range waiting {
				soonest = min(soonest, wait(w))
			}
		}
	}
	return soonest
}
