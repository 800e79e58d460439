package tokens

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"circlegraph/circleclient"
)

const (
	// maxPending is how many tokens wait for Circle to be told of their end.
	maxPending = 1000
	// firstRetry doubles up to longestRetry.
	firstRetry, longestRetry = 5 * time.Second, time.Minute
)

// EndPendingError is the end of a token that Circle could not be told: this process refuses it from now on and goes on
// telling Circle, for an hour at most or until it stops. It wraps what is out of order at Circle.
type EndPendingError struct{ Cause error }

// Error is a sentence that may be shown to the caller.
func (e *EndPendingError) Error() string {
	return "Circle could not be told yet that the token has ended. This server refuses it and goes on telling Circle " +
		"for " +
		"up to an hour. Sign out again later to be sure."
}

// Unwrap returns what is out of order.
func (e *EndPendingError) Unwrap() error { return e.Cause }

// pendingEnds are tokens whose end Circle has not been told. Each has a timer; nothing else runs in between.
type pendingEnds struct {
	now func() time.Time
	log *slog.Logger

	mu   sync.Mutex
	ends map[circleclient.TokenHash]*pendingEnd
}

// pendingEnd is a token that is to end.
type pendingEnd struct {
	end   func(context.Context) (over bool) // tells Circle
	until time.Time
	pause time.Duration
	timer *time.Timer
}

func newPendingEnds(now func() time.Time, log *slog.Logger) *pendingEnds {
	return &pendingEnds{now: now, log: log, ends: map[circleclient.TokenHash]*pendingEnd{}}
}

// add goes on with the end of a token until then. It reports whether it will: there is a bound on how many there are.
func (p *pendingEnds) add(token string, until time.Time, end func(context.Context) (over bool)) bool {
	hash := circleclient.HashToken(token)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ends[hash] != nil {
		return true
	}
	if len(p.ends) >= maxPending {
		return false
	}
	e := &pendingEnd{end: end, until: until, pause: firstRetry}
	p.ends[hash] = e
	e.timer = time.AfterFunc(e.pause, func() { p.try(hash, e) })
	return true
}

// try tells Circle once, and again in a while if that fails.
func (p *pendingEnds) try(hash circleclient.TokenHash, e *pendingEnd) {
	over := e.end(context.Background())
	p.mu.Lock()
	defer p.mu.Unlock()
	e.pause = min(2*e.pause, longestRetry)
	if expired := !p.now().Add(e.pause).Before(e.until); over || expired {
		delete(p.ends, hash)
		if !over {
			p.log.Error("Circle was not told that a token has ended, which ends by itself now")
		}
		return
	}
	e.timer = time.AfterFunc(e.pause, func() { p.try(hash, e) })
}

// drain tells Circle once more of all ends, because nobody will any more.
func (p *pendingEnds) drain(ctx context.Context) {
	p.mu.Lock()
	ends := p.ends
	p.ends = map[circleclient.TokenHash]*pendingEnd{}
	p.mu.Unlock()
	lost := 0
	for _, e := range ends {
		if e.timer.Stop(); ctx.Err() != nil || !e.end(ctx) {
			lost++
		}
	}
	if lost > 0 {
		p.log.LogAttrs(ctx, slog.LevelError, "Circle was not told that tokens have ended", slog.Int("tokens", lost))
	}
}
