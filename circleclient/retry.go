package circleclient

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstPause = 200 * time.Millisecond
	maxPause   = 2 * time.Second
)

// retry sends a read again if it fails for a reason that passes, up to so many times and only while somebody still
// waits for the answer. wait pauses before each repetition.
func retry(times int, wait func(context.Context, time.Duration) error) link {
	return func(next send) send {
		return func(ctx context.Context, r *request) (*answer, error) {
			for r.attempt = 0; ; r.attempt++ {
				answer, err := next(ctx, r)
				if err == nil {
					return answer, nil
				}
				if !r.read || r.attempt >= times || !r.underWay(false) {
					return nil, err
				}
				pause, ok := pauseAfter(ctx, err, r.attempt)
				if !ok || !r.allowance.take() || wait(ctx, pause) != nil {
					return nil, err
				}
			}
		}
	}
}

// within bounds the time of a request with all its repetitions.
func within(timeout time.Duration) link {
	return func(next send) send {
		return func(ctx context.Context, r *request) (*answer, error) {
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			return next(ctx, r)
		}
	}
}

// pauseAfter returns how long to wait before a read is sent again. ok is false if the failure would come again, or if
// the pause reaches past the deadline.
func pauseAfter(ctx context.Context, err error, attempt int) (pause time.Duration, ok bool) {
	failure, ok := errors.AsType[*Error](err)
	if !ok || !failure.transient() {
		return 0, false
	}
	// Full jitter: many callers that failed together must not come back together.
	pause = rand.N(min(firstPause<<attempt, maxPause)) + time.Millisecond
	if failure.RetryAfter > 0 {
		pause = failure.RetryAfter + rand.N(firstPause)
	}
	deadline, limited := ctx.Deadline()
	return pause, !limited || time.Until(deadline) > pause
}

// transient reports whether the same read may well succeed in a moment.
func (e *Error) transient() bool {
	switch e.Status {
	case 0:
		return e.Kind == ErrUnavailable && !errors.Is(e.cause, errResting) // the network
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 520, 521, 522, 523, 524, 525, 526, 527, 530: // Cloudflare does not reach Circle
		return true
	}
	return false
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// parseRetryAfter reads both forms of the header, seconds and a date.
func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), 24*time.Hour)
	}
	return 0
}
