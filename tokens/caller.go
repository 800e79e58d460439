package tokens

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"circlegraph/circleclient"
)

// Reason says why a request has no member, as the UNAUTHENTICATED error's "reason" has it.
type Reason string

// The reasons.
const (
	ReasonMissing Reason = "TOKEN_MISSING" // no token was sent
	ReasonExpired Reason = "TOKEN_EXPIRED" // its hour is over: refresh it
	ReasonRevoked Reason = "TOKEN_REVOKED" // it was ended by hand: sign in again
	ReasonInvalid Reason = "TOKEN_INVALID" // it is not a token, or not one that Circle knows
)

// Error is a request without a usable access token. It matches the sentinel of circleclient for the same state with
// [errors.Is], so that it does not matter whether Circle or this process noticed.
type Error struct {
	// Reason is never empty.
	Reason Reason
}

// Error is a sentence that may be shown to the caller.
func (e *Error) Error() string {
	switch e.Reason {
	case ReasonMissing:
		return "Sign in first: this needs an access token."
	case ReasonExpired:
		return "The access token has expired. Refresh it or sign in again."
	case ReasonRevoked:
		return "The access token was revoked. Sign in again."
	default:
		return "The access token is invalid. Sign in again."
	}
}

// Is matches the sentinel of circleclient that means the same.
func (e *Error) Is(target error) bool {
	switch e.Reason {
	case ReasonMissing:
		return target == circleclient.ErrNoToken
	case ReasonExpired:
		return target == circleclient.ErrTokenExpired
	case ReasonRevoked:
		return target == circleclient.ErrTokenRevoked
	default:
		return target == circleclient.ErrTokenInvalid
	}
}

// Caller is whose access token is used: in one request, and in mutations in one root field ([Caller.Fork]), because a
// login changes the caller for everything beneath it and for nothing beside it. It is safe for concurrent use.
type Caller struct {
	presented   string
	trusted     bool
	proof       string // of the token, as it was sent
	revocations Revocations
	now         func() time.Time

	mu        sync.RWMutex
	token     string
	refused   Reason    // why token cannot be used; empty if it can
	expiresAt time.Time // the token's own word, unproven; zero if it says nothing
}

// nobody is a caller without any credentials.
func nobody() *Caller { return &Caller{refused: ReasonMissing} }

// Token returns the access token to call Circle with. The error is an [*Error]. Expiry and revocation are looked at
// each time: a websocket outlives its token, and a mutation may end the token that its next field would use.
func (c *Caller) Token() (string, error) {
	c.mu.RLock()
	token, refused, expiresAt := c.token, c.refused, c.expiresAt
	c.mu.RUnlock()
	switch {
	case refused != "":
		return "", &Error{Reason: refused}
	case c.revocations != nil && c.revocations.Contains(token):
		return "", &Error{Reason: ReasonRevoked}
	case c.now != nil && !expiresAt.IsZero() && !c.now().Before(expiresAt.Add(leeway)):
		return "", &Error{Reason: ReasonExpired}
	}
	return token, nil
}

// Become makes the holder of token the caller from here on, only in this cell. It is for tokens that this process has
// just obtained.
func (c *Caller) Become(token string) {
	expiresAt, _ := expiryHint(token)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token, c.refused, c.expiresAt = token, "", expiresAt
}

// Presented returns the token of the request's header as it was sent, even if it has expired or was revoked, for
// ending it. It is empty if no token was sent or what was sent cannot be one, and a login does not change it.
func (c *Caller) Presented() string { return c.presented }

// Trusted reports whether the request carried the right secret in [SecretHeader].
func (c *Caller) Trusted() bool { return c.trusted }

// Fork returns a new cell with the same credentials.
func (c *Caller) Fork() *Caller {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &Caller{
		presented: c.presented, trusted: c.trusted, proof: c.proof, revocations: c.revocations, now: c.now,
		token: c.token, refused: c.refused, expiresAt: c.expiresAt,
	}
}

// WithCaller returns a context whose caller is c, for this package and for circleclient alike. A trusted server is
// not held to what a single address may do: it signs many members in.
func WithCaller(ctx context.Context, c *Caller) context.Context {
	address := circleclient.AskingFrom(ctx).Address
	ctx = circleclient.With(ctx, circleclient.As(c), circleclient.FromAddress(address))
	if c.trusted {
		ctx = circleclient.With(ctx, circleclient.FromAddress(netip.Addr{}), circleclient.Vouched(0, "a trusted server"))
	}
	return ctx
}

// CallerFrom returns the caller. It is never nil: without [WithCaller] it is a caller without credentials.
func CallerFrom(ctx context.Context) *Caller {
	if c, ok := circleclient.AskingFrom(ctx).Caller.(*Caller); ok && c != nil {
		return c
	}
	return nobody()
}
