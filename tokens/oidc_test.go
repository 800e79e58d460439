package tokens

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// newTestVerifier is a verifier of the provider's tokens with a clock.
func newTestVerifier(t *testing.T, p *testProvider, change func(*Config)) (*verifier, *keySource, *testClock) {
	t.Helper()
	config := oidcConfig(p.server.URL)
	config.OIDCAudiences, config.OIDCParties = []string{"web", "ios"}, []string{"android"}
	if change != nil {
		change(&config)
	}
	settings, err := config.Validate(Deployment{HeadlessToken: headlessToken})
	if err != nil {
		t.Fatal(err)
	}
	clock := newTestClock()
	v := newVerifier(settings.providers, slog.New(slog.DiscardHandler), clock.Now)
	return v, v.providers[0].keys, clock
}

// loosened is the token with a bit of its signature's last character changed that belongs to no byte.
func loosened(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + alphabet[last^1:last^1+1]
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
		"good":                             {good, ""},
		"second audience":                  {p.idToken(jwt.MapClaims{"aud": "ios"}), ""},
		"list of one audience":             {p.idToken(jwt.MapClaims{"aud": []string{"web"}}), ""},
		"RS512":                            {p.sign(jwt.SigningMethodRS512, key, kid("rsa"), nil), ""},
		"PS256":                            {p.sign(jwt.SigningMethodPS256, key, kid("rsa"), nil), ""},
		"ES256":                            {p.sign(jwt.SigningMethodES256, p.private["ec"], kid("ec"), nil), ""},
		"EdDSA":                            {p.sign(jwt.SigningMethodEdDSA, p.private["ed"], kid("ed"), nil), ""},
		"no key id":                        {p.sign(rs, key, nil, nil), ""},
		"no typ":                           {p.sign(rs, key, typ(nil), nil), ""},
		"Keycloak's ID token":              {p.idToken(jwt.MapClaims{"typ": "ID"}), ""},
		"Cognito's ID token":               {p.idToken(jwt.MapClaims{"token_use": "id"}), ""},
		"expired within the leeway":        {p.idToken(jwt.MapClaims{"exp": at(-29 * time.Second)}), ""},
		"issued by a fast clock":           {p.idToken(jwt.MapClaims{"iat": at(29 * time.Second)}), ""},
		"issued ten minutes ago":           {p.idToken(jwt.MapClaims{"iat": at(-10 * time.Minute)}), ""},
		"issued to another client of ours": {p.idToken(jwt.MapClaims{"azp": "ios"}), ""},
		"two audiences, ours asked":        {p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": "web"}), ""},
		"two audiences, a known party asked": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": "android"}), "",
		},
		"one audience, a known party asked": {p.idToken(jwt.MapClaims{"azp": "android"}), ""},
		"Casdoor's ID token":                {p.idToken(jwt.MapClaims{"scope": "openid profile"}), ""},
		"Ed25519":                           {p.renamed("Ed25519", jwt.SigningMethodEdDSA, "ed"), ""},
		"ESP256":                            {p.renamed("ESP256", jwt.SigningMethodES256, "ec"), ""},
		"key id that is empty":              {p.sign(rs, key, kid(""), nil), ""},

		"empty":                             {"", "malformed"},
		"rubbish":                           {"rubbish", "malformed"},
		"trailing line break":               {good + "\n", "malformed"},
		"line break in front":               {"\r\n" + good, "malformed"},
		"line break in between":             {parts[0] + "." + parts[1] + ".\n" + parts[2], "malformed"},
		"space at the end":                  {good + " ", "malformed"},
		"padding":                           {good + "==", "malformed"},
		"four parts":                        {good + ".", "malformed"},
		"another spelling of the signature": {loosened(good), "malformed"},
		"too long":                          {strings.Repeat("a", maxIdentityToken+1), "too long"},
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
			"a key for another algorithm or issuer",
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
		"no issuer":           {p.idToken(jwt.MapClaims{"iss": nil}), "no iss"},
		"another audience":    {p.idToken(jwt.MapClaims{"aud": "other"}), "another audience"},
		"no audience":         {p.idToken(jwt.MapClaims{"aud": nil}), "no aud"},
		"empty audience":      {p.idToken(jwt.MapClaims{"aud": ""}), "no aud"},
		"no audiences":        {p.idToken(jwt.MapClaims{"aud": []string{}}), "no aud"},
		"another party asked": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": "api"}),
			"another authorized party",
		},
		"another party asked for one audience": {
			p.idToken(jwt.MapClaims{"azp": "api"}),
			"another authorized party",
		},
		"several audiences and nobody asked": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}}),
			"several audiences and no azp",
		},
		"azp of another type": {
			p.idToken(jwt.MapClaims{"aud": []string{"web", "api"}, "azp": 1}),
			"another authorized party",
		},
		"expired":              {p.idToken(jwt.MapClaims{"exp": at(-leeway)}), "expired"},
		"no exp":               {p.idToken(jwt.MapClaims{"exp": nil}), "no exp"},
		"not valid yet":        {p.idToken(jwt.MapClaims{"nbf": at(time.Minute)}), "not valid yet"},
		"issued in the future": {p.idToken(jwt.MapClaims{"iat": at(time.Minute)}), "issued in the future"},
		"issued long ago": {
			p.idToken(jwt.MapClaims{"iat": at(-10*time.Minute - time.Second)}),
			"issued too long ago",
		},
		"no iat":                     {p.idToken(jwt.MapClaims{"iat": nil}), "no iat"},
		"access token by its typ":    {p.sign(rs, key, typ("at+jwt"), nil), "not typed as ID token"},
		"access token by media type": {p.sign(rs, key, typ("application/at+jwt"), nil), "not typed as ID token"},
		"typ of another type":        {p.sign(rs, key, typ(1), nil), "not typed as ID token"},
		"access token by RFC 9068":   {p.idToken(jwt.MapClaims{"scope": "openid", "client_id": "web"}), "an access token"},
		"access token by its grant":  {p.idToken(jwt.MapClaims{"scope": "openid", "gty": "password"}), "an access token"},
		"access token by its scp":    {p.idToken(jwt.MapClaims{"scp": []string{"openid"}}), "an access token"},
		"Cognito's access token":     {p.idToken(jwt.MapClaims{"token_use": "access"}), "an access token"},
		"Keycloak's access token":    {p.idToken(jwt.MapClaims{"typ": "Bearer"}), "not an ID token"},
		"logout token": {p.idToken(jwt.MapClaims{"events": map[string]any{
			"http://schemas.openid.net/event/backchannel-logout": map[string]any{},
		}}), "a logout token"},
		"no sub":                {p.idToken(jwt.MapClaims{"sub": nil}), "no usable sub"},
		"empty sub":             {p.idToken(jwt.MapClaims{"sub": ""}), "no usable sub"},
		"sub that is a list":    {p.idToken(jwt.MapClaims{"sub": []string{"a"}}), "no usable sub"},
		"sub with a fraction":   {p.idToken(jwt.MapClaims{"sub": 7.5}), "no usable sub"},
		"long sub":              {p.idToken(jwt.MapClaims{"sub": strings.Repeat("a", maxName+1)}), "no usable sub"},
		"sub with a line break": {p.idToken(jwt.MapClaims{"sub": "a\nb"}), "no usable sub"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := v.verify(t.Context(), test.token)
			if why(err) != test.why {
				t.Fatalf("verify = %q, want %q", why(err), test.why)
			}
			want, wantSubject := Identity{SSOUserID: adaSSO}, adaSSO
			if test.why != "" {
				want, wantSubject = Identity{}, ""
			}
			if p.identity != want || p.subject != wantSubject {
				t.Errorf("verify = %+v, %q; want %+v, %q", p.identity, p.subject, want, wantSubject)
			}
		})
	}
}

func TestIdentityClaims(t *testing.T) {
	p := newTestProvider(t)
	byClaim := func(c *Config) { c.OIDCClaim = "circle_id" }
	byEmail := func(c *Config) { c.OIDCEmail = true }
	byEmailClaim := func(c *Config) { c.OIDCEmail, c.OIDCClaim = true, "email" }
	path := func(path string) func(*Config) { return func(c *Config) { c.OIDCClaim = path } }
	metadata := jwt.MapClaims{
		"app_metadata":               map[string]any{"circle_sso": "m1", "n": json.Number("9007199254740993"), "a.b": "m2"},
		"https://example.org/circle": "u1",
		"https://example.org/claims": map[string]any{"id": "u2"},
		"app_metadata.whole":         "w1",
		"other":                      map[string]any{"whole": 1},
	}
	tests := map[string]struct {
		config func(*Config)
		claims jwt.MapClaims
		want   Identity
		why    string
	}{
		"claim":                {byClaim, jwt.MapClaims{"circle_id": "c1"}, Identity{SSOUserID: "c1"}, ""},
		"number":               {byClaim, jwt.MapClaims{"circle_id": 4711}, Identity{SSOUserID: "4711"}, ""},
		"number with a point":  {byClaim, jwt.MapClaims{"circle_id": json.Number("4711.0")}, Identity{SSOUserID: "4711"}, ""},
		"path":                 {path("app_metadata.circle_sso"), metadata, Identity{SSOUserID: "m1"}, ""},
		"path to a big number": {path("app_metadata.n"), metadata, Identity{SSOUserID: "9007199254740993"}, ""},
		"path with a dot":      {path("app_metadata.a.b"), metadata, Identity{SSOUserID: "m2"}, ""},
		"name that is a URL":   {path("https://example.org/circle"), metadata, Identity{SSOUserID: "u1"}, ""},
		"path beneath a URL":   {path("https://example.org/claims.id"), metadata, Identity{SSOUserID: "u2"}, ""},
		"the whole name wins":  {path("app_metadata.whole"), metadata, Identity{SSOUserID: "w1"}, ""},
		"path to nothing": {
			path("app_metadata.none"), metadata, Identity{}, "no usable claim for the SSO user id",
		},
		"path to an object": {path("app_metadata"), metadata, Identity{}, "no usable claim for the SSO user id"},
		"number with a fraction": {
			byClaim, jwt.MapClaims{"circle_id": 47.11}, Identity{}, "no usable claim for the SSO user id",
		},
		"negative number": {
			byClaim, jwt.MapClaims{"circle_id": -1}, Identity{}, "no usable claim for the SSO user id",
		},
		"claim that is true": {
			byClaim, jwt.MapClaims{"circle_id": true}, Identity{}, "no usable claim for the SSO user id",
		},
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
			proven, err := v.verify(t.Context(), p.idToken(test.claims))
			if proven.identity != test.want || why(err) != test.why {
				t.Errorf("verify = %+v, %q; want %+v, %q", proven.identity, why(err), test.want, test.why)
			}
		})
	}
}

// Google makes tokens for an app's server at the request of the same project's apps on phones, and for nobody else.
func TestGooglesPhones(t *testing.T) {
	p := provider{issuers: []string{googleIssuer}, audiences: []string{"web"}}
	for _, tc := range []struct {
		aud, azp any
		why      string
	}{
		{"web", "phone", ""},
		{[]any{"web"}, "phone", ""},
		{[]any{"web", "api"}, "phone", "another authorized party"},
		{[]any{"web", "api"}, "web", ""},
		{"web", 7, "another authorized party"},
		{"phone", "web", "another audience"},
	} {
		if why := p.audiencePlaint(jwt.MapClaims{"aud": tc.aud, "azp": tc.azp}); why != tc.why {
			t.Errorf("aud %v and azp %v: %q, want %q", tc.aud, tc.azp, why, tc.why)
		}
	}
}
