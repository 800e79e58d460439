package circleclient

import (
	"slices"
	"sync/atomic"
)

// screen is what several calls are made for: one is worth little without the others.
type screen struct {
	started atomic.Bool // whether a request was sent for it
}

// waitsWith reports whether a call of the screen is among those that wait.
func (s *screen) waitsWith(waiting []waiter) bool {
	return slices.ContainsFunc(waiting, func(w waiter) bool { return w.screen == s })
}
