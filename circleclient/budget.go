package circleclient

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// BudgetConfig says how many requests this process may send. Circle counts all requests of an address together.
type BudgetConfig struct {
	// Requests is how many requests may be sent in any five minutes; 0 for no limit, and no memory of refused tokens.
	Requests int
}

const (
	// budgetWindow is the time over which Circle counts.
	budgetWindow = 5 * time.Minute
	// weakest is how far the budget shrinks while Circle answers 429.
	weakest = 1.0 / 16
	// shrinkPause keeps many refusals of one moment from counting as many; growPause is between two steps back up.
	shrinkPause, growPause = time.Second, 10 * time.Second
	growth                 = 1.25
	// stalePatience is how long a read waits if a stale answer is available.
	stalePatience = 2 * time.Second
	// inRow is how many go before one of a lower priority that waits as well.
	inRow = 3
)

// budget spends the requests that this process may send. Writes go before reads, and reads of screens that have started
// before those of others: when there is not enough for all, it is better to finish some than to start many, whose
// requests would be lost. Members take turns, so that nobody starves the rest; [unproven] bounds requests that no known
// member vouches for. The budget shrinks while Circle says 429 and grows back with its answers. It is safe for
// concurrent use.
type budget struct {
	principals Principals
	unproven   *unproven
	now        func() time.Time
	limit      rate.Limit // of full strength
	burst      int

	mu       sync.Mutex
	bucket   *rate.Limiter
	strength float64
	changed  time.Time // when the strength did
	paused   time.Time // nothing is sent before it
	queues   [priorities]queue
	rows     [priorities]int // how many of a priority went in a row while lower ones wait
	timer    *time.Timer
}

func newBudget(config BudgetConfig, principals Principals, now func() time.Time) *budget {
	b := &budget{principals: principals, unproven: newUnproven(config, principals, now), now: now, strength: 1}
	// A bucket gives its size and what flows in: a twentieth at once and the rest over the window are never more than the
	// whole in any window. Only a quiet period refills the twentieth, so a busy hour gets that much less than the whole.
	b.burst = max(config.Requests/20, 1)
	b.limit = rate.Limit(float64(config.Requests-b.burst) / budgetWindow.Seconds())
	b.bucket = rate.NewLimiter(b.limit, b.burst)
	return b
}

// spend is the budget's link: it sends a request once it may be sent, and learns from the outcome.
func (b *budget) spend(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		done, err := b.admit(ctx, r)
		if err != nil {
			return nil, err
		}
		defer done()
		answer, err := next(ctx, r)
		b.learn(r, err)
		return answer, err
	}
}

// admit waits until a request may be sent. done must be called when it is over.
func (b *budget) admit(ctx context.Context, r *request) (done func(), err error) {
	memberID, proven := int64(0), false
	done = func() {}
	if !r.route.auth {
		if done, err = b.unproven.prove(ctx, r); err != nil {
			return nil, err
		}
		memberID, proven = b.principals.Member(r.caller)
	}
	who := "unproven"
	if proven {
		who = memberKey(r.caller, memberID)
	} else if retryAfter, ok := b.unproven.take(r.address); !ok {
		done()
		return nil, r.tooMany(retryAfter)
	}
	delay, retryAfter, ok := b.take(ctx, r, who)
	r.count(waited, int64(delay))
	switch {
	case ok:
		return done, nil
	case retryAfter == 0:
		err = r.unsent(ctx)
	default:
		err = r.tooMany(retryAfter)
	}
	done()
	return nil, err
}

// memberKey names a member, or a token of unknown member, among those who wait.
func memberKey(token string, memberID int64) string {
	if memberID != 0 {
		return strconv.FormatInt(memberID, 10)
	}
	hash := HashToken(token)
	return string(hash[:])
}

// learn takes from the outcome of a request how many more Circle wants, and whether it refuses the token.
func (b *budget) learn(r *request, err error) {
	failure, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		b.accepted()
	case failure == nil:
	case errors.Is(failure, ErrRateLimited):
		b.refused(failure.RetryAfter)
	case isDeadToken(failure.Kind) && !r.route.auth:
		b.unproven.refuse(r.caller, failure.Kind)
	}
}

// take takes one request from the budget. If need be it waits, as long as its patience lasts and anew from when its
// screen starts. If that does not do it returns how long to wait instead, or 0 if ctx has ended.
func (b *budget) take(ctx context.Context, r *request, who string) (waited, retryAfter time.Duration, ok bool) {
	b.mu.Lock()
	now := b.now()
	p := priorityRead
	switch {
	case !r.read:
		p = priorityWrite
	case r.screen != nil && r.screen.started.Load():
		p = priorityStarted
	}
	if b.nobodyWaits() && !now.Before(b.paused) && b.bucket.AllowN(now, 1) {
		b.start(who, r.screen)
		b.mu.Unlock()
		return 0, 0, true
	}
	patience := r.patience(ctx)
	// What one call of a screen waits for, the others do too: they move up with it.
	together := r.screen != nil && r.screen.waitsWith(b.queues[p].waiting[who])
	if expected := b.expected(now, p, who); expected > patience && !together {
		b.mu.Unlock()
		return 0, expected, false
	}
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	w := waiter{make(chan struct{}), r.screen, func() { giveUp.Reset(r.patience(ctx)) }}
	b.queues[p].join(who, w)
	b.dispatch(now)
	b.mu.Unlock()

	select {
	case <-w.ready:
		return b.now().Sub(now), 0, true
	case <-giveUp.C:
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-w.ready: // at the last moment
		return b.now().Sub(now), 0, true
	default:
	}
	for i := range b.queues { // it may have moved up
		b.queues[i].leave(who, func(other waiter) bool { return other.ready == w.ready })
	}
	if ctx.Err() != nil {
		return 0, 0, false
	}
	return 0, max(b.expected(b.now(), p, who), time.Second), false
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

// start notes that a request is sent for a screen, and lets those of its requests that wait move up.
func (b *budget) start(who string, s *screen) {
	if s == nil {
		return
	}
	s.started.Store(true)
	for _, w := range b.queues[priorityRead].leave(who, func(w waiter) bool { return w.screen == s }) {
		w.stay()
		b.queues[priorityStarted].join(who, w)
	}
}

func (b *budget) nobodyWaits() bool {
	return !slices.ContainsFunc(b.queues[:], func(q queue) bool { return !q.empty() })
}

// expected is how long somebody will wait who joins a queue now.
func (b *budget) expected(now time.Time, p priority, who string) time.Duration {
	ahead := b.queues[p].before(who)
	for lower := p + 1; lower < priorities; lower++ {
		ahead += min(b.queues[lower].len(), ahead/inRow)
	}
	for higher := p - 1; higher >= 0; higher-- {
		ahead += min(b.queues[higher].len(), inRow*(ahead+1))
	}
	missing := float64(ahead+1) - b.bucket.TokensAt(now)
	wait := time.Duration(max(missing, 0) / float64(b.bucket.Limit()) * float64(time.Second))
	return wait + max(b.paused.Sub(now), 0)
}

// dispatch lets go whose turn it is, and comes back when the next one may go.
func (b *budget) dispatch(now time.Time) {
	for !b.nobodyWaits() {
		if pause := b.paused.Sub(now); pause > 0 {
			b.again(pause)
			return
		}
		if !b.bucket.AllowN(now, 1) {
			b.again(time.Duration((1 - b.bucket.TokensAt(now)) / float64(b.bucket.Limit()) * float64(time.Second)))
			return
		}
		who, w := b.turn().next()
		b.start(who, w.screen)
		close(w.ready)
	}
}

// turn is the queue whose turn it is: the highest in which somebody waits, unless a row of them has gone while others
// wait.
func (b *budget) turn() *queue {
	var highest *queue
	for i := range b.queues {
		if b.queues[i].empty() {
			b.rows[i] = 0
			continue
		}
		if highest == nil {
			highest = &b.queues[i]
		}
		if b.rows[i]++; b.rows[i] <= inRow {
			return &b.queues[i]
		}
		b.rows[i] = 0
	}
	return highest // nobody else waits
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

// refused notes that Circle wants fewer requests, and none for a while if it says for how long.
func (b *budget) refused(retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if until := now.Add(min(retryAfter, budgetWindow)); until.After(b.paused) {
		b.paused = until
	}
	if now.Sub(b.changed) >= shrinkPause {
		b.setStrength(now, max(b.strength/2, weakest))
	}
}

// accepted notes that Circle answers.
func (b *budget) accepted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); b.strength < 1 && now.Sub(b.changed) >= growPause && !now.Before(b.paused) {
		b.setStrength(now, min(b.strength*growth, 1))
	}
}

func (b *budget) setStrength(now time.Time, strength float64) {
	b.strength, b.changed = strength, now
	b.bucket.SetLimitAt(now, b.limit*rate.Limit(strength))
	b.bucket.SetBurstAt(now, max(int(float64(b.burst)*strength), 1))
}

// state returns how many requests could be sent at once, which part of the budget is in use, and how many requests
// wait.
func (b *budget) state() (remaining int, strength float64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); !now.Before(b.paused) {
		remaining = max(int(b.bucket.TokensAt(now)), 0)
	}
	for i := range b.queues {
		waiting += b.queues[i].len()
	}
	return remaining, b.strength, waiting
}
