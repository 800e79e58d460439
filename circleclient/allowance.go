package circleclient

import (
	"context"
	"sync/atomic"
)

// Allowance is how many requests may be sent for something, such as an operation, repetitions included. Reads that are
// answered from memory, or by the request of another, take nothing. It is safe for concurrent use; nil is any number.
type Allowance struct{ left atomic.Int64 }

// NewAllowance returns an allowance of so many requests.
func NewAllowance(requests int) *Allowance {
	a := &Allowance{}
	a.left.Store(int64(requests))
	return a
}

// Allows reports whether so many requests may still be sent. It takes none.
func (a *Allowance) Allows(requests int) bool { return a == nil || a.left.Load() >= int64(requests) }

// take takes one request.
func (a *Allowance) take() bool { return a == nil || a.left.Add(-1) >= 0 }

// AllowanceFrom returns the allowance of the calls of ctx; nil if there is none.
func AllowanceFrom(ctx context.Context) *Allowance { return AskingFrom(ctx).allowance }

// take takes the request from its allowance, once: the memo does so before others can join it, who have allowances of
// their own.
func (r *request) take() error {
	if r.taken {
		return nil
	}
	if r.taken = r.allowance.take(); !r.taken {
		return r.fail(ErrBeyondAllowance, nil, nil)
	}
	return nil
}

// keepWithin is the link that refuses requests beyond the allowance.
func keepWithin(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		if err := r.take(); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}
