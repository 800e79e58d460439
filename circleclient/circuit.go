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
	// defaultRest is how long an operation that keeps failing is left alone before one request tries it again.
	defaultRest = 5 * time.Second
	// An operation is left alone once at least illAfter requests of the last illWindow have ended and the part illRate of
	// them failed.
	illAfter  = 10
	illRate   = .5
	illWindow = 30 * time.Second
)

// circuits leave operations of Circle alone that keep failing: those who wait get their answer at once, and Circle gets
// the time to recover. Each operation has a circuit of its own, so that one that is ill does not close the others.
type circuits struct {
	rest time.Duration

	mu          sync.Mutex
	byOperation map[string]circuitbreaker.CircuitBreaker[any]
}

func newCircuits(rest time.Duration) *circuits {
	if rest < 0 {
		return nil
	}
	return &circuits{rest: rest, byOperation: map[string]circuitbreaker.CircuitBreaker[any]{}}
}

func (c *circuits) of(call call) circuitbreaker.CircuitBreaker[any] {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.byOperation[call.operation()]
	if b == nil {
		b = circuitbreaker.NewBuilder[any]().WithFailureRateThreshold(illRate, illAfter, illWindow).
			WithSuccessThreshold(1).WithDelay(c.rest).WithJitterFactor(.2).Build()
		c.byOperation[call.operation()] = b
	}
	return b
}

// resting refuses a call whose operation is left alone at present. It is a cheap look before anything is spent on the
// call.
func (c *circuits) resting(call call) error {
	if c == nil {
		return nil
	}
	if b := c.of(call); b.IsOpen() && b.RemainingDelay() > 0 {
		return call.fail(ErrUnavailable, nil, errResting).notSent()
	}
	return nil
}

// errResting is why a call was not sent.
var errResting = errors.New("the operation keeps failing and is left alone for a moment")

// through sends a request unless its operation is left alone, and learns from what comes of it.
func (c *circuits) through(call call, send func() (*answer, error)) (*answer, error) {
	if c == nil {
		return send()
	}
	b := c.of(call)
	if !b.TryAcquirePermit() {
		return nil, call.fail(ErrUnavailable, nil, errResting).notSent()
	}
	answer, err := send()
	switch {
	case isIll(err):
		b.RecordFailure()
	case !errors.Is(err, context.Canceled):
		b.RecordSuccess()
	case b.IsHalfOpen(): // the one who tried has left without an answer, so the next one tries
		b.Open()
		b.HalfOpen()
	}
	return answer, err
}

// isIll reports whether a failure is the operation's. What is refused with 4xx is not: who asks can bring that about, and
// would close the operation to everybody.
func isIll(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	if !ok || !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrTimeout) {
		return false
	}
	return failure.Status < http.StatusBadRequest || failure.Status >= http.StatusInternalServerError
}

// Circuit says whether an operation is asked.
type Circuit int

// The states, in the order of their gravity.
const (
	// CircuitClosed is an operation that is asked.
	CircuitClosed Circuit = iota
	// CircuitHalfOpen is one that is being tried again, by one request at a time.
	CircuitHalfOpen
	// CircuitOpen is one that keeps failing and is left alone.
	CircuitOpen
)

// Circuits tells how things stand with each operation that was called, such as "GET /api/headless/v1/spaces/{id}".
func (c *Client) Circuits() map[string]Circuit {
	if c.circuits == nil {
		return nil
	}
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
