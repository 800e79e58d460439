package circleclient

import (
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Purse holds requests that several processes may send together. What it gives counts as held until the process says
// whether it was spent. Implementations are safe for concurrent use, bound their time and never panic.
type Purse interface {
	// Take tells of what was given before, and asks for more. An error means that nobody knows what the others spend.
	Take(ctx context.Context, ask Ask) (Grant, error)
	// Share is the part of the whole that this process may spend by itself while Take fails.
	Share() float64
}

// Ask is what a process wants of a purse, and how it has used what it had.
type Ask struct {
	// Want is given as a whole or not at all, and More beside it if there is plenty. Whoever wants nothing waits for
	// nothing any more.
	Want, More int
	// Used says how earlier grants were used.
	Used []Used
	// Accepted reports whether Circle has answered since, and Refused whether it has answered 429, with a Pause.
	Accepted, Refused bool
	Pause             time.Duration
	// WasAway reports whether this process could not ask for a while, and so has spent its share by itself.
	WasAway bool
}

// Used is the outcome of requests of a lot.
type Used struct {
	Lot           int64
	Spent, Unused int
}

// Grant is what a purse gives.
type Grant struct {
	// Got may be sent within [lotAge]. It belongs to Lot.
	Got int
	Lot int64
	// Next is when to ask again if nothing was given.
	Next time.Duration
	// Strength is the part of the budget that Circle accepts, and Pause for how long it wants no request.
	Strength float64
	Pause    time.Duration
	// Left is how many are left, and Rivals how many other processes wait.
	Left   float64
	Rivals int
}

// bucket is what may be sent now; a [rate.Limiter] is one.
type bucket interface {
	TokensAt(now time.Time) float64
	AllowN(now time.Time, n int) bool
	Limit() rate.Limit
	Burst() int
	SetLimitAt(now time.Time, limit rate.Limit)
	SetBurstAt(now time.Time, burst int)
}

// available is what could be taken out of a bucket soon, as far as that is known.
func available(b bucket, now time.Time) float64 {
	if h, ok := b.(*hand); ok {
		return h.available(now)
	}
	return b.TokensAt(now)
}
