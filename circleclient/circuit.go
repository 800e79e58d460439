package circleclient

import (
	"context"
	"errors"
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
)

// errResting is why a request was not sent.
var errResting = errors.New("the operation keeps failing and rests for a moment")

// circuits stop calling operations that keep failing: callers get their answer at once, and Circle gets the time to
// recover. Each operation has a circuit of its own, so that one that is ill does not close the others.
type circuits struct {
	rest time.Duration

	mu          sync.Mutex
	byOperation map[string]circuitbreaker.CircuitBreaker[any]
}

func newCircuits(rest time.Duration) *circuits {
	return &circuits{rest: rest, byOperation: map[string]circuitbreaker.CircuitBreaker[any]{}}
}

func (c *circuits) of(r *request) circuitbreaker.CircuitBreaker[any] {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.byOperation[r.operation()]
	if b == nil {
		b = circuitbreaker.NewBuilder[any]().WithFailureRateThreshold(illRate, illAfter, illWindow).
			WithSuccessThreshold(1).WithDelay(c.rest).WithJitterFactor(.2).Build()
		c.byOperation[r.operation()] = b
	}
	return b
}

// spare refuses requests to operations that rest, before anything is spent on them.
func (c *circuits) spare(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		if b := c.of(r); b.IsOpen() && b.RemainingDelay() > 0 {
			return nil, r.fail(ErrUnavailable, nil, errResting).notSent()
		}
		return next(ctx, r)
	}
}

// watch refuses requests to operations that rest by now, and learns from the outcome of the others.
func (c *circuits) watch(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		b := c.of(r)
		if !b.TryAcquirePermit() {
			return nil, r.fail(ErrUnavailable, nil, errResting).notSent()
		}
		answer, err := next(ctx, r)
		switch {
		case isIll(err):
			b.RecordFailure()
		case !errors.Is(err, context.Canceled):
			b.RecordSuccess()
		case b.IsHalfOpen(): // the caller that tried has left without an answer, so the next one tries
			b.Open()
			b.HalfOpen()
		}
		return answer, err
	}
}

// isIll reports whether a failure is the operation's. A refusal with 4xx is not: a caller can bring that about, and
// would close the operation to everybody.
func isIll(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrTimeout) {
		return false
	}
	return failure.Status < http.StatusBadRequest || failure.Status >= http.StatusInternalServerError
}

// Circuit reports whether an operation is called.
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

// Circuits returns the state of each operation that was called, such as "GET /api/headless/v1/spaces/{id}".
func (c *Client) Circuits() map[string]Circuit {
	c.circuits.mu.Lock()
	defer c.circuits.mu.Unlock()
	all := make(map[string]Circuit, len(c.circuits.byOperation))
	for operation, b := range c.circuits.byOperation {
		switch b.State() {
		case circuitbreaker.ClosedState:
			all[operation] = CircuitClosed
		case circuitbreaker.HalfOpenState:
			all[operation] = CircuitHalfOpen
		case circuitbreaker.OpenState:
			all[operation] = CircuitOpen
		}
	}
	return all
}
