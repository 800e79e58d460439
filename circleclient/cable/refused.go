package cable

import (
	"fmt"
	"math/rand/v2"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Refused is a cable that the server does not open.
type Refused struct {
	// Status is the HTTP status; 101 if the server refuses within the websocket.
	Status int
	// Reason is the server's word for it, such as unauthorized or invalid_request; empty if it gave none.
	Reason string
	// Code is how the websocket was closed if no reason was given; 0 otherwise.
	Code int
	// RetryAfter is how long the server asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Reconnect reports whether the same request may succeed later.
	Reconnect bool
}

// Error holds no word that the server chose freely.
func (r *Refused) Error() string {
	return fmt.Sprintf("the cable was refused: status %d, reason %q, code %d", r.Status, r.Reason, r.Code)
}

// IsToken reports whether the token is what is refused.
func (r *Refused) IsToken() bool {
	switch r.Reason {
	case "unauthorized", "token_expired":
		return true
	}
	return r.Status == http.StatusUnauthorized
}

// Lost is a cable that was open.
type Lost struct {
	// Reason is the server's word for it, or one of this package: silence, too_big, write, closed; empty if the
	// connection just broke off.
	Reason string
	// Code is how the websocket was closed; 0 if it was not.
	Code int
	// Reconnect reports whether the server lets the same token in again.
	Reconnect bool
}

// Error holds no word that the server chose freely.
func (l *Lost) Error() string {
	return fmt.Sprintf("the cable was lost: reason %q, code %d", l.Reason, l.Code)
}

// transient reports whether an HTTP answer speaks of the moment and not of the request. An edge before Circle answers
// 403 with a page of its own if it is asked too often.
func transient(r *http.Response) bool {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500 ||
		r.StatusCode == http.StatusForbidden && media == "text/html"
}

func retryAfter(r *http.Response) time.Duration {
	seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// word is a reason as servers write them; anything else is not passed on.
func word(reason string) string {
	other := func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }
	if len(reason) > 32 || strings.ContainsFunc(reason, other) {
		return "other"
	}
	return reason
}

const (
	shortestBackoff = time.Second
	longestBackoff  = 30 * time.Second
)

// Backoff says how long to wait before a cable is opened again. The zero value begins with a second.
type Backoff struct{ last time.Duration }

// Next returns the next wait: twice the last, up to 30 seconds, less up to a half by chance, so that clients that were
// lost together do not come back together.
func (b *Backoff) Next() time.Duration {
	b.last = min(max(2*b.last, shortestBackoff), longestBackoff)
	return b.last/2 + rand.N(b.last/2) //nolint:gosec // G404: chance spreads clients
}

// Reset begins anew.
func (b *Backoff) Reset() { b.last = 0 }
