package tokens

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
)

const (
	maxBearer = 8 << 10          // bytes of an Authorization header; Circle's tokens take 300
	leeway    = 30 * time.Second // how far clocks may be apart
)

// Authenticator reads the caller from a request. It refuses nothing itself: clients attach an old header to every
// call, and login, refresh, revoke, logout and introspection must still pass. What needs a member fails by
// [Caller.Token].
type Authenticator struct {
	settings    Settings
	revocations Revocations
	principals  *Principals
	now         func() time.Time
}

// NewAuthenticator makes an authenticator that refuses what revocations contains. Principals get to know the tokens
// that come with a proof.
func NewAuthenticator(
	settings Settings, revocations Revocations, principals *Principals, now func() time.Time,
) *Authenticator {
	return &Authenticator{settings: settings, revocations: revocations, principals: principals, now: now}
}

// Middleware puts a [Caller] into the context of each request.
func (a *Authenticator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := a.caller(r.Header.Values("Authorization"), r.Header.Get(ProofHeader),
			a.settings.trusts(r.Header.Values(SecretHeader)))
		next.ServeHTTP(w, r.WithContext(WithCaller(r.Context(), caller)))
	})
}

// FromInit puts a [Caller] into the context of a websocket: authorization is what connection_init carries under that
// name, in the form of the header. If it is empty the caller of the upgrade request stays. Trust comes only
// from the upgrade request, because browsers can write the payload but not the header.
func (a *Authenticator) FromInit(ctx context.Context, authorization string) context.Context {
	if strings.TrimSpace(authorization) == "" {
		return WithCaller(ctx, CallerFrom(ctx).Fork())
	}
	upgrade := CallerFrom(ctx)
	return WithCaller(ctx, a.caller([]string{authorization}, upgrade.proof, upgrade.Trusted()))
}

func (a *Authenticator) caller(authorization []string, proof string, trusted bool) *Caller {
	c := &Caller{trusted: trusted, proof: proof, revocations: a.revocations, now: a.now}
	token, refused := bearer(authorization)
	c.presented, c.refused = token, refused
	if refused != "" {
		return c
	}
	expiresAt, ok := expiryHint(token)
	if !ok {
		c.refused = ReasonInvalid
		return c
	}
	c.token, c.expiresAt = token, expiresAt
	hash := circleclient.HashToken(token)
	if _, proven := a.principals.Member(hash); !proven && proof != "" {
		if memberID, ok := a.settings.proven(token, proof, a.now()); ok {
			a.principals.vouch(hash, memberID)
		}
	}
	return c
}

// bearer takes the token out of the header's values. An empty header counts as none: clients that build theirs from an
// empty variable send "Bearer ".
func bearer(values []string) (token string, refused Reason) {
	switch {
	case len(values) == 0:
		return "", ReasonMissing
	case len(values) > 1, len(values[0]) > maxBearer:
		return "", ReasonInvalid
	}
	scheme, token, _ := strings.Cut(strings.Trim(values[0], " \t"), " ")
	token = strings.TrimLeft(token, " ")
	switch {
	case scheme == "", strings.EqualFold(scheme, "Bearer") && token == "":
		return "", ReasonMissing
	case !strings.EqualFold(scheme, "Bearer"), !isToken68(token):
		return "", ReasonInvalid
	}
	return token, ""
}

// isToken68 reports whether s has only the characters that RFC 6750 allows in a bearer token.
func isToken68(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("-._~+/=", r)
	})
}

// expiryHint reads when a member's token says it ends; zero if it does not say. ok is false if it is no JWT at
// all. Nobody has verified the token, so this saves calls that Circle would refuse and decides nothing else.
func expiryHint(token string) (expiresAt time.Time, ok bool) {
	claims := jwt.MapClaims{}
	// Strict decoding, because otherwise several spellings of one signature would be tokens with different hashes.
	_, _, err := jwt.NewParser(jwt.WithStrictDecoding()).ParseUnverified(token, claims)
	// Unverifiable is an algorithm that the library does not know; which ones Circle uses is not our concern.
	if err != nil && !errors.Is(err, jwt.ErrTokenUnverifiable) {
		return time.Time{}, false
	}
	exp, err := claims.GetExpirationTime()
	if err != nil || exp == nil {
		return time.Time{}, true
	}
	return exp.Time, true
}
