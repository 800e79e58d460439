package sandbox

import (
	"sync"
	"time"
)

// Clock is the sandbox's time: the system's, or one that stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu   sync.Mutex
	now  func() time.Time
	skip time.Duration
}

// NewClock returns a clock that stands at t until Advance moves it.
func NewClock(t time.Time) *Clock {
	return &Clock{now: func() time.Time { return t }}
}

// NewSystemClock returns a clock that runs with the system's; Advance moves it ahead.
func NewSystemClock() *Clock { return &Clock{now: time.Now} }

// Now is the present time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().Add(c.skip).UTC()
}

// Advance moves the clock forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skip += d
}
