package circleclient

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
)

// errand is what several calls are made for: one is worth little without the others.
type errand struct {
	begun atomic.Bool // whether a request was sent for it
}

type errandKey struct{}

// Together returns a context whose calls belong together, such as those for one screen. Where the budget does not
// suffice for everybody, what has been begun is finished before anything else is begun.
func Together(ctx context.Context) context.Context {
	return context.WithValue(ctx, errandKey{}, &errand{})
}

func errandFrom(ctx context.Context) *errand {
	e, _ := ctx.Value(errandKey{}).(*errand)
	return e
}

// begin notes that a request was sent for an errand, if it is one.
func (e *errand) begin() {
	if e != nil {
		e.begun.Store(true)
	}
}

// waitsWith reports whether a call of the errand is among those who wait.
func (e *errand) waitsWith(waiting []waiter) bool {
	return e != nil && slices.ContainsFunc(waiting, func(w waiter) bool { return w.errand == e })
}

type standInKey struct{}

// withStandIn returns a context whose calls can do without an answer.
func withStandIn(ctx context.Context) context.Context {
	return context.WithValue(ctx, standInKey{}, true)
}

// patienceFrom is how long a call waits for the budget: no more than half of the time that is left to it, because the
// other half is Circle's, and hardly at all where an older answer stands in.
func patienceFrom(ctx context.Context) time.Duration {
	patience := budgetWindow
	if deadline, limited := ctx.Deadline(); limited {
		patience = time.Until(deadline) / 2
	}
	if ctx.Value(standInKey{}) != nil {
		patience = min(patience, standInPatience)
	}
	return patience
}
