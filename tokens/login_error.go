package tokens

import (
	"context"
	"errors"

	"circlegraph/circleclient"
)

// Code says why a sign-in, refresh or revocation was refused. Codes are stable.
type Code string

// The codes.
const (
	// CodeInvalid is an input that is missing or cannot be what it should be.
	CodeInvalid Code = "INVALID"
	// CodeProofRequired is a request without the proof that this server asks for.
	CodeProofRequired Code = "PROOF_REQUIRED"
	// CodeIdentityTokenInvalid is an ID token that proves nothing.
	CodeIdentityTokenInvalid Code = "IDENTITY_TOKEN_INVALID"
	// CodeIdentityProviderUnavailable is an identity provider that cannot be asked; try again later.
	CodeIdentityProviderUnavailable Code = "IDENTITY_PROVIDER_UNAVAILABLE"
	// CodeMemberNotFound is a proven name that no member has.
	CodeMemberNotFound Code = "MEMBER_NOT_FOUND"
	// CodeRefreshTokenInvalid is a refresh token that is not one, or no longer.
	CodeRefreshTokenInvalid Code = "REFRESH_TOKEN_INVALID"
	// CodeRefreshTokenExpired is a refresh token past its month.
	CodeRefreshTokenExpired Code = "REFRESH_TOKEN_EXPIRED"
	// CodeTokenRevoked is Circle handing out an access token that was revoked before.
	CodeTokenRevoked Code = "TOKEN_REVOKED"
)

// LoginError is a refusal that the person asking can understand and mostly mend. It holds nothing secret.
type LoginError struct {
	// Code is never empty.
	Code Code
	// Message is a sentence to show.
	Message string
	// Field is the input field at fault, such as "identityToken"; empty when no single one is.
	Field string

	reason string // for the audit line
	cause  error
}

// Error returns the message.
func (e *LoginError) Error() string { return e.Message }

// Unwrap returns the sentinel of circleclient behind the refusal, if there is one.
func (e *LoginError) Unwrap() error { return e.cause }

// outcome is one word for the audit line.
func outcome(err error) string {
	var refused *LoginError
	var unusable *Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return string(refused.Code)
	case errors.As(err, &unusable):
		return string(unusable.Reason)
	case errors.Is(err, context.Canceled):
		return "CANCELED"
	case errors.Is(err, circleclient.ErrRateLimited):
		return "RATE_LIMITED"
	case errors.Is(err, circleclient.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "UPSTREAM_TIMEOUT"
	case errors.Is(err, circleclient.ErrUnavailable):
		return "UPSTREAM_UNAVAILABLE"
	}
	return "FAILED"
}
