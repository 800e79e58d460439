package tokens

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // G505: what old providers publish
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// Key sets as providers publish them: what is not needed to verify a signature cannot spoil a key, and one bad key not
// the set.
func TestKeysAsProvidersPublishThem(t *testing.T) {
	p := newTestProvider(t)
	key := func(id string, changes map[string]any) map[string]any {
		jwk := p.jwk(id)
		fields := map[string]any{
			"kty": string(jwk.KTY), "kid": id, "use": "sig", "n": jwk.N, "e": jwk.E, "crv": string(jwk.CRV),
			"x": jwk.X, "y": jwk.Y,
		}
		maps.Copy(fields, changes)
		maps.DeleteFunc(fields, func(_ string, value any) bool { return value == nil || value == "" })
		return fields
	}
	thumbprint := sha1.Sum([]byte("certificate")) //nolint:gosec // G401: as above
	hexed := base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(thumbprint[:])))
	bad := []any{
		map[string]any{"kty": "RSA"},
		7, nil, "x",
		[]any{},
		map[string]any{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
	}
	rs256 := p.idToken(nil)
	named := func(kid any) string {
		return p.sign(jwt.SigningMethodRS256, p.private["rsa"], map[string]any{"kid": kid}, nil)
	}
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(p.jwk("rsa").N) + "=="
	const foreign = "a key for another algorithm or issuer"
	other := base64.StdEncoding.EncodeToString([]byte("no certificate"))
	tests := map[string]struct {
		keys  []any
		token string
		why   string
	}{
		"thumbprint of hex": {[]any{key("rsa", map[string]any{"x5t": hexed, "x5c": []string{other}})}, rs256, ""},
		"broken chain":      {[]any{key("rsa", map[string]any{"x5c": []string{"!", other}, "x5t#S256": "?"})}, rs256, ""},
		"chain of text":     {[]any{key("rsa", map[string]any{"x5c": other})}, rs256, ""},
		"x5u without TLS":   {[]any{key("rsa", map[string]any{"x5u": "http://id.example.org/cert"})}, rs256, ""},
		"unknown key_ops":   {[]any{key("rsa", map[string]any{"key_ops": []string{"frobnicate"}})}, rs256, ""},
		"key_ops of text":   {[]any{key("rsa", map[string]any{"key_ops": "verify"})}, rs256, ""},
		"odd use":           {[]any{key("rsa", map[string]any{"use": "signing"})}, rs256, ""},
		"use of a list":     {[]any{key("rsa", map[string]any{"use": []string{"sig"}})}, rs256, ""},
		"no use":            {[]any{key("rsa", map[string]any{"use": nil})}, rs256, ""},
		"alg":               {[]any{key("rsa", map[string]any{"alg": "RS256"})}, rs256, ""},
		"odd alg":           {[]any{key("rsa", map[string]any{"alg": "RSA"})}, rs256, ""},
		"padded number":     {[]any{key("rsa", map[string]any{"e": "AQAB=="})}, rs256, ""},
		"standard base64": {
			[]any{key("rsa", map[string]any{"n": standard})}, rs256, "",
		},
		"unknown members": {[]any{key("rsa", map[string]any{"exp": 7, "ext": "yes"})}, rs256, ""},
		"Ed25519 by RFC 9864": {
			[]any{key("ed", map[string]any{"alg": "Ed25519"})}, p.renamed("Ed25519", jwt.SigningMethodEdDSA, "ed"), "",
		},
		"Ed25519 for EdDSA": {
			[]any{key("ed", map[string]any{"alg": "Ed25519"})},
			p.sign(jwt.SigningMethodEdDSA, p.private["ed"], map[string]any{"kid": "ed"}, nil), "",
		},
		"beside bad ones":       {append(slices.Clone(bad), key("rsa", nil)), rs256, ""},
		"two of the same id":    {[]any{key("ec", map[string]any{"kid": "rsa"}), key("rsa", nil)}, rs256, ""},
		"id for a nameless key": {[]any{key("rsa", map[string]any{"kid": nil})}, named("unheard-of"), ""},
		"no id for nameless keys": {
			[]any{key("ec", map[string]any{"kid": nil}), key("rsa", map[string]any{"kid": nil})}, named(nil), "",
		},
		"an id that is a number": {[]any{key("rsa", map[string]any{"kid": 7})}, named("7"), ""},

		"for encryption": {[]any{key("rsa", map[string]any{"use": "enc"}), key("ec", nil)}, rs256, "unknown key"},
		"alg of encryption": {
			[]any{key("rsa", map[string]any{"alg": "RSA-OAEP"}), key("ec", nil)}, rs256, "unknown key",
		},
		"alg HS256":               {[]any{key("rsa", map[string]any{"alg": "HS256"}), key("ec", nil)}, rs256, "unknown key"},
		"for another algorithm":   {[]any{key("rsa", map[string]any{"alg": "RS512"})}, rs256, foreign},
		"id for one that has one": {[]any{key("rsa", nil)}, named("unheard-of"), "unknown key"},
		"nameless beside another": {
			[]any{key("rsa", map[string]any{"kid": nil}), key("ec", nil)}, named("unheard-of"), "unknown key",
		},
		"for another issuer": {
			[]any{key("rsa", map[string]any{"issuer": "https://other.example.org"})},
			rs256, foreign,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p.with(func() { p.published, p.entries = nil, test.keys })
			v, _, _ := newTestVerifier(t, p, nil)
			if _, err := v.verify(t.Context(), test.token); why(err) != test.why {
				t.Errorf("verify = %q, want %q", why(err), test.why)
			}
		})
	}
}

// A key without an id may be changed without that showing: a signature that no key made is looked at again with new
// keys, as seldom as an unknown id is.
func TestNamelessKeysRotate(t *testing.T) {
	p := newTestProvider(t)
	v, _, clock := newTestVerifier(t, p, nil)
	nameless := func(id string) {
		key := p.jwk(id)
		key.KID = ""
		p.with(func() { p.published, p.entries = nil, []any{key} })
	}
	nameless("foreign")
	token := func() string {
		return p.sign(jwt.SigningMethodRS256, p.private["rsa"], nil, jwt.MapClaims{
			"iat": clock.Now().Unix(), "exp": clock.Now().Add(maxIdentityAge).Unix(),
		})
	}
	for range 5 {
		if _, err := v.verify(t.Context(), token()); why(err) != "wrong signature or algorithm" {
			t.Fatalf("verify with another key = %v, want a wrong signature", err)
		}
	}
	nameless("rsa")
	clock.advance(unknownPause)
	if _, err := v.verify(t.Context(), token()); err != nil || p.fetches != 2 {
		t.Errorf("verify after the key has changed = %v with %d fetches, want success with 2", err, p.fetches)
	}
}

// Providers whose discovery document, tokens and addresses do not agree.
func TestIssuers(t *testing.T) {
	const tenant = "9188040d-6c67-4c5b-b112-36a304b66dad"
	tests := map[string]struct {
		change   func(p *testProvider, c *Config)
		claims   func(url string) jwt.MapClaims
		why      string
		isMisfit bool
	}{
		"a slash too much": {
			func(p *testProvider, c *Config) { c.OIDCIssuers = []string{p.server.URL + "/"} }, nil, "", true,
		},
		"Google's old name": {
			func(_ *testProvider, c *Config) { c.OIDCIssuers = append(c.OIDCIssuers, "accounts.google.com") },
			func(string) jwt.MapClaims { return jwt.MapClaims{"iss": "accounts.google.com"} }, "", false,
		},
		"Apple's new name": {
			func(p *testProvider, c *Config) {
				p.metadata["issuer"] = "https://account.apple.com"
				c.OIDCIssuers = append(c.OIDCIssuers, "https://account.apple.com")
			}, nil, "", false,
		},
		"Azure AD B2C": {
			func(p *testProvider, c *Config) {
				p.metadata["issuer"] = "https://b2c.example.org/" + tenant + "/v2.0/"
				c.OIDCIssuers = []string{"https://b2c.example.org/" + tenant + "/v2.0/"}
				c.OIDCDiscovery = p.server.URL + discoveryPath + "?p=policy"
			},
			func(string) jwt.MapClaims {
				return jwt.MapClaims{"iss": "https://b2c.example.org/" + tenant + "/v2.0/"}
			}, "", false,
		},
		"a document with another name at an address that was named": {
			func(p *testProvider, c *Config) {
				p.metadata["issuer"] = "https://elsewhere.example.org"
				c.OIDCDiscovery = p.server.URL + discoveryPath
			}, nil, "", false,
		},
		"Entra, one tenant by the common document": {
			func(p *testProvider, c *Config) {
				p.metadata["issuer"] = p.server.URL + "/{tenantid}/v2.0"
				c.OIDCIssuers = []string{p.server.URL + "/" + tenant + "/v2.0"}
				c.OIDCDiscovery = p.server.URL + discoveryPath
			},
			func(url string) jwt.MapClaims {
				return jwt.MapClaims{"iss": url + "/" + tenant + "/v2.0", "tid": tenant}
			}, "", false,
		},
		"Entra, all tenants": {
			func(p *testProvider, c *Config) {
				p.metadata["issuer"] = p.server.URL + "/{tenantid}/v2.0"
				c.OIDCIssuers = []string{p.server.URL + "/{tenantid}/v2.0"}
				c.OIDCDiscovery = p.server.URL + discoveryPath
			},
			func(url string) jwt.MapClaims {
				return jwt.MapClaims{"iss": url + "/" + tenant + "/v2.0", "tid": tenant}
			}, "", false,
		},
		"Entra, the issuer of another tenant than tid": {
			func(p *testProvider, c *Config) {
				c.OIDCIssuers = []string{p.server.URL + "/{tenantid}/v2.0"}
				c.OIDCJWKS = p.server.URL + "/keys"
			},
			func(url string) jwt.MapClaims {
				return jwt.MapClaims{"iss": url + "/other/v2.0", "tid": tenant}
			}, "another issuer", false,
		},
		"Entra, a tenant that is a path": {
			func(p *testProvider, c *Config) {
				c.OIDCIssuers = []string{p.server.URL + "/{tenantid}/v2.0"}
				c.OIDCJWKS = p.server.URL + "/keys"
			},
			func(url string) jwt.MapClaims {
				return jwt.MapClaims{"iss": url + "/a/b/v2.0", "tid": "a/b"}
			}, "another issuer", false,
		},
		"keys without a document": {
			func(p *testProvider, c *Config) {
				p.metadata = nil
				c.OIDCIssuers, c.OIDCJWKS = []string{"https://securetoken.example.org/my-project"}, p.server.URL+"/keys"
			},
			func(string) jwt.MapClaims { return jwt.MapClaims{"iss": "https://securetoken.example.org/my-project"} }, "", false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTestProvider(t)
			v, _, _ := newTestVerifier(t, p, func(c *Config) { test.change(p, c) })
			var claims jwt.MapClaims
			if test.claims != nil {
				claims = test.claims(p.server.URL)
			}
			_, err := v.verify(t.Context(), p.idToken(claims))
			if test.isMisfit {
				if !isDown(err) || !strings.Contains(err.Error(), "do not fit") {
					t.Errorf("verify = %v, want that the settings do not fit", err)
				}
				return
			}
			if why(err) != test.why {
				t.Errorf("verify = %q, want %q", why(err), test.why)
			}
		})
	}
}

// A wrong issuer is found at start, the log names both values, and clients are not told to try again.
func TestWrongIssuerIsFoundAtStart(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL+"/"))
	if err := b.CheckProviders(t.Context()); err == nil {
		t.Error("CheckProviders found nothing")
	}
	log := b.log.String()
	for _, want := range []string{`\"` + p.server.URL + `\"`, `\"` + p.server.URL + `/\"`, "level=ERROR"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in the log:\n%s", want, log)
		}
	}
	_, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
	if code(err) != CodeIdentityProviderMisfit || strings.Contains(err.Error(), "minute") ||
		strings.Contains(err.Error(), p.server.URL) {
		t.Errorf("Login = %v, want %s without an address or a time to wait", err, CodeIdentityProviderMisfit)
	}
}

// Where the document fits and the tokens do not, their own name is logged once their signature has been verified.
func TestTokensOfAnotherNameAreLogged(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	if err := b.CheckProviders(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := p.idToken(jwt.MapClaims{"iss": p.server.URL + "/"})
	forged := p.sign(jwt.SigningMethodRS256, p.private["foreign"], map[string]any{"kid": "rsa"},
		jwt.MapClaims{"iss": "https://evil.example.org"})
	for _, each := range []string{forged, token} {
		if _, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: each}); code(err) != CodeIdentityTokenInvalid {
			t.Errorf("Login = %v, want %s", err, CodeIdentityTokenInvalid)
		}
	}
	log := b.log.String()
	if !strings.Contains(log, "token="+p.server.URL+"/ CIRCLEGRAPH_OIDC_ISSUER="+p.server.URL+"\n") {
		t.Errorf("the log does not name both:\n%s", log)
	}
	if strings.Contains(log, "evil") {
		t.Errorf("the log repeats what nobody has signed:\n%s", log)
	}
}

// Two providers in one app, each with its own audience and claim; what one vouches for counts for it only.
func TestSeveralProviders(t *testing.T) {
	apple, google := newTestProvider(t), newTestProvider(t)
	config := Config{
		Login: []string{"oidc"}, SealKeys: []Secret{sealKeyText(1)},
		OIDCProviders: fmt.Sprintf(`[
			{"issuer": %q, "audience": "com.example.app", "claim": "circle.id", "maxAge": "1h"},
			{"issuer": [%q, "accounts.google.com"], "audience": ["web", "ios"], "email": true}]`,
			apple.server.URL, google.server.URL),
	}
	b := newBench(t, config)
	login := func(token string) (*Session, error) {
		return b.Login(b.asking("", ""), LoginRequest{IdentityToken: token})
	}
	aud := func(aud string) jwt.MapClaims {
		return jwt.MapClaims{"aud": aud, "circle": map[string]any{"id": adaSSO}}
	}
	for name, token := range map[string]string{
		"Apple": apple.idToken(aud("com.example.app")), "Google": google.idToken(aud("ios")),
		"Google by its old name": google.idToken(jwt.MapClaims{"aud": "web", "iss": "accounts.google.com"}),
	} {
		session, err := login(token)
		if err != nil {
			t.Errorf("%s: Login = %v, want success", name, err)
			continue
		}
		if _, err := b.Refresh(b.asking("", ""), session.RefreshToken); err != nil {
			t.Errorf("%s: Refresh = %v, want success", name, err)
		}
	}
	for name, token := range map[string]string{
		"Apple's for Google's client":   apple.idToken(aud("web")),
		"Google's for Apple's client":   google.idToken(aud("com.example.app")),
		"Google's in the name of Apple": google.idToken(jwt.MapClaims{"aud": "com.example.app", "iss": apple.server.URL}),
		"of neither":                    apple.idToken(jwt.MapClaims{"aud": "web", "iss": "https://id.example.org"}),
	} {
		if _, err := login(token); code(err) != CodeIdentityTokenInvalid {
			t.Errorf("%s: Login = %v, want %s", name, err, CodeIdentityTokenInvalid)
		}
	}
	apple.with(func() {
		apple.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}
	})
	b.clock.advance(keysUsable)
	late := jwt.MapClaims{"aud": "web", "iat": b.clock.Now().Unix(), "exp": b.clock.Now().Add(maxIdentityAge).Unix()}
	if _, err := login(google.idToken(late)); err != nil {
		t.Errorf("Login by Google while Apple is down = %v, want success", err)
	}
}

// An SDK that hands out the same token for an hour needs a longer age, and its second use is refused all the same.
func TestIdentityTokenOfAnHour(t *testing.T) {
	p := newTestProvider(t)
	config := oidcConfig(p.server.URL)
	token := p.idToken(jwt.MapClaims{"exp": noon.Add(90 * 60e9).Unix()})
	b := newBench(t, config)
	b.clock.advance(50 * 60e9)
	_, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: token})
	if code(err) != CodeIdentityTokenInvalid || !strings.Contains(err.Error(), "issued too long ago") ||
		!strings.Contains(err.Error(), "fresh") {
		t.Errorf("Login = %v, want the rule and what to do", err)
	}
	config.OIDCMaxAge = 60 * 60e9
	b = newBench(t, config)
	b.clock.advance(20 * 60e9)
	if _, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: token}); err != nil {
		t.Errorf("Login within the hour = %v, want success", err)
	}
	b.clock.advance(39 * 60e9)
	_, err = b.Login(b.asking("", ""), LoginRequest{IdentityToken: token})
	if code(err) != CodeIdentityTokenInvalid || !strings.Contains(err.Error(), "signed somebody in already") {
		t.Errorf("Login once more = %v, want that it was used before", err)
	}
}

// Some signatures can be written in two ways, which must not make one token two.
func TestReplayByAnotherSignature(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	token := p.sign(jwt.SigningMethodES256, p.private["ec"], map[string]any{"kid": "ec"}, nil)
	if _, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: token}); err != nil {
		t.Fatal(err)
	}
	twin := mirrored(t, token, p.private["ec"].Public())
	if _, err := b.verifier.verify(t.Context(), twin); err != nil || twin == token {
		t.Fatalf("verify of the other signature = %v, want success: it is one", err)
	}
	for _, address := range []string{"", "192.0.2.1"} {
		ctx := b.asking("", "")
		if address != "" {
			ctx = from(ctx, address)
		}
		_, err := b.Login(ctx, LoginRequest{IdentityToken: twin})
		if code(err) != CodeIdentityTokenInvalid || !strings.Contains(b.log.String(), `reason="used before"`) {
			t.Errorf("Login by the other signature = %v, want it used before", err)
		}
	}
}

// mirrored is an ES256 token with the other signature that is valid: (r, n-s) for (r, s).
func mirrored(t *testing.T, token string, public crypto.PublicKey) string {
	t.Helper()
	at := strings.LastIndexByte(token, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(token[at:])
	if err != nil {
		t.Fatal(err)
	}
	copy(signature[32:], orderMinus(public, signature[32:]))
	return token[:at] + base64.RawURLEncoding.EncodeToString(signature)
}
