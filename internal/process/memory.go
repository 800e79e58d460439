package process

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// garbage is about how many bytes of garbage may gather before it is collected while much of it is made, and
	// quietGarbage is that while little is made. Collecting costs next to nothing then, and thousands of quiet
	// subscriptions need little more memory than they hold.
	garbage, quietGarbage = 24 << 20, 8 << 20
	// leastPercent, quietPercent and mostPercent bound what garbage comes to in terms of GOGC: Go's own, the least while
	// little is made, and what spares most.
	leastPercent, quietPercent, mostPercent = 100, 10, 400
	// busy and quiet are how soon after another a collection shows that much is made, or little.
	busy, quiet = 2 * time.Second, 10 * time.Second
	// memoryLimit is the soft limit of all that the process has of the machine's memory.
	memoryLimit = 512 << 20
)

// TuneMemory trades memory for time if the operator has not chosen by GOGC or GOMEMLIMIT: a gateway makes much
// garbage and keeps little, so collecting at several times the live heap spares most of what collection costs. What may
// gather is a number of bytes and no multiple of what lives, or thousands of quiet subscriptions would hold several
// times of what they need. The soft limit keeps a burst from using it all.
func TuneMemory(getenv func(string) string) {
	if getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(mostPercent)
	afterEachCollection(tuneToGarbage())
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// tuneToGarbage returns what sets GOGC for the next collection by what the last one has found alive, and by how soon it
// came.
func tuneToGarbage() func() {
	alive := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"},
	}
	last, t := mostPercent, tuning{busy: true}
	var before, collected debug.GCStats
	debug.ReadGCStats(&before)
	return func() {
		metrics.Read(alive)
		bytes := uint64(1)
		for _, sample := range alive {
			bytes += sample.Value.Uint64()
		}
		debug.ReadGCStats(&collected)
		if percent := t.percent(bytes, collected.LastGC.Sub(before.LastGC)); percent != last {
			debug.SetGCPercent(percent)
			last = percent
		}
		before.LastGC = collected.LastGC
	}
}

// tuning is what is known of how much garbage is made.
type tuning struct{ busy bool }

// percent is the GOGC to go on with, beside so many bytes that live and so long after the collection before.
func (t *tuning) percent(alive uint64, since time.Duration) int {
	switch {
	case since < busy:
		t.busy = true
	case since > quiet:
		t.busy = false
	}
	most, least := uint64(garbage), uint64(leastPercent)
	if !t.busy {
		most, least = quietGarbage, quietPercent
	}
	return int(min(max(100*most/alive, least), mostPercent))
}

// afterEachCollection has do called after each collection of garbage, one call after the other.
func afterEachCollection(do func()) {
	type sentinel struct{ _ *byte } // with a pointer, so that it is an allocation of its own
	var watch func(struct{})
	watch = func(struct{}) {
		do()
		runtime.AddCleanup(&sentinel{}, watch, struct{}{})
	}
	runtime.AddCleanup(&sentinel{}, watch, struct{}{})
}
