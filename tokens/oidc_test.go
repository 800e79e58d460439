package tokens

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// newTestVerifier is a verifier of the provider's tokens with a clock.
func newTestVerifier(t *testing.T, p *testProvider, change func(*Config)) (*verifier, *keySource, *testClock) {
	t.Helper()
	config := oidcConfig(p.server.URL)
	config.OIDCAudiences = []string{"web", "ios"}
	if change != nil {
		change(&config)
	}
	settings, err := config.Validate(Deployment{HeadlessToken: headlessToken})
	if err != nil {
		t.Fatal(err)
	}
	clock := newTestClock()
	source := newKeySource(settings.issuer, nil, clock.Now)
	v, err := newVerifier(settings, source, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return v, source, clock
}

func why(err error) string {
	var refused *tokenRefused
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.why
	}
	return "error: " + err.Error()
}

func isDown(err error) bool {
	var down *providerDown
	return errors.As(err, &down)
}

func TestIdentityToken(t *testing.T) {
	p := newTestProvider(t)
	v, _, _ := newTestVerifier(t, p, nil)
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	der, err := x509.MarshalPKIXPublicKey(p.private["rsa"].Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	modulus, err := base64.RawURLEncoding.DecodeString(p.jwk("rsa").N)
	if err != nil {
		t.Fatal(err)
	}
	rs, hs := jwt.SigningMethodRS256, jwt.SigningMethodHS256
	key := p.private["rsa"]
	kid := func(id string) map[string]any { return map[string]any{"kid": id} }
	typ := func(typ any) map[string]any { return map[string]any{"kid": "rsa", "typ": typ} }
	good := p.idToken(nil)
	parts := strings.Split(good, ".")
	otherClaims := strings.Split(p.idToken(jwt.MapClaims{"sub": "sso|eve"}), ".")[1]

	tests := map[string]struct {
		token string
		why   string
	}{
		"good":                      {good, ""},
		"second audience":           {p.idToken(jwt.MapClaims{"aud": "ios"}), ""},
		"list of one audience":      {p.idToken(jwt.MapClaims{"aud": []string{"web"}}), ""},
		"RS512":                     {p.sign(jwt.SigningMethodRS512, key, kid("rsa"), nil), ""},
		"PS256":                     {p.sign(jwt.SigningMethodPS256, key, kid("rsa"), nil), ""},
		"ES256":                     {p.sign(jwt.SigningMethodES256, p.private["ec"], kid("ec"), nil), ""},
		"EdDSA":                     {p.sign(jwt.SigningMethodEdDSA, p.private["ed"], kid("ed"), nil), ""},
		"no key id":                 {p.sign(rs, key, nil, nil), ""},
		"no typ":                    {p.sign(rs, key, typ(nil), nil), ""},
		"Keycloak's ID token":       {p.idToken(jwt.MapClaims{"typ": "ID"}), ""},
		"Cognito's ID token":        {p.idToken(jwt.MapClaims{"token_use": "id"}), ""},
		"expired within the leeway": {p.idToken(jwt.MapClaims{"exp": at(-29 * time.Second)}), ""},
		"issued by a fast clock":    {p.idToken(jwt.MapClaims{"iat": at(29 * time.Second)}), ""},
		"issued ten minutes ago":    {p.idToken(jwt.MapClaims{"iat": at(-10 * time.Minute)}), ""},
		"two audiences, ours asked": {p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": "web"}), ""},
		"Google's Android token":    {p.idToken(jwt.MapClaims{"aud": "web", "azp": "android"}), ""},

		"empty":    {"", "malformed"},
		"rubbish":  {"rubbish", "malformed"},
		"too long": {strings.Repeat("a", maxIdentityToken+1), "too long"},
		"alg none": {
			p.sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid("rsa"), nil),
			"wrong signature or algorithm",
		},
		"HS256 by the public PEM":      {p.sign(hs, publicPEM, kid("rsa"), nil), "wrong signature or algorithm"},
		"HS256 by the public DER":      {p.sign(hs, der, kid("rsa"), nil), "wrong signature or algorithm"},
		"HS256 by the modulus":         {p.sign(hs, modulus, kid("rsa"), nil), "wrong signature or algorithm"},
		"HS256 without a key id":       {p.sign(hs, publicPEM, nil, nil), "wrong signature or algorithm"},
		"signed by somebody else":      {p.sign(rs, p.private["foreign"], kid("rsa"), nil), "wrong signature or algorithm"},
		"somebody else without key id": {p.sign(rs, p.private["foreign"], nil, nil), "wrong signature or algorithm"},
		"a key of another type": {
			p.sign(jwt.SigningMethodES256, p.private["ec"], kid("rsa"), nil),
			"wrong signature or algorithm",
		},
		"other claims, same signature": {parts[0] + "." + otherClaims + "." + parts[2], "wrong signature or algorithm"},
		"no signature":                 {parts[0] + "." + parts[1] + ".", "wrong signature or algorithm"},
		"unknown key id":               {p.sign(rs, p.private["foreign"], kid("foreign"), nil), "unknown key"},
		"key id that is a number":      {p.sign(rs, key, map[string]any{"kid": 7}, nil), "unknown key"},
		"its own key in the header": {p.sign(rs, p.private["foreign"],
			map[string]any{"kid": "mine", "jwk": p.jwk("foreign")}, nil), "unknown key"},
		"critical extension": {p.sign(rs, key, map[string]any{"kid": "rsa", "crit": []string{"b64"}, "b64": false},
			nil), "critical header"},
		"another issuer":      {p.idToken(jwt.MapClaims{"iss": "https://evil.example.org"}), "another issuer"},
		"issuer with a slash": {p.idToken(jwt.MapClaims{"iss": p.server.URL + "/"}), "another issuer"},
		"no issuer":           {p.idToken(jwt.MapClaims{"iss": nil}), "a claim is missing"},
		"another audience":    {p.idToken(jwt.MapClaims{"aud": "other"}), "another audience"},
		"no audience":         {p.idToken(jwt.MapClaims{"aud": nil}), "a claim is missing"},
		"another party asked": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": "api"}),
			"another authorized party",
		},
		"azp of another type": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": 1}),
			"another authorized party",
		},
		"expired":              {p.idToken(jwt.MapClaims{"exp": at(-leeway)}), "expired"},
		"no exp":               {p.idToken(jwt.MapClaims{"exp": nil}), "a claim is missing"},
		"not valid yet":        {p.idToken(jwt.MapClaims{"nbf": at(time.Minute)}), "not valid yet"},
		"issued in the future": {p.idToken(jwt.MapClaims{"iat": at(time.Minute)}), "issued in the future"},
		"issued long ago": {
			p.idToken(jwt.MapClaims{"iat": at(-10*time.Minute - time.Second)}),
			"older than ten minutes",
		},
		"no iat":                     {p.idToken(jwt.MapClaims{"iat": nil}), "no iat"},
		"access token by its typ":    {p.sign(rs, key, typ("at+jwt"), nil), "not typed as ID token"},
		"access token by media type": {p.sign(rs, key, typ("application/at+jwt"), nil), "not typed as ID token"},
		"typ of another type":        {p.sign(rs, key, typ(1), nil), "not typed as ID token"},
		"access token by its scope":  {p.idToken(jwt.MapClaims{"scope": "openid profile"}), "an access token"},
		"access token by its scp":    {p.idToken(jwt.MapClaims{"scp": []string{"openid"}}), "an access token"},
		"Cognito's access token":     {p.idToken(jwt.MapClaims{"token_use": "access"}), "an access token"},
		"Keycloak's access token":    {p.idToken(jwt.MapClaims{"typ": "Bearer"}), "not an ID token"},
		"logout token": {p.idToken(jwt.MapClaims{"events": map[string]any{
			"http://schemas.openid.net/event/backchannel-logout": map[string]any{},
		}}), "a logout token"},
		"no sub":                {p.idToken(jwt.MapClaims{"sub": nil}), "no usable sub"},
		"empty sub":             {p.idToken(jwt.MapClaims{"sub": ""}), "no usable sub"},
		"sub that is a number":  {p.idToken(jwt.MapClaims{"sub": 7}), "no usable sub"},
		"long sub":              {p.idToken(jwt.MapClaims{"sub": strings.Repeat("a", maxName+1)}), "no usable sub"},
		"sub with a line break": {p.idToken(jwt.MapClaims{"sub": "a\nb"}), "no usable sub"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			identity, subject, err := v.verify(t.Context(), test.token)
			if why(err) != test.why {
				t.Fatalf("verify = %q, want %q", why(err), test.why)
			}
			want, wantSubject := Identity{SSOUserID: adaSSO}, adaSSO
			if test.why != "" {
				want, wantSubject = Identity{}, ""
			}
			if identity != want || subject != wantSubject {
				t.Errorf("verify = %+v, %q; want %+v, %q", identity, subject, want, wantSubject)
			}
		})
	}
}

func TestIdentityClaims(t *testing.T) {
	p := newTestProvider(t)
	byClaim := func(c *Config) { c.OIDCClaim = "circle_id" }
	byEmail := func(c *Config) { c.OIDCEmail = true }
	byEmailClaim := func(c *Config) { c.OIDCEmail, c.OIDCClaim = true, "email" }
	tests := map[string]struct {
		config func(*Config)
		claims jwt.MapClaims
		want   Identity
		why    string
	}{
		"claim":            {byClaim, jwt.MapClaims{"circle_id": "c1"}, Identity{SSOUserID: "c1"}, ""},
		"claim is missing": {byClaim, nil, Identity{}, "no usable claim for the SSO user id"},
		"claim of another type": {
			byClaim,
			jwt.MapClaims{"circle_id": []string{"c1"}},
			Identity{},
			"no usable claim for the SSO user id",
		},
		"claim with spaces around": {
			byClaim,
			jwt.MapClaims{"circle_id": " c1"},
			Identity{},
			"no usable claim for the SSO user id",
		},
		"verified address":          {byEmail, nil, Identity{Email: ada}, ""},
		"verified address by claim": {byEmailClaim, nil, Identity{Email: ada}, ""},
		"verified in words":         {byEmail, jwt.MapClaims{"email_verified": "true"}, Identity{Email: ada}, ""},
		"unverified address": {
			byEmail,
			jwt.MapClaims{"email_verified": false},
			Identity{},
			"e-mail address not verified",
		},
		"unverified in words": {
			byEmail,
			jwt.MapClaims{"email_verified": "false"},
			Identity{},
			"e-mail address not verified",
		},
		"verified by a number": {byEmail, jwt.MapClaims{"email_verified": 1}, Identity{}, "e-mail address not verified"},
		"nobody says verified": {
			byEmail,
			jwt.MapClaims{"email_verified": nil},
			Identity{},
			"e-mail address not verified",
		},
		"no address": {byEmail, jwt.MapClaims{"email": nil}, Identity{}, "no usable e-mail address"},
		"two addresses": {
			byEmail,
			jwt.MapClaims{"email": "a@example.org, " + ada},
			Identity{},
			"no usable e-mail address",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v, _, _ := newTestVerifier(t, p, test.config)
			identity, _, err := v.verify(t.Context(), p.idToken(test.claims))
			if identity != test.want || why(err) != test.why {
				t.Errorf("verify = %+v, %q; want %+v, %q", identity, why(err), test.want, test.why)
			}
		})
	}
}
