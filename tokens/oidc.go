package tokens

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	maxIdentityToken = 16 << 10
	maxIdentityAge   = 10 * time.Minute
)

// providerDown is an identity provider that could not be asked for its keys.
type providerDown struct{ cause error }

func (e *providerDown) Error() string {
	return "the identity provider is unavailable: " + e.cause.Error()
}

// tokenRefused is an identity token that proves nothing. why is for the operator's log: a few words, nothing of the
// token.
type tokenRefused struct{ why string }

func (e *tokenRefused) Error() string { return "the identity token is refused: " + e.why }

// verifier checks ID tokens of one OpenID Connect provider.
type verifier struct {
	settings Settings
	now      func() time.Time
	keys     keyfunc.Keyfunc
	parser   *jwt.Parser
}

func newVerifier(settings Settings, source *keySource, now func() time.Time) (*verifier, error) {
	keys, err := keyfunc.New(keyfunc.Options{Storage: source})
	if err != nil {
		return nil, err
	}
	return &verifier{
		settings: settings,
		now:      now,
		keys:     keys,
		parser: jwt.NewParser(
			// Asymmetric only. With HS256 in the list the provider's public key would be the secret.
			jwt.WithValidMethods([]string{
				"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
				"EdDSA",
			}),
			jwt.WithIssuer(settings.issuer),
			jwt.WithAudience(settings.audiences...),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(),
			jwt.WithLeeway(leeway),
			jwt.WithStrictDecoding(),
			jwt.WithTimeFunc(now),
		),
	}, nil
}

// verify returns the member whom the token names, and the provider's subject. The error is a [*tokenRefused],
// a [*providerDown], or the context's.
func (v *verifier) verify(ctx context.Context, raw string) (Identity, string, error) {
	if len(raw) > maxIdentityToken {
		return Identity{}, "", &tokenRefused{"too long"}
	}
	claims := jwt.MapClaims{}
	token, err := v.parser.ParseWithClaims(raw, claims, func(token *jwt.Token) (any, error) {
		// Before the keys are asked for, so that what no key can save costs the provider nothing.
		if why := headerFlaw(token.Header); why != "" {
			return nil, &tokenRefused{why}
		}
		return v.keys.KeyfuncCtx(ctx)(token)
	})
	if err != nil {
		return Identity{}, "", refusal(err)
	}
	if !token.Valid {
		return Identity{}, "", &tokenRefused{"not valid"}
	}
	for _, why := range []string{v.agePlaint(claims), kindPlaint(claims), v.partyPlaint(claims)} {
		if why != "" {
			return Identity{}, "", &tokenRefused{why}
		}
	}
	subject, _ := claims["sub"].(string)
	if !isName(subject) {
		return Identity{}, "", &tokenRefused{"no usable sub"}
	}
	identity, why := v.member(claims)
	if why != "" {
		return Identity{}, "", &tokenRefused{why}
	}
	return identity, subject, nil
}

// headerFlaw looks at what the header says the token is. An access token by RFC 9068 is typed at+jwt, a logout token
// logout+jwt; ID tokens are typed JWT or not at all. An extension under "crit" must be refused if it is not known.
func headerFlaw(header map[string]any) (why string) {
	if _, ok := header["crit"]; ok {
		return "critical header"
	}
	typ, given := header["typ"]
	if name, ok := typ.(string); given && (!ok || !strings.EqualFold(name, "JWT")) {
		return "not typed as ID token"
	}
	return ""
}

// kindPlaint tells ID tokens from the other tokens that providers sign with the same keys. A client's own API can be
// its audience, so iss and aud do not do. No provider puts "scope" or "scp" into ID tokens, all put one of them into
// access tokens that can be used for anything; Amazon Cognito says "token_use", Keycloak "typ"; "events" marks logout
// tokens.
func kindPlaint(claims jwt.MapClaims) (why string) {
	for _, name := range []string{"scope", "scp"} {
		if _, ok := claims[name]; ok {
			return "an access token"
		}
	}
	if use, ok := claims["token_use"]; ok && use != "id" {
		return "an access token"
	}
	if typ, ok := claims["typ"]; ok && typ != "ID" {
		return "not an ID token"
	}
	if _, ok := claims["events"]; ok {
		return "a logout token"
	}
	return ""
}

// agePlaint bounds how long a stolen token is worth something: sign-in follows at once, whatever the provider's exp
// says. The parser has already refused an iat in the future.
func (v *verifier) agePlaint(claims jwt.MapClaims) (why string) {
	iat, err := claims.GetIssuedAt()
	switch {
	case err != nil || iat == nil:
		return "no iat"
	case v.now().Sub(iat.Time) > maxIdentityAge:
		return "older than ten minutes"
	}
	return ""
}

// partyPlaint looks at azp if a token is made for several: one of them asked for it, and that must be one of ours.
func (v *verifier) partyPlaint(claims jwt.MapClaims) (why string) {
	audiences, err := claims.GetAudience()
	if err != nil {
		return "no aud"
	}
	if azp, ok := claims["azp"]; ok && len(audiences) > 1 {
		if party, ok := azp.(string); !ok || !slices.Contains(v.settings.audiences, party) {
			return "another authorized party"
		}
	}
	return ""
}

// member reads whom the token names. An address counts only if the provider says that it has verified it: otherwise
// whoever can type a member's address into a profile would be that member.
func (v *verifier) member(claims jwt.MapClaims) (_ Identity, why string) {
	if !v.settings.byEmail {
		name, _ := claims[v.settings.claim].(string)
		if !isName(name) {
			return Identity{}, "no usable claim for the SSO user id"
		}
		return Identity{SSOUserID: name}, ""
	}
	email, _ := claims[emailClaim].(string)
	verified := claims["email_verified"]
	switch {
	case !isEmail(email):
		return Identity{}, "no usable e-mail address"
	case verified != true && verified != "true": // Apple and Cognito write a string
		return Identity{}, "e-mail address not verified"
	}
	return Identity{Email: email}, ""
}

// refusal keeps what is not the token's fault and names the rest.
func refusal(err error) error {
	var down *providerDown
	var refused *tokenRefused
	switch {
	case errors.As(err, &down):
		return down
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	for _, known := range []struct {
		err error
		why string
	}{
		{jwt.ErrTokenExpired, "expired"},
		{jwt.ErrTokenNotValidYet, "not valid yet"},
		{jwt.ErrTokenUsedBeforeIssued, "issued in the future"},
		{jwt.ErrTokenInvalidIssuer, "another issuer"},
		{jwt.ErrTokenInvalidAudience, "another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "a claim is missing"},
		{jwt.ErrTokenMalformed, "malformed"},
		{jwt.ErrTokenUnverifiable, "unknown key"},
		{jwt.ErrTokenSignatureInvalid, "wrong signature or algorithm"},
	} {
		if errors.Is(err, known.err) {
			return &tokenRefused{known.why}
		}
	}
	return &tokenRefused{"not valid"}
}
