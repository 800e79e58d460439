package circleclient

import "time"

const (
	// reserved is the part of what can be sent at once, one of so many, that is kept for members who have had little.
	reserved = 2
	// muchAtOnce and muchInAll say who has had much of late: more than that part of what can be sent at once, beyond that
	// part of what flows in, one of so many each.
	muchAtOnce = 4
	muchInAll  = 10
	// maxShares is how many members' shares are remembered before those are forgotten that no longer matter.
	maxShares = 100
)

// shares remembers what members have been given of late, beyond what anybody may have. Turns bound what a member gets
// only while others wait: between their screens one could take all that there is, and they would find nothing.
type shares map[string]share

type share struct {
	requests float64
	at       time.Time
}

// of is what a member has been given by now; drain is how much of it is forgotten in a second.
func (s shares) of(who string, now time.Time, drain float64) float64 {
	had, ok := s[who]
	if !ok {
		return 0
	}
	return max(had.requests-now.Sub(had.at).Seconds()*drain, 0)
}

// note notes that a member is given requests, or gives them back.
func (s shares) note(who string, now time.Time, drain, requests float64) {
	if len(s) >= maxShares {
		for other := range s {
			if s.of(other, now, drain) == 0 {
				delete(s, other)
			}
		}
	}
	s[who] = share{s.of(who, now, drain) + requests, now}
}

// drain is how much of what a member has been given is forgotten in a second.
func (b *budget) drain() float64 { return float64(b.bucket.Limit()) / muchInAll }

// greedy reports whether a member has had much of late.
func (b *budget) greedy(now time.Time, who string) bool {
	return b.shares.of(who, now, b.drain()) > float64(b.bucket.Burst())/muchAtOnce
}

// short is how many requests there are too few of to let a greedy member go and still leave others what is theirs.
// What is full cannot become more.
func (b *budget) short(now time.Time, w *waiter) float64 {
	if !b.greedy(now, w.who) {
		return 0
	}
	free, burst := b.free(now), float64(b.bucket.Burst())
	return min(float64(b.bucket.Burst()/reserved+b.sizeOf(w))-free, burst-float64(b.held)-free)
}
