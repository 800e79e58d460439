package circleclient

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"circlegraph/internal/network"
)

// BudgetConfig says how many requests this process may send. Circle counts all requests of an address together.
type BudgetConfig struct {
	// Requests is how many requests may be sent in any five minutes; 0 for no limit, and no memory of refused tokens.
	Requests int
	// Purse makes the purse that holds what several processes may send together, into which so many requests flow in a
	// second, and which holds burst of them; if nil, this process has the whole budget to itself.
	Purse func(name string, perSecond float64, burst int) Purse
}

const (
	// budgetWindow is the time over which Circle counts.
	budgetWindow = 5 * time.Minute
	// stalePatience is how long a read waits if a stale answer is available.
	stalePatience = 2 * time.Second
)

// burst is how many requests may be sent at once.
func (c BudgetConfig) burst() int { return max(c.Requests/20, 1) }

// underWay is how many requests may be under way at a time if each takes as long as it may: what is sent at once, and
// what flows in meanwhile.
func (c BudgetConfig) underWay(timeout time.Duration) int {
	if c.Requests == 0 {
		return connsWithoutBudget
	}
	return c.burst() + int(math.Ceil(float64(c.Requests)*timeout.Seconds()/budgetWindow.Seconds()))
}

// budget spends the requests that this process may send. Members take turns, so that nobody starves the rest; within a
// member's turn writes go before reads. A screen is admitted with all the requests that it may need, or not at all:
// when there is not enough for everybody, it is better to finish some than to start many, whose requests would be lost.
// [unproven] bounds requests that nobody vouches for. A 429 holds back who has met it, see [limited]. If it is meant
// for the address the budget shrinks, and grows back with Circle's answers. It is safe for concurrent use.
type budget struct {
	principals Principals
	unproven   *unproven
	now        func() time.Time
	limit      rate.Limit // of full strength
	burst      int
	// learnOwner asks Circle whose the token of a request is.
	learnOwner func(ctx context.Context, token string)

	mu       sync.Mutex
	bucket   bucket
	hand     *hand // the bucket, if several processes share the budget; else nil
	held     int   // what is in the bucket for screens that have started
	strength float64
	changed  time.Time // when the strength did
	paused   time.Time // nothing is sent before it
	queue    queue
	limited  limited
	shares   shares
	promised [2]promises // to members, and to guests
	timer    *time.Timer
}

func newBudget(config BudgetConfig, principals Principals, now func() time.Time) *budget {
	b := &budget{
		principals: principals, now: now, strength: 1, queue: newQueue(), shares: shares{},
		learnOwner: func(context.Context, string) {},
	}
	b.unproven = newUnproven(config, principals, now, b.share)
	// A bucket gives its size and what flows in: a twentieth at once and the rest over the window are never more than the
	// whole in any window. Only a quiet period refills the twentieth, so a busy hour gets that much less than the whole.
	b.burst = config.burst()
	b.limit = rate.Limit(float64(config.Requests-b.burst) / budgetWindow.Seconds())
	b.bucket = rate.NewLimiter(b.limit, b.burst)
	if b.hand = b.share(config, "requests", b.limit, b.burst); b.hand != nil {
		b.bucket, b.limit = b.hand, b.hand.full
		b.hand.granted, b.hand.kept = b.granted, func() int { return b.held }
	}
	return b
}

// share makes the hand of a purse; nil if this process has the whole to itself.
func (b *budget) share(config BudgetConfig, name string, limit rate.Limit, burst int) *hand {
	if config.Purse == nil || config.Requests == 0 {
		return nil
	}
	// What is sent counts in the purse only once it is told.
	limit *= rate.Limit(budgetWindow.Seconds() / (budgetWindow + 2*tellAfter).Seconds())
	return &hand{
		purse: config.Purse(name, float64(limit), burst), full: limit, fullBurst: burst, strength: 1, now: b.now, mu: &b.mu,
		granted: func(Grant) { b.dispatch(b.now()) },
	}
}

// spend is the budget's link: it sends a request once it may be sent, and learns from the outcome.
func (b *budget) spend(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		done, err := b.admit(ctx, r)
		if err != nil {
			return nil, err
		}
		answer, err := next(ctx, r)
		done(err)
		return answer, err
	}
}

// Paced does what Circle may count as a request although no API has it, such as opening a websocket, once the budget
// has a request left for it. name is how others of its kind are called. If Circle refuses it for now, do returns an
// [*Error] with that status.
func (c *Client) Paced(ctx context.Context, name string, do func() error) error {
	r := &request{method: http.MethodGet, route: route{template: name}, read: true}
	if err := c.prepare(ctx, r); err != nil {
		return err
	}
	next := func(context.Context, *request) (*answer, error) { return nil, do() }
	if c.config.Budget.Requests > 0 {
		next = c.budget.spend(next)
	}
	_, err := next(ctx, r)
	return err
}

// admit waits until a request may be sent. done must be called with its outcome.
func (b *budget) admit(ctx context.Context, r *request) (done func(error), err error) {
	probed := func() {}
	if !r.route.auth {
		if probed, err = b.unproven.prove(ctx, r); err != nil {
			return nil, err
		}
	}
	c, ownerless := b.claim(r)
	if ownerless && b.crowded() {
		b.learnOwner(ctx, r.caller) // else each token of one member has a turn
		c, _ = b.claim(r)
	}
	until := b.now().Add(r.patience(ctx))
	var w *waiter
	var retryAfter time.Duration
	ok := false
	for again := true; again; again = !ok && w.again {
		if retryAfter, ok = b.heldBack(ctx, r, c, until); !ok {
			break
		}
		w, retryAfter, ok = b.take(ctx, r, c)
	}
	switch sent := b.now(); {
	case ok:
		return func(err error) {
			b.learn(r, c, sent, err)
			probed()
			if c.guest {
				b.settle(w, err)
			}
		}, nil
	case retryAfter == 0:
		err = r.unsent(ctx)
	default:
		err = r.tooMany(retryAfter)
	}
	probed()
	return nil, err
}

// claim returns whose turn a request takes, and whether its token is proven and Circle could say whose it is.
func (b *budget) claim(r *request) (c claim, ownerless bool) {
	memberID, proven := int64(0), false
	if !r.route.auth {
		memberID, proven = b.principals.Member(r.token)
	}
	switch {
	case memberID != 0:
		c.who, c.member = memberKey(memberID), true
	case proven:
		c.who, ownerless = "token of "+origin(r), !isCurrent(r)
	case r.vouched != "" && !r.route.auth: // by a trusted server, for many
		c.who = "token " + string(r.token[:])
	case r.vouched != "":
		c.who = r.vouched
	default:
		c.who, c.guest, c.networks = "guest of "+origin(r), true, network.Around(r.address)
	}
	if c.caller = c.who; c.guest {
		c.caller += string(r.token[:])
	}
	return c, ownerless
}

// crowded reports whether there is not enough for everybody.
func (b *budget) crowded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	members, guests := b.queue.waits()
	return members || guests || b.free(b.now()) < 1
}

// origin is where a request of an unknown member comes from; its token if that is not known.
func origin(r *request) string {
	if around := network.Around(r.address); len(around) > 0 {
		return around[len(around)-1].String()
	}
	return string(r.token[:])
}

// memberKey names a member among those who wait.
func memberKey(memberID int64) string { return strconv.FormatInt(memberID, 10) }

// take takes one request from the budget. If need be it waits, as long as its patience lasts and anew from when its
// screen starts. If that does not do it returns when to come again, or 0 if ctx has ended.
func (b *budget) take(ctx context.Context, r *request, c claim) (w *waiter, retryAfter time.Duration, ok bool) {
	patience := r.patience(ctx)
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	w = &waiter{
		claim: c, operation: r.operation(), priority: priorityOf(r), screen: r.screen, stale: r.stale,
		ready: make(chan struct{}),
		stay:  func() { giveUp.Reset(r.patience(ctx)) },
	}
	begin := b.now()
	if b.enter(w, patience) {
		select {
		case <-w.ready:
		case <-giveUp.C:
		case <-ctx.Done():
		}
	}
	b.leave(w, ctx.Err() == nil)
	r.count(waited, int64(b.now().Sub(begin)))
	return w, w.refused, w.sent
}

func priorityOf(r *request) priority {
	switch {
	case r.route.auth, isCurrent(r):
		return prioritySignIn
	case !r.read:
		return priorityWrite
	case r.idle:
		return priorityBackground
	}
	return priorityRead
}

// patience is how long a request waits for the budget: at most half of the time that is left, because the other half is
// Circle's, and only briefly if a stale answer is available.
func (r *request) patience(ctx context.Context) time.Duration {
	patience := budgetWindow
	if deadline, limited := ctx.Deadline(); limited {
		patience = time.Until(deadline) / 2
	}
	if r.stale {
		patience = min(patience, stalePatience)
	}
	return patience
}

// enter sends a request at once, refuses it, or lets it wait.
func (b *budget) enter(w *waiter, patience time.Duration) (waits bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, s := b.now(), w.screen
	if s != nil && s.over {
		s, w.screen = nil, nil
	}
	w.pools = b.unproven.poolsOf(w.networks)
	together := false
	switch {
	case s == nil:
	case s.started.Load() && b.draw(now, s):
		w.send()
		return false
	case s.started.Load():
		w.priority = priorityStarted
	case s.turned == w.who && !w.stale: // as the other calls of the screen were
		w.refused = max(s.until.Sub(now), time.Second)
		return false
	default: // what one call of a screen waits for, the others do too
		together = b.queue.waitsFor(w.who, s)
	}
	if !together {
		w.size = b.sizeOf(w)
	}
	members, guests := b.queue.waits()
	if !members && (!guests || !w.guest) && b.unproven.delay(now, w, b.spare(now)) == 0 && b.missing(now, w) <= 0 &&
		b.short(now, w) <= 0 {
		if !guests && b.free(now) >= float64(b.burst)/2 {
			b.queue.rest()
		}
		b.queue.advance(w.claim)
		b.start(now, w)
		return false
	}
	if expected := b.expected(now, w); !together && expected > b.admissible(now, w, patience) {
		b.refuse(now, w, expected)
		return false
	}
	b.queue.join(w)
	b.dispatch(now)
	return true
}

// leave removes a request from those who wait, if it still does. If it has waited for long enough it is refused.
func (b *budget) leave(w *waiter, refuse bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.sent || w.refused > 0 || w.again {
		return
	}
	now := b.now()
	b.queue.leave(w.who, func(other *waiter) bool { return other == w })
	if refuse {
		b.refuse(now, w, b.expected(now, w))
	}
	b.dispatch(now) // whoever is first now may need less
}

// admissible is how long somebody may have to wait who joins now. Those who were told to come now have half of the
// time for themselves.
func (b *budget) admissible(now time.Time, w *waiter, patience time.Duration) time.Duration {
	if p := b.promisesFor(w); p.pending(now) && !p.due(now, b.promiseKey(w)) {
		return patience / 2
	}
	return patience
}

func (b *budget) promisesFor(w *waiter) *promises {
	if w.guest {
		return &b.promised[1]
	}
	return &b.promised[0]
}

// promiseKey names whom a promise is made to. While most guests fail, it is a network: whoever makes up tokens must not
// be promised the time of everybody.
func (b *budget) promiseKey(w *waiter) string {
	if w.guest && !b.unproven.trusts() {
		return w.who
	}
	return w.caller
}

// refuse tells a request when to come again, and with it all of its screen, unless it has started.
func (b *budget) refuse(now time.Time, w *waiter, expected time.Duration) {
	each := time.Duration(min(float64(max(w.size, 1))/b.perSecond(w), budgetWindow.Seconds()) * float64(time.Second))
	w.refused = b.promisesFor(w).make(now, b.promiseKey(w), max(expected, time.Second), each)
	s := w.screen
	if s == nil || w.stale || s.started.Load() {
		return
	}
	s.turned, s.until = w.who, now.Add(w.refused)
	for _, other := range b.queue.leave(w.who, func(other *waiter) bool { return other.screen == s && !other.stale }) {
		other.refused = w.refused
		close(other.ready)
	}
}

// state returns how many requests could be sent at once, which part of the budget is in use, and how many requests
// wait.
func (b *budget) state() (remaining int, strength float64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); !now.Before(b.paused) {
		remaining = max(int(b.free(now)), 0)
	}
	return remaining, b.strength, b.queue.len()
}
