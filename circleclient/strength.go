package circleclient

import (
	"errors"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

const (
	// weakest is how far the budget shrinks while Circle answers 429.
	weakest = 1.0 / 16
	// shrinkPause keeps many refusals of one moment from counting as many; growPause is between two steps back up.
	shrinkPause, growPause = time.Second, 10 * time.Second
	growth                 = 1.25
)

// learn takes from the outcome of a request how many more Circle wants, and whether it refuses the token.
func (b *budget) learn(r *request, c claim, sent time.Time, err error) {
	failure, _ := errors.AsType[*Error](err)
	switch {
	case err == nil:
		b.accepted()
		b.letGo(r, c, sent)
	case failure == nil:
	case failure.Status == http.StatusTooManyRequests:
		b.holdBack(r, c, failure)
	case isDeadToken(failure.Kind):
		b.unproven.refuse(r.token, failure.Kind)
	}
}

// granted takes from what a purse gives what all processes know of the budget.
func (b *budget) granted(g Grant) {
	now := b.now()
	if until := now.Add(g.Pause); g.Pause > 0 && until.After(b.paused) {
		b.paused = until
	}
	if g.Strength > 0 && g.Strength != b.strength {
		b.setStrength(now, g.Strength)
	}
	b.dispatch(now)
}

// refused notes that Circle wants fewer requests of this address, and none for a while if it says for how long.
func (b *budget) refused(retryAfter time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if until := now.Add(min(retryAfter, budgetWindow)); until.After(b.paused) {
		b.paused = until
	}
	b.hand.refused(min(retryAfter, budgetWindow))
	if now.Sub(b.changed) >= shrinkPause {
		b.setStrength(now, max(b.strength/2, weakest))
	}
}

// accepted notes that Circle answers.
func (b *budget) accepted() {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.strength == 1 || b.hand.accepted() {
		return
	}
	if now.Sub(b.changed) >= growPause && !now.Before(b.paused) {
		b.setStrength(now, min(b.strength*growth, 1))
	}
}

func (b *budget) setStrength(now time.Time, strength float64) {
	b.strength, b.changed = strength, now
	b.bucket.SetLimitAt(now, b.limit*rate.Limit(strength))
	b.bucket.SetBurstAt(now, max(int(float64(b.burst)*strength), 1))
}
