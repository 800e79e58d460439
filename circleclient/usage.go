package circleclient

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Usage counts what calls have cost. It is safe for concurrent use.
type Usage struct {
	mu   sync.Mutex
	sent map[string]int64 // requests by operation

	requests, coalesced, cached, reused, stale, waited atomic.Int64
}

// figure is one of a usage's counts.
type figure func(*Usage) *atomic.Int64

// The figures.
func requests(u *Usage) *atomic.Int64  { return &u.requests }
func coalesced(u *Usage) *atomic.Int64 { return &u.coalesced }
func cached(u *Usage) *atomic.Int64    { return &u.cached }
func reused(u *Usage) *atomic.Int64    { return &u.reused }
func stale(u *Usage) *atomic.Int64     { return &u.stale }
func waited(u *Usage) *atomic.Int64    { return &u.waited }

// Requests is how many requests were sent to Circle, repetitions included.
func (u *Usage) Requests() int64 { return u.requests.Load() }

// Sent is how many requests were sent to Circle by operation, such as "GET /api/headless/v1/home".
func (u *Usage) Sent() map[string]int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.sent)
}

// sentTo counts a request.
func (u *Usage) sentTo(operation string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.sent == nil {
		u.sent = map[string]int64{}
	}
	u.sent[operation]++
}

// Coalesced is how many reads were answered by a request that another had sent already.
func (u *Usage) Coalesced() int64 { return u.coalesced.Load() }

// Cached is how many reads were answered from memory.
func (u *Usage) Cached() int64 { return u.cached.Load() }

// Reused is how many reads were answered by a list that carried the record.
func (u *Usage) Reused() int64 { return u.reused.Load() }

// Stale is how many reads were answered from memory after their time, because Circle failed.
func (u *Usage) Stale() int64 { return u.stale.Load() }

// Waited is how long calls have waited for the budget, all added up.
func (u *Usage) Waited() time.Duration { return time.Duration(u.waited.Load()) }

// State is how things stand between a client and Circle.
type State struct {
	// Limited reports whether there is a budget; without one the figures below up to Waiting are zero.
	Limited bool
	// Remaining is how many requests could be sent at once.
	Remaining int
	// Strength is the part of the budget that Circle accepts at present, 1 for all of it.
	Strength float64
	// Waiting is how many calls wait for the budget.
	Waiting int
	// Answers is how many answers are remembered.
	Answers int
	// AnswerBytes is how much memory they take.
	AnswerBytes uint64
}

// State returns how things stand.
func (c *Client) State() State {
	s := State{
		Limited: c.config.Budget.Requests > 0,
		Answers: c.memo.answers.EstimatedSize(), AnswerBytes: c.memo.answers.WeightedSize(),
	}
	if s.Limited {
		s.Remaining, s.Strength, s.Waiting = c.budget.state()
	}
	return s
}

// Total is what all calls have cost.
func (c *Client) Total() *Usage { return c.total }
