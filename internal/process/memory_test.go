package process

import (
	"runtime"
	"testing"
	"time"
)

// Garbage gathers up to a number of bytes, within bounds: what is small is not collected all the time, and what is
// large does not wait until it has doubled.
func TestGarbageIsANumberOfBytes(t *testing.T) {
	for alive, want := range map[uint64]int{
		1: mostPercent, garbage / 5: mostPercent, garbage / 2: 200, garbage: 100, 2 * garbage: leastPercent,
	} {
		if got := (&tuning{}).percent(alive, 0); got != want {
			t.Errorf("with %d bytes alive GOGC is %d, want %d", alive, got, want)
		}
	}
}

// While little garbage is made, little of it is kept. What comes at neither pace changes nothing.
func TestQuietProcessesKeepLittleGarbage(t *testing.T) {
	tune := tuning{busy: true}
	for i, step := range []struct {
		since       time.Duration
		small, much int // with few and with many bytes alive
	}{
		{time.Millisecond, 200, leastPercent},
		{5 * time.Second, 200, leastPercent},
		{time.Minute, 66, quietPercent},
		{5 * time.Second, 66, quietPercent},
		{time.Second, 200, leastPercent},
	} {
		small, much := tune.percent(garbage/2, step.since), tune.percent(20*garbage, step.since)
		if small != step.small || much != step.much {
			t.Errorf("step %d: %v after the last collection GOGC is %d and %d, want %d and %d", i, step.since, small, much,
				step.small, step.much)
		}
	}
}

// What is to be done after a collection is done after each.
func TestAfterEachCollection(t *testing.T) {
	done := make(chan bool, 1)
	afterEachCollection(func() {
		select {
		case done <- true:
		default: // nobody waits any more
		}
	})
	for range 3 {
		for collected := false; !collected; {
			runtime.GC()
			select {
			case collected = <-done:
			default:
				runtime.Gosched()
			}
		}
	}
}
