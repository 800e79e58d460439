package circleclient

import (
	"context"
	"sync/atomic"
)

// Usage counts what the calls of a context have cost. It is safe for concurrent use.
type Usage struct {
	requests, coalesced, cached, stale, waited atomic.Int64
}

type usageKey struct{}

// WithUsage returns a context whose calls are counted in u.
func WithUsage(ctx context.Context, u *Usage) context.Context {
	return context.WithValue(ctx, usageKey{}, u)
}

// usageOf is where the calls of a context are counted; somewhere that nobody looks at where nobody asked for it.
func usageOf(ctx context.Context) *Usage {
	if u, ok := ctx.Value(usageKey{}).(*Usage); ok {
		return u
	}
	return &Usage{}
}

// Requests is how many requests were sent to Circle, repetitions included.
func (u *Usage) Requests() int64 { return u.requests.Load() }

// Coalesced is how many reads were answered by a request that another had sent already.
func (u *Usage) Coalesced() int64 { return u.coalesced.Load() }

// Cached is how many reads were answered from memory.
func (u *Usage) Cached() int64 { return u.cached.Load() }

// Stale is how many reads were answered from memory although their time was over, because Circle failed.
func (u *Usage) Stale() int64 { return u.stale.Load() }
