package circleclient

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

const (
	// defaultRest is how long an operation that keeps failing rests before one request tries it again.
	defaultRest = 5 * time.Second
	// An operation rests once at least illAfter requests of the last illWindow have ended and the part illRate of them
	// failed.
	illAfter  = 10
	illRate   = .5
	illWindow = 30 * time.Second
	// illMembers is for how many members an operation must have failed within illWindow to rest for all.
	illMembers = 3
	// maxFailing is how many members have circuits of their own with an operation.
	maxFailing = 1000
)

// errResting is why a request was not sent.
var errResting = errors.New("the operation keeps failing and rests for a moment")

// circuits stop calling operations that keep failing: callers get their answer at once, and Circle gets the time to
// recover. Each operation has a circuit of its own, so that one that is ill does not close the others, and within it
// each member who sees it fail: only what fails for several members closes to all.
//
// The log says once that an operation fails, and why, and once that it works again.
type circuits struct {
	rest       time.Duration
	log        *slog.Logger
	principals Principals
	now        func() time.Time

	mu          sync.Mutex
	byOperation map[string]*circuit
}

// circuit is that of an operation.
type circuit struct {
	all     breaker
	members map[string]*memberCircuit // who has seen it fail
}

type memberCircuit struct {
	breaker

	failed time.Time // the last time
}

type breaker = circuitbreaker.CircuitBreaker[any]

func newCircuits(cfg Config) *circuits {
	return &circuits{
		rest: cfg.Rest, log: cfg.Logger, principals: cfg.Principals, now: cfg.Clock, byOperation: map[string]*circuit{},
	}
}

func (c *circuits) breaker() breaker {
	return circuitbreaker.NewBuilder[any]().WithFailureRateThreshold(illRate, illAfter, illWindow).
		WithSuccessThreshold(1).WithDelay(c.rest).WithJitterFactor(.2).Build()
}

// of returns the breakers that a request must pass: that of all, and the caller's own if they have seen a failure.
func (c *circuits) of(r *request) []breaker {
	who := c.who(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.byOperation[r.operation()]
	if one == nil {
		one = &circuit{all: c.breaker(), members: map[string]*memberCircuit{}}
		c.byOperation[r.operation()] = one
	}
	if own := one.members[who]; own != nil {
		return []breaker{one.all, own.breaker}
	}
	return []breaker{one.all}
}

// failed notes that a request has failed for its caller, and returns the breakers that learn of it: that of all only if
// it has failed for several.
func (c *circuits) failed(r *request) []breaker {
	who, now := c.who(r), c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.byOperation[r.operation()]
	for member, own := range one.members {
		if now.Sub(own.failed) > illWindow && own.IsClosed() {
			delete(one.members, member)
		}
	}
	own := one.members[who]
	if own == nil && len(one.members) < maxFailing {
		own = &memberCircuit{breaker: c.breaker()}
		one.members[who] = own
	}
	var learn []breaker
	if own != nil {
		own.failed = now
		learn = append(learn, own.breaker)
	}
	failing := 0
	for _, own := range one.members {
		if now.Sub(own.failed) <= illWindow {
			failing++
		}
	}
	if failing >= illMembers || one.all.IsHalfOpen() {
		learn = append(learn, one.all)
	}
	return learn
}

// who tells callers apart as the budget does: members, and where tokens of no known member come from.
func (c *circuits) who(r *request) string {
	if member, _ := c.principals.Member(r.token); member != 0 {
		return memberKey(member)
	}
	return "token of " + origin(r)
}

// spare refuses requests to operations that rest, before anything is spent on them.
func (c *circuits) spare(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		for _, b := range c.of(r) {
			if b.IsOpen() && b.RemainingDelay() > 0 {
				return nil, r.fail(ErrUnavailable, nil, errResting)
			}
		}
		return next(ctx, r)
	}
}

// watch refuses requests to operations that rest by now, and learns from the outcome of the others.
func (c *circuits) watch(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		breakers := c.of(r)
		for i, b := range breakers {
			if !b.TryAcquirePermit() {
				giveBack(breakers[:i])
				return nil, r.fail(ErrUnavailable, nil, errResting)
			}
		}
		answer, err := next(ctx, r)
		switch {
		case isIll(err):
			before := c.state(r)
			for _, b := range c.failed(r) {
				b.RecordFailure()
			}
			if before == CircuitClosed && c.state(r) == CircuitOpen {
				c.log.LogAttrs(ctx, slog.LevelWarn, "circle fails", slog.String("operation", r.operation()),
					slog.String("cause", Cause(err)))
			}
		case !errors.Is(err, context.Canceled):
			wereClosed := true
			for _, b := range breakers {
				wereClosed = wereClosed && b.IsClosed()
				b.RecordSuccess()
			}
			if !wereClosed && c.state(r) == CircuitClosed {
				c.log.LogAttrs(ctx, slog.LevelWarn, "circle works again", slog.String("operation", r.operation()))
			}
		default: // the caller that tried has left without an answer, so the next one tries
			giveBack(breakers)
		}
		return answer, err
	}
}

// giveBack lets another request try an operation that is tried again.
func giveBack(breakers []breaker) {
	for _, b := range breakers {
		if b.IsHalfOpen() {
			b.Open()
			b.HalfOpen()
		}
	}
}

// isIll reports whether a failure is the operation's. A refusal with 4xx is not, nor an answer that is too large: a
// caller can bring that about, and would close the operation to everybody.
func isIll(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrTimeout) {
		return false
	}
	return !errors.Is(err, errTooLarge) &&
		(failure.Status < http.StatusBadRequest || failure.Status >= http.StatusInternalServerError)
}

// Circuit is the state of an operation: whether it is called.
type Circuit int

// The states, in the order of their gravity.
const (
	// CircuitClosed is an operation that is called.
	CircuitClosed Circuit = iota
	// CircuitHalfOpen is one that is tried again, by one request at a time.
	CircuitHalfOpen
	// CircuitOpen is one that keeps failing and rests.
	CircuitOpen
)

// Circuits returns the state of each operation that was called, such as "GET /api/headless/v1/spaces/{id}": the gravest
// of those that its callers see.
func (c *Client) Circuits() map[string]Circuit {
	c.circuits.mu.Lock()
	defer c.circuits.mu.Unlock()
	all := make(map[string]Circuit, len(c.circuits.byOperation))
	for operation, one := range c.circuits.byOperation {
		all[operation] = one.state()
	}
	return all
}

// state is the gravest state of an operation that was called.
func (c *circuits) state(r *request) Circuit {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byOperation[r.operation()].state()
}

func (c *circuit) state() Circuit {
	state := stateOf(c.all)
	for _, own := range c.members {
		state = max(state, stateOf(own.breaker))
	}
	return state
}

func stateOf(b breaker) Circuit {
	switch b.State() {
	case circuitbreaker.HalfOpenState:
		return CircuitHalfOpen
	case circuitbreaker.OpenState:
		return CircuitOpen
	}
	return CircuitClosed
}
