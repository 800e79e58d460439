// Package inline makes caches of otter do their work when they are used, by our clock, instead of in the background.
package inline

import "time"

// Clock is the time of a cache.
type Clock func() time.Time

// NowNano implements [otter.Clock].
func (now Clock) NowNano() int64 { return now().UnixNano() }

// Tick implements [otter.Clock]: a nil channel means no goroutine.
func (Clock) Tick(time.Duration) <-chan time.Time { return nil }

// Executor runs a task at once.
func Executor(task func()) { task() }
