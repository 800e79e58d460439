package main

import (
	"context"
	"slices"
	"sync"
	"time"
)

// sample is how a run of requests went.
type sample struct {
	took    []time.Duration // sorted
	elapsed time.Duration
	failed  int
	err     error // the first failure
}

// rate is how many succeeded in a second.
func (s *sample) rate() float64 { return float64(len(s.took)) / s.elapsed.Seconds() }

// quantile is the time within which that part of the requests was answered.
func (s *sample) quantile(q float64) time.Duration {
	if len(s.took) == 0 {
		return 0
	}
	return s.took[min(int(q*float64(len(s.took))), len(s.took)-1)]
}

// load lets clients ask at the same time. Each asks again when it has its answer, for a time and at least once.
func load(
	ctx context.Context, clients int, duration time.Duration, ask func(ctx context.Context, client int) error,
) *sample {
	s := &sample{}
	var mu sync.Mutex
	var all sync.WaitGroup
	begin := time.Now()
	for i := range clients {
		all.Go(func() {
			var took []time.Duration
			var failed int
			var first error
			for asked := false; !asked || ctx.Err() == nil && time.Since(begin) < duration; asked = true {
				start := time.Now()
				if err := ask(ctx, i); err != nil {
					failed++
					first = err
					continue
				}
				took = append(took, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			s.took = append(s.took, took...)
			s.failed += failed
			if s.err == nil {
				s.err = first
			}
		})
	}
	all.Wait()
	s.elapsed = time.Since(begin)
	slices.Sort(s.took)
	return s
}

// median of what was measured in several rounds.
func median[T ~int | ~int64 | ~float64](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
