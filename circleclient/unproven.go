package circleclient

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

const (
	// refusalAge is how long a token that Circle has refused is refused without asking again.
	refusalAge = time.Minute
	// maxRefusals is how many refused tokens are remembered.
	maxRefusals = 10_000
)

// admission decides which calls may be sent now. Without a budget all may.
type admission struct {
	budget     *budget
	principals Principals
	total      *Usage
	refusals   *otter.Cache[tokenHash, error] // what Circle said of a token, one of the sentinels

	mu     sync.Mutex
	probes map[tokenHash]chan struct{} // unproven tokens that Circle is being asked with
}

func newAdmission(config BudgetConfig, principals Principals, total *Usage, now func() time.Time) *admission {
	if config.Requests <= 0 {
		return nil
	}
	return &admission{
		budget: newBudget(config, now), principals: principals, total: total, probes: map[tokenHash]chan struct{}{},
		refusals: otter.Must(&otter.Options[tokenHash, error]{
			MaximumSize: maxRefusals, ExpiryCalculator: otter.ExpiryWriting[tokenHash, error](refusalAge),
			Clock: otterClock{now}, Executor: func(task func()) { task() },
		}),
	}
}

type addressKey struct{}

// WithAddress returns a context whose calls count, as long as Circle has not accepted the caller's token, as those of
// an address. The zero address stands for nobody in particular, such as a server that is trusted to sign many in.
func WithAddress(ctx context.Context, address netip.Addr) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

// AddressFrom returns the address that [WithAddress] gave, the zero address without one.
func AddressFrom(ctx context.Context) netip.Addr {
	address, _ := ctx.Value(addressKey{}).(netip.Addr)
	return address
}

// admit waits until a request of call may be sent. done must be called when it is over.
func (a *admission) admit(ctx context.Context, call call, token string) (done func(), err error) {
	if a == nil {
		return func() {}, nil
	}
	done = func() {}
	memberID, proven := int64(0), false
	if !call.route.auth {
		if done, err = a.prove(ctx, call, token); err != nil {
			return nil, err
		}
		memberID, proven = a.principals.Member(token)
	}
	who := memberKey(token, memberID)
	if !proven {
		if retryAfter, ok := a.budget.spendUnproven(AddressFrom(ctx)); !ok {
			done()
			return nil, call.tooMany(retryAfter)
		}
		who = "unproven"
	}
	delay, retryAfter, ok := a.budget.spend(ctx, who, !call.read)
	a.total.count(ctx, waited, int64(delay))
	switch {
	case ok:
		return done, nil
	case retryAfter == 0:
		err = call.unsent(ctx)
	default:
		err = call.tooMany(retryAfter)
	}
	done()
	return nil, err
}

// prove lets one call at a time ask Circle with an unproven token. The others wait for what comes of it, so that an
// invented token costs one request, and a genuine one is soon out of the unproven's narrow budget.
func (a *admission) prove(ctx context.Context, call call, token string) (done func(), err error) {
	hash := hashToken(token)
	for {
		if _, proven := a.principals.Member(token); proven {
			return func() {}, nil
		}
		if kind, refused := a.refusals.GetIfPresent(hash); refused {
			return nil, call.fail(kind, nil, nil)
		}
		a.mu.Lock()
		probe := a.probes[hash]
		if probe == nil {
			probe = make(chan struct{})
			a.probes[hash] = probe
			a.mu.Unlock()
			return func() {
				a.mu.Lock()
				defer a.mu.Unlock()
				delete(a.probes, hash)
				close(probe)
			}, nil
		}
		a.mu.Unlock()
		select {
		case <-probe:
		case <-ctx.Done():
			return nil, call.unsent(ctx)
		}
	}
}

// learn takes from the outcome of a request what it says of Circle's patience.
func (a *admission) learn(success bool, failure *Error) {
	switch {
	case a == nil:
	case success:
		a.budget.accepted()
	case failure != nil && errors.Is(failure, ErrRateLimited):
		a.budget.refused(failure.RetryAfter)
	}
}

// refuse remembers that Circle refuses a token.
func (a *admission) refuse(token string, kind error) {
	if a != nil {
		_, _ = a.refusals.Set(hashToken(token), kind) // what it was before does not matter
	}
}

// tooMany is a call that was not sent, because there have been too many.
func (c call) tooMany(retryAfter time.Duration) *Error {
	e := c.fail(ErrRateLimited, nil, nil)
	e.RetryAfter = max(retryAfter, time.Second)
	return e
}

// unsent is a call whose context ended before it was sent.
func (c call) unsent(ctx context.Context) *Error {
	return c.failNetwork(ctx, ctx.Err()).notSent()
}

// notSent notes that the request has not left this process, so the outcome of a write is known.
func (e *Error) notSent() *Error {
	e.unconfirmed = false
	return e
}
