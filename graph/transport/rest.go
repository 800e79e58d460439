package transport

import (
	"context"
	"sync"
)

// Rest lets a subscription on a socket be without a goroutine while nothing happens. Its source says what it has to
// tell. All methods of nil do nothing.
type Rest struct {
	mu     sync.Mutex
	known  bool   // the source says what it has
	has    int    // events that were announced and not taken yet
	resume func() // goes on, while it rests
}

type restKey struct{}

// RestOf gives the rest of the subscription of ctx; nil if it takes a goroutine in any case.
func RestOf(ctx context.Context) *Rest {
	r, _ := ctx.Value(restKey{}).(*Rest)
	return r
}

// Announce says that there are so many more events, or the end, to be received, each before it is sent. From the first
// time on, even if that is of none, everything must be announced.
func (r *Rest) Announce(events int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = true
	r.has += events
	if resume := r.resume; resume != nil && r.has > 0 {
		r.resume = nil
		go resume()
	}
}

// begin takes an event, or rests if there is none: resume is called once there is one.
func (r *Rest) begin(resume func()) (rests bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.known: // it says nothing, so it must be asked
		return false
	case r.has > 0:
		r.has--
		return false
	}
	r.resume = resume
	return true
}
