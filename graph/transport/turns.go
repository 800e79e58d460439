package transport

import (
	"context"
	"time"
)

// maxWait is how long an operation that no member vouches for waits for its turn.
const maxWait = 5 * time.Second

// Turns bound how many documents are parsed and validated at a time, in the whole process. Those that no member vouches
// for have half of them, so that they keep nobody else waiting.
type Turns struct{ all, unproven chan struct{} }

// NewTurns makes n turns, at least one.
func NewTurns(n int) *Turns {
	return &Turns{make(chan struct{}, max(1, n)), make(chan struct{}, max(1, n/2))}
}

// take waits for a turn, and reports whether there was one: not if ctx has ended, nor if it took too long. Who got one
// must call done.
func (t *Turns) take(ctx context.Context, proven bool) (done func(), ok bool) {
	if t == nil {
		return func() {}, ctx.Err() == nil
	}
	wait := ctx
	done = func() { <-t.all }
	if !proven {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, maxWait)
		defer cancel()
		if !enter(wait, t.unproven) {
			return nil, false
		}
		done = func() { <-t.all; <-t.unproven }
	}
	if !enter(wait, t.all) {
		if !proven {
			<-t.unproven
		}
		return nil, false
	}
	return done, true
}

func enter(ctx context.Context, turns chan struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case turns <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}
