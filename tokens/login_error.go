package tokens

import (
	"context"
	"errors"
	"strings"

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
	// CodeIdentityProviderMisfit is an identity provider that this server's settings are not for; only its operator can
	// mend that.
	CodeIdentityProviderMisfit Code = "IDENTITY_PROVIDER_MISFIT"
	// CodeMemberNotFound is a proven name that no member has.
	CodeMemberNotFound Code = "MEMBER_NOT_FOUND"
	// CodeRefreshTokenInvalid is no refresh token, or one that has ended.
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

// identityTokenInvalid says which rule an ID token breaks, and what to do about it.
func identityTokenInvalid(why string) *LoginError {
	return &LoginError{
		Code: CodeIdentityTokenInvalid, Field: "identityToken", reason: why,
		Message: "The identity token cannot be used: " + adviceFor(why),
	}
}

// adviceFor continues a sentence about an ID token that was refused. It says nothing of the token or the settings that
// the caller does not know.
func adviceFor(why string) string {
	const fresh = "Ask the provider's SDK for a fresh one, past its cache, and send it at once."
	switch why {
	case "issued too long ago":
		return "it was issued too long ago. " + fresh
	case "expired":
		return "it has expired. " + fresh
	case "used before":
		return "it has signed somebody in already, and each one does so once. " + fresh
	case "no iat", "no exp", "no iss", "no usable sub":
		claim := strings.TrimPrefix(strings.TrimPrefix(why, "no "), "usable ")
		return "a claim that every ID token has is missing: " + claim +
			". Send the provider's ID token, not another of its tokens."
	case "no aud":
		return "it has no `aud`. Let the provider add `aud` with the client id that this server expects; with Clerk, in " +
			"the JWT template that the token is made of."
	case "another audience":
		return "its `aud` is not a client id that this server accepts. Ask for an ID token for the right client, or let " +
			"the server's operator add this one to its audiences."
	case "another authorized party", "several audiences and no azp":
		return "its `azp` does not name a client that this server accepts. Ask for it with the right client, or let the " +
			"server's operator add this one to its audiences or authorized parties."
	case "another issuer":
		return "its `iss` is not a provider that this server accepts. Compare it to the letter, slashes included, with " +
			"what the server's operator has set."
	case "an access token", "not an ID token", "not typed as ID token", "a logout token":
		return "it is another kind of token. Send the ID token that the provider gives for the scope `openid`."
	case "no usable claim for the SSO user id":
		return "it lacks the claim that says which member you are. Let the provider put it into ID tokens."
	case "no usable e-mail address":
		return "it has no e-mail address. Ask the provider for the scope `email`."
	case "e-mail address not verified":
		return "the provider does not say that the e-mail address is verified. Verify it there, then sign in again."
	case "unknown key", "a key for another algorithm or issuer", "wrong signature or algorithm":
		return "its signature is not by a key of a provider that this server accepts. Sign in to the provider again."
	case "issued in the future", "not valid yet":
		return "it is not valid yet. The clocks of the provider and this server differ."
	}
	return "it is malformed. Send the ID token as the provider gave it."
}

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
