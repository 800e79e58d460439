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

// pause waits before a read is tried again and reports whether to try. It does not when the failure would come again,
// when Retry-After reaches past the call's deadline, or when the caller leaves meanwhile.
func (c *Client) pause(ctx context.Context, err error, attempt int) bool {
	var failure *Error
	if !errors.As(err, &failure) || !failure.transient() {
		return false
	}
	// Full jitter: many callers that failed together must not come back together.
	pause := rand.N(min(firstPause<<attempt, maxPause)) + time.Millisecond
	if failure.RetryAfter > 0 {
		pause = failure.RetryAfter + rand.N(firstPause)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return false
	}
	return c.wait(ctx, pause) == nil
}

// transient reports whether the same read may well succeed in a moment.
func (e *Error) transient() bool {
	switch e.Status {
	case 0:
		return e.Kind == ErrUnavailable && !errors.Is(e.cause, errResting) // the network
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
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
