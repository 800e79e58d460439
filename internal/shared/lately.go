package shared

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxLately and maxLatelyBytes are how much of one kind is told again at most. The oldest is left out.
	maxLately      = 10_000
	maxLatelyBytes = 8 << 20
)

// lately is what this instance has told the store and still counts. After an outage it is told again: a store that
// comes back may be empty, and a replica that takes over may not have heard of it.
type lately struct {
	mu    sync.Mutex
	told  []told // oldest first
	bytes int
	times atomic.Int64 // that it was told again
}

// told is something that the store was told, and counts until then. Told again, it changes nothing.
type told struct {
	what  string // by which it can be forgotten; empty if it stays so
	bytes int
	until time.Time
	tell  teller
}

// teller tells the store something that counts for so long.
type teller func(ctx context.Context, by runner, life time.Duration) error

// keep notes what the store is told. That comes before telling it: what it cannot be told while it is away is kept.
func (l *lately) keep(now time.Time, t told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, t)
	l.bytes += t.bytes
	for len(l.told) > 0 && (!now.Before(l.told[0].until) || len(l.told) > maxLately || l.bytes > maxLatelyBytes) {
		l.bytes -= l.told[0].bytes
		l.told[0] = told{} // its array lives on
		l.told = l.told[1:]
	}
}

// forget drops what is no longer so.
func (l *lately) forget(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = slices.DeleteFunc(l.told, func(t told) bool {
		if t.what == what {
			l.bytes -= t.bytes
		}
		return t.what == what
	})
}

// again tells the store all of it in the background, instead of what is left to tell since the outage before.
func (l *lately) again(s *Store) {
	l.mu.Lock()
	left := slices.Clone(l.told)
	l.mu.Unlock()
	if len(left) == 0 {
		return
	}
	this := l.times.Add(1)
	s.retained.Add(1)
	s.work.Go(func() {
		s.tell(func(ctx context.Context, by runner) error {
			for ; len(left) > 0 && l.times.Load() == this; left = left[1:] {
				life := left[0].until.Sub(s.options.Now())
				if life <= 0 {
					continue
				}
				if err := left[0].tell(ctx, by, life); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
