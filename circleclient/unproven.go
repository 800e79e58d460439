package circleclient

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"circlegraph/internal/inline"
)

const (
	// maxNetworks is how many networks have a pool of their own; the least used are forgotten.
	maxNetworks = 30_000
	// refusalAge is how long a token that Circle has refused is refused without asking again.
	refusalAge = time.Minute
	// maxRefusals is how many refused tokens are remembered.
	maxRefusals = 10_000
	// trusted is the part of guests that Circle accepts from which on they are taken for members who come back, and
	// weight is how much each of them changes it.
	trusted, weight = .9, .05
)

// unproven bounds requests that nobody vouches for, the guests': those with tokens that Circle has not accepted yet,
// and the sign-in, refresh and revocation of those who have shown no proof. What Circle accepts costs nothing. What it
// does not comes out of a tenth of the budget, and of a part of that for each network, so that guests go as fast as the
// budget allows while Circle accepts nearly all of them, and slowly if somebody guesses. Beyond the tenth they have
// what nobody else needs, and who shares a network with somebody who guesses has some of that. A token that is not
// proven has one request at a time.
type unproven struct {
	principals Principals
	now        func() time.Time
	refusals   *otter.Cache[TokenHash, error] // what Circle said of a token, one of the sentinels

	mu     sync.Mutex
	probes map[TokenHash]chan struct{} // tokens with which a request is under way

	// Guarded by the budget.
	tenth    *pool
	parts    []func() *pool // new ones for a network, from the narrowest on
	networks *otter.Cache[netip.Prefix, *pool]
	accepted float64 // the part of the latest guests that Circle has accepted
}

// pool is what guests may fail with. Who is under way may fail.
type pool struct {
	bucket

	hand     *hand // the bucket, if several processes share it; else nil
	underWay int
}

func newPool(requests, burst int) *pool {
	return &pool{bucket: rate.NewLimiter(rate.Limit(float64(requests-burst)/budgetWindow.Seconds()), max(burst, 1))}
}

// free is how many may enter now.
func (p *pool) free(now time.Time) float64 { return p.TokensAt(now) - float64(p.underWay) }

// open is how many may enter soon, as far as that is known.
func (p *pool) open(now time.Time) float64 { return available(p.bucket, now) - float64(p.underWay) }

// until is how long it takes to have so many.
func (p *pool) until(missing float64) time.Duration {
	switch {
	case missing <= 0:
		return 0
	case p.Limit() <= 0:
		return budgetWindow
	}
	return time.Duration(min(missing/float64(p.Limit()), budgetWindow.Seconds()) * float64(time.Second))
}

func newUnproven(
	config BudgetConfig, principals Principals, now func() time.Time,
	share func(config BudgetConfig, name string, limit rate.Limit, burst int) *hand,
) *unproven {
	part := func(of int) func() *pool {
		return func() *pool { return newPool(config.Requests/of, config.Requests/of/2) }
	}
	tenth := newPool(config.Requests/10, config.Requests/40)
	if tenth.hand = share(config, "unproven", tenth.Limit(), tenth.Burst()); tenth.hand != nil {
		tenth.bucket, tenth.hand.kept = tenth.hand, func() int { return tenth.underWay }
	}
	return &unproven{
		principals: principals, now: now, accepted: 1,
		tenth: tenth, parts: []func() *pool{part(30), part(24), part(20)},
		networks: otter.Must(&otter.Options[netip.Prefix, *pool]{MaximumSize: maxNetworks, Executor: inline.Executor}),
		refusals: otter.Must(&otter.Options[TokenHash, error]{
			MaximumSize: maxRefusals, ExpiryCalculator: otter.ExpiryWriting[TokenHash, error](refusalAge),
			Clock: inline.Clock(now), Executor: inline.Executor,
		}),
		probes: map[TokenHash]chan struct{}{},
	}
}

// prove lets one request at a time go with an unproven token. The others wait for its outcome, so that an invented
// token costs one request, and a genuine one soon leaves the narrow budget of the unproven. done must be called when
// the request is over.
func (u *unproven) prove(ctx context.Context, r *request) (done func(), err error) {
	for {
		if _, proven := u.principals.Member(r.token); proven {
			return func() {}, nil
		}
		if kind, refused := u.refusals.GetIfPresent(r.token); refused {
			return nil, r.fail(kind, nil, nil)
		}
		u.mu.Lock()
		probe := u.probes[r.token]
		if probe == nil {
			probe = make(chan struct{})
			u.probes[r.token] = probe
			u.mu.Unlock()
			return func() {
				u.mu.Lock()
				defer u.mu.Unlock()
				delete(u.probes, r.token)
				close(probe)
			}, nil
		}
		u.mu.Unlock()
		select {
		case <-probe:
		case <-ctx.Done():
			return nil, r.unsent(ctx)
		}
	}
}

// refuse remembers that Circle refuses a token.
func (u *unproven) refuse(token TokenHash, kind error) {
	_, _ = u.refusals.Set(token, kind) // what it was before does not matter
}

// poolsOf returns the pools of networks.
func (u *unproven) poolsOf(networks []netip.Prefix) (pools []*pool) {
	for i, n := range networks {
		p, _ := u.networks.ComputeIfAbsent(n, func() (*pool, bool) { return u.parts[i](), false })
		pools = append(pools, p)
	}
	return pools
}

// spare is what the budget has beyond what anybody needs, and guests may have beyond their tenth.
type spare int

const (
	spareNone spare = iota
	spareSome       // the tenth does not count
	spareMuch       // nor do the parts of networks
)

// delay is how long a guest must wait until it may enter, unless others that are under way are accepted before; 0 for
// members.
func (u *unproven) delay(now time.Time, w *waiter, left spare) (delay time.Duration) {
	if !w.guest {
		return 0
	}
	if left < spareMuch {
		for _, p := range w.pools {
			delay = max(delay, p.until(1-p.free(now)))
		}
	}
	if left < spareSome {
		delay = max(delay, u.tenth.until(1-u.tenth.free(now)))
	}
	return delay
}

// expected is about how long a guest will wait behind others, as far as guests are bounded.
func (u *unproven) expected(now time.Time, w *waiter, ahead float64) time.Duration {
	missing := ahead + 1 - available(u.tenth.bucket, now)
	wait := time.Duration(min(max(missing, 0)/u.perSecond(), budgetWindow.Seconds()) * float64(time.Second))
	for _, p := range w.pools {
		wait = max(wait, p.until(1-p.TokensAt(now)))
	}
	return wait
}

// perSecond is how many guests may enter in a second if Circle goes on as before.
func (u *unproven) perSecond() float64 {
	return max(float64(u.tenth.Limit()), .001) / max(1-u.accepted, .01)
}

// trusts reports whether Circle accepts nearly all guests.
func (u *unproven) trusts() bool { return u.accepted >= trusted }

// enter lets a guest in. It borrows from the budget what the tenth, or the part of a network, does not have: that is
// not charged to them.
func (u *unproven) enter(now time.Time, w *waiter, left spare) {
	if left == spareMuch {
		w.pools = slices.DeleteFunc(w.pools, func(p *pool) bool { return p.free(now) < 1 })
	}
	for _, p := range w.pools {
		p.underWay++
	}
	if w.borrowed = left >= spareSome && u.tenth.free(now) < 1; !w.borrowed {
		u.tenth.underWay++
	}
}

// settle charges a guest that Circle has not accepted.
func (u *unproven) settle(now time.Time, w *waiter, accepted bool) {
	pools := w.pools
	if !w.borrowed {
		pools = append(pools, u.tenth)
	}
	outcome := 0.0
	if accepted {
		outcome = 1
	}
	u.accepted += (outcome - u.accepted) * weight
	for _, p := range pools {
		if p.underWay--; !accepted {
			p.AllowN(now, 1)
		}
	}
	u.tenth.hand.tidy()
}
