package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	maxIdentityToken = 16 << 10
	googleIssuer     = "https://accounts.google.com"
)

// providerDown is an identity provider that could not be asked for its keys.
type providerDown struct {
	cause  error
	misfit bool // it answers, and this server's settings are not for it
}

func (e *providerDown) Error() string {
	if e.misfit {
		return "the settings do not fit the identity provider: " + e.cause.Error()
	}
	return "the identity provider is unavailable: " + e.cause.Error()
}

// tokenRefused is an identity token that proves nothing. why is for the operator's log: a few words, nothing of the
// token. [adviceFor] has a sentence for the client.
type tokenRefused struct{ why string }

func (e *tokenRefused) Error() string { return "the identity token is refused: " + e.why }

// verifier checks ID tokens of the community's OpenID Connect providers.
type verifier struct {
	providers []*trustedProvider
	now       func() time.Time
	log       *slog.Logger
	parser    *jwt.Parser
}

// trustedProvider is a provider and its keys.
type trustedProvider struct {
	provider

	keys *keySource
}

// methods are the algorithms of signatures that are accepted, all asymmetric: with HS256 among them the provider's
// public key would be the secret.
var methods = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// plainMethod is the usual name of an algorithm that RFC 9864 has given another.
func plainMethod(alg string) string {
	if alg == "Ed25519" {
		return "EdDSA"
	}
	if bits, ok := strings.CutPrefix(alg, "ESP"); ok {
		return "ES" + bits
	}
	return alg
}

func newVerifier(providers []provider, log *slog.Logger, now func() time.Time) *verifier {
	// RFC 9864 gives names of their own to what was meant all along.
	for _, name := range []string{"Ed25519", "ESP256", "ESP384", "ESP512"} {
		jwt.RegisterSigningMethod(name, func() jwt.SigningMethod { return jwt.GetSigningMethod(plainMethod(name)) })
	}
	v := &verifier{
		now: now,
		log: log,
		parser: jwt.NewParser(
			jwt.WithValidMethods(methods),
			jwt.WithExpirationRequired(),
			jwt.WithIssuedAt(),
			jwt.WithLeeway(leeway),
			jwt.WithStrictDecoding(),
			jwt.WithJSONNumber(), // ids may exceed what a float64 holds
			jwt.WithTimeFunc(now),
		),
	}
	for _, p := range providers {
		v.providers = append(v.providers, &trustedProvider{p, newKeySource(p, nil, now)})
	}
	return v
}

// verify returns what the token proves. The error is a [*tokenRefused], a [*providerDown], or the context's.
func (v *verifier) verify(ctx context.Context, raw string) (proof, error) {
	switch {
	case len(raw) > maxIdentityToken:
		return proof{}, &tokenRefused{"too long"}
	case !isCompact(raw):
		return proof{}, &tokenRefused{"malformed"}
	}
	p, claims, err := v.parse(ctx, raw)
	if err != nil {
		return proof{}, err
	}
	for _, why := range []string{
		v.issuerPlaint(ctx, p, claims), p.audiencePlaint(claims), p.agePlaint(claims, v.now()), kindPlaint(claims),
	} {
		if why != "" {
			return proof{}, &tokenRefused{why}
		}
	}
	subject := nameIn(claims["sub"])
	if !isName(subject) {
		return proof{}, &tokenRefused{"no usable sub"}
	}
	identity, why := p.member(claims)
	if why != "" {
		return proof{}, &tokenRefused{why}
	}
	return proof{identity: identity, mode: ModeOIDC, subject: subject, issuer: p.issuers[0], maxAge: p.maxAge}, nil
}

// parse checks the signature and the times. A provider that gives its keys no ids may have changed them without that
// showing, so a signature that none of them made is a reason to fetch them again.
func (v *verifier) parse(ctx context.Context, raw string) (*trustedProvider, jwt.MapClaims, error) {
	for again := false; ; again = true {
		var p *trustedProvider
		var found keysFound
		claims := jwt.MapClaims{}
		token, err := v.parser.ParseWithClaims(raw, claims, func(token *jwt.Token) (_ any, err error) {
			// Before the keys are asked for, so that what no key can save costs the provider nothing.
			if why := headerFlaw(token.Header); why != "" {
				return nil, &tokenRefused{why}
			}
			if p = v.provider(claims); p == nil {
				return nil, &tokenRefused{"another issuer"}
			}
			found, err = p.keys.find(ctx, token, claims)
			return found.VerificationKeySet, err
		})
		switch {
		case err == nil && token.Valid:
			return p, claims, nil
		case again || !found.nameless || !errors.Is(err, jwt.ErrTokenSignatureInvalid) || !p.keys.refreshIfDue(ctx):
			return nil, nil, refusal(err)
		}
	}
}

// provider is the one that the claims name. If there is one only, its keys decide, so that its operator can be told
// what its tokens name themselves.
func (v *verifier) provider(claims jwt.MapClaims) *trustedProvider {
	if len(v.providers) == 1 {
		return v.providers[0]
	}
	iss, tenant := issuerIn(claims)
	for _, p := range v.providers {
		if p.names(iss, tenant) {
			return p
		}
	}
	return nil
}

// isCompact reports whether raw has the characters of a token. The decoder would pass over line breaks.
func isCompact(raw string) bool {
	return strings.Count(raw, ".") == 2 && !strings.ContainsFunc(raw, func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
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
// its audience, so iss and aud do not do. Access tokens have "scp", or "scope" beside "client_id" (RFC 9068) or "gty";
// Casdoor puts "scope" into ID tokens too. Amazon Cognito says "token_use", Keycloak "typ"; "events" marks logout
// tokens.
func kindPlaint(claims jwt.MapClaims) (why string) {
	has := func(name string) bool { _, ok := claims[name]; return ok }
	if has("scp") || has("scope") && (has("client_id") || has("gty")) {
		return "an access token"
	}
	if use, ok := claims["token_use"]; ok && use != "id" {
		return "an access token"
	}
	if typ, ok := claims["typ"]; ok && typ != "ID" {
		return "not an ID token"
	}
	if has("events") {
		return "a logout token"
	}
	return ""
}

// agePlaint bounds how long a stolen token is worth something: sign-in follows at once, whatever the provider's exp
// says. The parser has already refused an iat in the future.
func (p provider) agePlaint(claims jwt.MapClaims, now time.Time) (why string) {
	iat, err := claims.GetIssuedAt()
	switch {
	case err != nil || iat == nil:
		return "no iat"
	case now.Sub(iat.Time) > p.maxAge:
		return "issued too long ago"
	}
	return ""
}

// issuerPlaint looks at iss. The signature is the provider's, so what it names itself is worth telling the operator.
func (v *verifier) issuerPlaint(ctx context.Context, p *trustedProvider, claims jwt.MapClaims) (why string) {
	iss, tenant := issuerIn(claims)
	switch {
	case iss == "":
		return "no iss"
	case !p.names(iss, tenant):
		v.log.LogAttrs(ctx, slog.LevelWarn, "the identity provider's tokens name another issuer than the settings",
			slog.String("token", clipped(iss)), slog.String(issuerSetting, strings.Join(p.issuers, ",")))
		return "another issuer"
	}
	return ""
}

// issuerIn is the issuer that a token names, and Entra's tenant.
func issuerIn(claims jwt.MapClaims) (iss, tenant string) {
	iss, _ = claims["iss"].(string)
	tenant, _ = claims["tid"].(string)
	return iss, tenant
}

// audiencePlaint looks at whom a token is made for, and at azp, which of them has asked for it: that must be one of
// ours, too. Google makes tokens for an app's server at the request of the same project's apps on phones, and for
// nobody else.
func (p provider) audiencePlaint(claims jwt.MapClaims) (why string) {
	audiences, err := claims.GetAudience()
	if err != nil || len(audiences) == 0 || len(audiences) == 1 && audiences[0] == "" {
		return "no aud"
	}
	ours := func(id string) bool { return slices.Contains(p.audiences, id) }
	if !slices.ContainsFunc(audiences, ours) {
		return "another audience"
	}
	azp, given := claims["azp"]
	party, isString := azp.(string)
	switch {
	case !given && len(audiences) > 1:
		return "several audiences and no azp"
	case !given || isString && (ours(party) || slices.Contains(p.parties, party)):
		return ""
	case !isString || len(audiences) > 1 || !slices.Contains(p.issuers, googleIssuer):
		return "another authorized party"
	}
	return ""
}

// member reads whom the token names. An address counts only if the provider says that it has verified it: otherwise
// whoever can type a member's address into a profile would be that member.
func (p provider) member(claims jwt.MapClaims) (_ Identity, why string) {
	if !p.byEmail {
		name := nameIn(claimIn(claims, p.claim))
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

// claimIn finds a claim. One of exactly that name wins, since names such as Auth0's have dots in them. Otherwise dots
// lead into objects, and the longest name that there is leads first.
func claimIn(object map[string]any, name string) any {
	if value, ok := object[name]; ok {
		return value
	}
	for dot := strings.LastIndexByte(name, '.'); dot > 0; dot = strings.LastIndexByte(name[:dot], '.') {
		if inner, ok := object[name[:dot]].(map[string]any); ok {
			if value := claimIn(inner, name[dot+1:]); value != nil {
				return value
			}
		}
	}
	return nil
}

// nameIn is a string, or the digits of a whole number; empty if it is neither.
func nameIn(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		whole, fraction, _ := strings.Cut(value.String(), ".") // some write 4711 as 4711.0
		if strings.Trim(whole, "0123456789") == "" && strings.Trim(fraction, "0") == "" {
			return whole
		}
	}
	return ""
}

// clipped is a word of others for the log.
func clipped(s string) string { return s[:min(len(s), 200)] }

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
		{jwt.ErrTokenRequiredClaimMissing, "no exp"},
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
