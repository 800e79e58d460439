package circleclient

import (
	"context"
	"sync/atomic"
	"time"
)

// Usage counts what calls have cost. It is safe for concurrent use.
type Usage struct {
	requests, coalesced, cached, stale, waited atomic.Int64
}

// figure is one of a usage's counts.
type figure func(*Usage) *atomic.Int64

// The figures.
func requests(u *Usage) *atomic.Int64  { return &u.requests }
func coalesced(u *Usage) *atomic.Int64 { return &u.coalesced }
func cached(u *Usage) *atomic.Int64    { return &u.cached }
func stale(u *Usage) *atomic.Int64     { return &u.stale }
func waited(u *Usage) *atomic.Int64    { return &u.waited }

// count adds n to a figure of all calls, whose sum u is, and of those of the context.
func (u *Usage) count(ctx context.Context, f figure, n int64) {
	f(u).Add(n)
	if own, ok := ctx.Value(usageKey{}).(*Usage); ok {
		f(own).Add(n)
	}
}

type usageKey struct{}

// WithUsage returns a context whose calls are counted in u.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// Requests is how many requests were sent to Circle, repetitions included.
func (u *Usage) Requests() int64 { return u.requests.Load() }

// Coalesced is how many reads were answered by a request that another had sent already.
func (u *Usage) Coalesced() int64 { return u.coalesced.Load() }

// Cached is how many reads were answered from memory.
func (u *Usage) Cached() int64 { return u.cached.Load() }

// Stale is how many reads were answered from memory although their time was over, because Circle failed.
func (u *Usage) Stale() int64 { return u.stale.Load() }

// Waited is how long calls have waited for the budget, all added up.
func (u *Usage) Waited() time.Duration { return time.Duration(u.waited.Load()) }

// State is how things stand between a client and Circle.
type State struct {
	// Limited reports whether there is a budget; without one the figures below up to Waiting are zero.
	Limited bool
	// Remaining is how many requests could be sent at once.
	Remaining int
	// Strength is the part of the budget that Circle puts up with at present, 1 for all of it.
	Strength float64
	// Waiting is how many calls wait for the budget.
	Waiting int
	// Answers is how many answers are remembered.
	Answers int
	// AnswerBytes is how much memory they take.
	AnswerBytes uint64
}

// State tells how things stand.
func (c *Client) State() State {
	var s State
	if c.admission != nil {
		s.Limited = true
		s.Remaining, s.Strength, s.Waiting = c.admission.budget.state()
	}
	if c.memo != nil {
		s.Answers, s.AnswerBytes = c.memo.answers.EstimatedSize(), c.memo.answers.WeightedSize()
	}
	return s
}

// Total is what all calls have cost.
func (c *Client) Total() *Usage { return c.total }
