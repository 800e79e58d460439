package circleclient

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"
)

// BudgetConfig says how much of Circle's patience this process may use. Circle counts all requests of an address
// together.
type BudgetConfig struct {
	// Requests is how many requests may be sent in any five minutes; 0 for no limit, and no memory of refused tokens.
	Requests int
}

const (
	// budgetWindow is the time over which Circle counts.
	budgetWindow = 5 * time.Minute
	// weakest is how far the budget shrinks while Circle says that it is asked too often.
	weakest = 1.0 / 16
	// shrinkPause keeps many refusals of one moment from counting as many; growPause is between two steps back up.
	shrinkPause, growPause = time.Second, 10 * time.Second
	growth                 = 1.25
	// standInPatience is how long a read waits that an older answer can stand in for.
	standInPatience = 2 * time.Second
	// inRow is how many go before one of a lower rank that waits as well.
	inRow = 3
	// maxAddresses is how many addresses have a bucket of their own; the least used are forgotten.
	maxAddresses = 10_000
)

// budget spends the requests that this process may send. Writes go before reads, and reads of what has been begun
// before those of what has not: when there is not enough for all, it is better to finish some than to begin many, whose
// requests would be lost. Members take turns, so that nobody starves the rest, and everything that nobody stands for
// yet (invented tokens, sign-in, refresh, revocation) has a tenth of it together and a third of that per address. It
// shrinks while Circle says 429 and grows back with its answers. It is safe for concurrent use.
type budget struct {
	now   func() time.Time
	limit rate.Limit // of full strength
	burst int

	unproven  *rate.Limiter
	addresses *otter.Cache[netip.Prefix, *rate.Limiter]
	share     func() *rate.Limiter // a new address's

	mu       sync.Mutex
	bucket   *rate.Limiter
	strength float64
	changed  time.Time // when the strength did
	paused   time.Time // nothing is sent before it
	lines    [ranks]line
	rows     [ranks]int // how many of a rank went in a row while lower ones wait
	timer    *time.Timer
}

func newBudget(config BudgetConfig, now func() time.Time) *budget {
	if config.Requests <= 0 {
		return nil
	}
	b := &budget{now: now, strength: 1}
	// A bucket gives its size and what flows in: a twentieth at once and the rest over the window are never more than the
	// whole in any window. The twentieth comes back for the quiet alone, so it is what a busy hour has less than the
	// whole.
	b.burst = max(config.Requests/20, 1)
	b.limit = rate.Limit(float64(config.Requests-b.burst) / budgetWindow.Seconds())
	b.bucket = rate.NewLimiter(b.limit, b.burst)
	bucket := func(requests, burst int) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(float64(requests-burst)/budgetWindow.Seconds()), max(burst, 1))
	}
	b.unproven = bucket(config.Requests/10, config.Requests/40)
	b.share = func() *rate.Limiter { return bucket(config.Requests/30, config.Requests/60) }
	b.addresses = otter.Must(&otter.Options[netip.Prefix, *rate.Limiter]{
		MaximumSize: maxAddresses,
		Executor:    func(task func()) { task() },
	})
	return b
}

// spend takes one request from the budget, waiting for it if need be as long as [patienceFrom] says, and anew from when
// its errand is begun. It tells how long to wait instead where that would not do; 0 means that ctx has ended.
func (b *budget) spend(ctx context.Context, who string, writes bool) (waited, retryAfter time.Duration, ok bool) {
	b.mu.Lock()
	now := b.now()
	e := errandFrom(ctx)
	rank := unbegun
	switch {
	case writes:
		rank = priorityWrite
	case e != nil && e.begun.Load():
		rank = begun
	}
	if b.nobodyWaits() && !now.Before(b.paused) && b.bucket.AllowN(now, 1) {
		b.begin(who, e)
		b.mu.Unlock()
		return 0, 0, true
	}
	patience := patienceFrom(ctx)
	// What one call of an errand waits for, the others do too: they move up with it.
	if expected := b.expected(now, rank, who); expected > patience && !e.waitsWith(b.lines[rank].waiting[who]) {
		b.mu.Unlock()
		return 0, expected, false
	}
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	w := waiter{make(chan struct{}), e, func() { giveUp.Reset(patienceFrom(ctx)) }}
	b.lines[rank].join(who, w)
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
	for i := range b.lines { // it may have moved up
		b.lines[i].leave(who, func(other waiter) bool { return other.ready == w.ready })
	}
	if ctx.Err() != nil {
		return 0, 0, false
	}
	return 0, max(b.expected(b.now(), rank, who), time.Second), false
}

// begin notes that something of an errand is sent, and lets what waits of it move up.
func (b *budget) begin(who string, e *errand) {
	if e == nil {
		return
	}
	e.begin()
	for _, w := range b.lines[unbegun].leave(who, func(w waiter) bool { return w.errand == e }) {
		w.stay()
		b.lines[begun].join(who, w)
	}
}

func (b *budget) nobodyWaits() bool {
	return !slices.ContainsFunc(b.lines[:], func(l line) bool { return !l.empty() })
}

// expected is how long somebody will wait who joins a line now.
func (b *budget) expected(now time.Time, rank rank, who string) time.Duration {
	ahead := b.lines[rank].before(who)
	for lower := rank + 1; lower < ranks; lower++ {
		ahead += min(b.lines[lower].len(), ahead/inRow)
	}
	for higher := rank - 1; higher >= 0; higher-- {
		ahead += min(b.lines[higher].len(), inRow*(ahead+1))
	}
	missing := float64(ahead+1) - b.bucket.TokensAt(now)
	wait := time.Duration(max(missing, 0) / float64(b.bucket.Limit()) * float64(time.Second))
	return wait + max(b.paused.Sub(now), 0)
}

// dispatch lets those go whose turn it is, and comes back when the next one may.
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
		b.begin(who, w.errand)
		close(w.ready)
	}
}

// turn is the line whose turn it is: the highest in which somebody waits, unless a row of them has gone while others
// wait.
func (b *budget) turn() *line {
	var highest *line
	for i := range b.lines {
		if b.lines[i].empty() {
			b.rows[i] = 0
			continue
		}
		if highest == nil {
			highest = &b.lines[i]
		}
		if b.rows[i]++; b.rows[i] <= inRow {
			return &b.lines[i]
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

// spendUnproven takes one request of those for what nobody stands for, from the address's share and from the tenth of
// all. It does not wait.
func (b *budget) spendUnproven(address netip.Addr) (retryAfter time.Duration, ok bool) {
	now := b.now()
	var own *rate.Reservation
	if address.IsValid() {
		network := networkOf(address)
		share, _ := b.addresses.ComputeIfAbsent(network, func() (*rate.Limiter, bool) { return b.share(), false })
		if own = share.ReserveN(now, 1); own.DelayFrom(now) > 0 {
			own.CancelAt(now)
			return own.DelayFrom(now), false
		}
	}
	all := b.unproven.ReserveN(now, 1)
	if delay := all.DelayFrom(now); delay > 0 {
		all.CancelAt(now)
		if own != nil {
			own.CancelAt(now)
		}
		return delay, false
	}
	return 0, true
}

// networkOf is what counts as one address: a household has 2^64 of IPv6.
func networkOf(address netip.Addr) netip.Prefix {
	address = address.Unmap()
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, _ := address.WithZone("").Prefix(bits) // fails for bits out of range alone
	return network
}

// refused notes that Circle wants fewer requests, and none for a while where it says for how long.
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

// state tells how many requests could be sent at once, which part of the budget is in use, and how many calls wait.
func (b *budget) state() (remaining int, strength float64, waiting int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); !now.Before(b.paused) {
		remaining = max(int(b.bucket.TokensAt(now)), 0)
	}
	for i := range b.lines {
		waiting += b.lines[i].len()
	}
	return remaining, b.strength, waiting
}

// memberKey names a member, or a token of unknown member, among those who wait.
func memberKey(token string, memberID int64) string {
	if memberID != 0 {
		return strconv.FormatInt(memberID, 10)
	}
	hash := hashToken(token)
	return string(hash[:])
}
