package circleclient

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"circlegraph/internal/inline"
)

const (
	// maxAddresses is how many addresses have a bucket of their own; the least used are forgotten.
	maxAddresses = 10_000
	// refusalAge is how long a token that Circle has refused is refused without asking again.
	refusalAge = time.Minute
	// maxRefusals is how many refused tokens are remembered.
	maxRefusals = 10_000
)

// unproven bounds requests that no known member vouches for: those with tokens that Circle has not accepted yet,
// sign-in, refresh and revocation. Together they have a tenth of the budget, each address a third of that, and a token
// one request at a time.
type unproven struct {
	principals Principals
	now        func() time.Time
	tenth      *rate.Limiter
	share      func() *rate.Limiter // a new address's
	addresses  *otter.Cache[netip.Prefix, *rate.Limiter]
	refusals   *otter.Cache[TokenHash, error] // what Circle said of a token, one of the sentinels

	mu     sync.Mutex
	probes map[TokenHash]chan struct{} // tokens with which a request is under way
}

func newUnproven(config BudgetConfig, principals Principals, now func() time.Time) *unproven {
	bucket := func(requests, burst int) *rate.Limiter {
		return rate.NewLimiter(rate.Limit(float64(requests-burst)/budgetWindow.Seconds()), max(burst, 1))
	}
	return &unproven{
		principals: principals, now: now, tenth: bucket(config.Requests/10, config.Requests/40),
		share: func() *rate.Limiter { return bucket(config.Requests/30, config.Requests/60) },
		addresses: otter.Must(&otter.Options[netip.Prefix, *rate.Limiter]{
			MaximumSize: maxAddresses, Executor: inline.Executor,
		}),
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
	hash := HashToken(r.caller)
	for {
		if _, proven := u.principals.Member(r.caller); proven {
			return func() {}, nil
		}
		if kind, refused := u.refusals.GetIfPresent(hash); refused {
			return nil, r.fail(kind, nil, nil)
		}
		u.mu.Lock()
		probe := u.probes[hash]
		if probe == nil {
			probe = make(chan struct{})
			u.probes[hash] = probe
			u.mu.Unlock()
			return func() {
				u.mu.Lock()
				defer u.mu.Unlock()
				delete(u.probes, hash)
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
func (u *unproven) refuse(token string, kind error) {
	_, _ = u.refusals.Set(HashToken(token), kind) // what it was before does not matter
}

// take takes one request from the address's share and from the tenth of all. It does not wait.
func (u *unproven) take(address netip.Addr) (retryAfter time.Duration, ok bool) {
	now := u.now()
	var own *rate.Reservation
	if address.IsValid() {
		network := networkOf(address)
		share, _ := u.addresses.ComputeIfAbsent(network, func() (*rate.Limiter, bool) { return u.share(), false })
		if own = share.ReserveN(now, 1); own.DelayFrom(now) > 0 {
			own.CancelAt(now)
			return own.DelayFrom(now), false
		}
	}
	all := u.tenth.ReserveN(now, 1)
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
	network, _ := address.WithZone("").Prefix(bits) // fails only for bits out of range
	return network
}
