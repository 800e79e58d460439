package circleclient

import (
	"context"
	"sync/atomic"
	"time"
)

// screen is what several calls are made for: one is worth little without the others, so that the budget gives to all
// of them or to none.
type screen struct {
	calls   int         // it may need so many; 0 if that is not known
	started atomic.Bool // whether a request was sent for it

	// Guarded by the budget.
	who    string    // whose turn it has started with
	held   int       // requests that are kept for it
	over   bool      // there will be no more
	turned string    // who was refused
	until  time.Time // when they may come again
}

// Screen returns a context whose calls belong together, such as those for one screen, and of which there will be so
// many at most; 0 if that is not known. The budget admits all of them or none. done must be called when there will be
// no more of them.
func (c *Client) Screen(ctx context.Context, calls int) (screened context.Context, done func()) {
	s := &screen{calls: calls}
	return With(ctx, func(a *Asking) { a.screen = s }), func() { c.budget.finish(s) }
}
