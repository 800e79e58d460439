package facade_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TestRevokedEverywhere: a token that is ended at one instance is refused by the others, also where they remember
// answers for it.
func TestRevokedEverywhere(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 3, "CIRCLEGRAPH_MEMO_BRIEF", "1h", "CIRCLEGRAPH_MEMO_LONG", "1h")
	const feed = `{ homeFeed(first: 2) { nodes { title } } }`
	var worst time.Duration
	for range 15 {
		token := f.instances[0].login()
		for i := range f.instances {
			if answer := f.at(i, token, feed); strings.Contains(answer, "errors") {
				t.Fatal(answer)
			}
		}
		if answer := f.at(0, token, `mutation { logout(input: {}) { loggedOut } }`); !strings.Contains(answer, "true") {
			t.Fatal(answer)
		}
		ended := time.Now()
		asked := len(f.circle.Calls())
		for i := range f.instances {
			f.until("the token is refused", func() bool { return strings.Contains(f.at(i, token, feed), "TOKEN_REVOKED") })
		}
		worst = max(worst, time.Since(ended))
		if n := len(f.circle.Calls()) - asked; n > 2 { // one at each, which was let in just before the news
			t.Errorf("Circle was asked %d times with a token that had ended", n)
		}
		asked = len(f.circle.Calls())
		for i := range f.instances {
			if answer := f.at(i, token, feed); !strings.Contains(answer, "TOKEN_REVOKED") {
				t.Errorf("an instance that has refused a token answers it %s", answer)
			}
		}
		if n := len(f.circle.Calls()) - asked; n > 0 {
			t.Errorf("Circle was asked %d times with a token that all instances had refused", n)
		}
	}
	t.Logf("all instances refused a token at most %v after its end", worst)
	late := f.instances[0].login()
	f.at(0, late, `mutation { logout(input: {}) { loggedOut } }`)
	newcomer := f.add()
	f.until("an instance that comes later refuses it", func() bool {
		return strings.Contains(newcomer.post(late, feed), "TOKEN_REVOKED")
	})
}

// identityProvider signs ID tokens.
type identityProvider struct {
	key *ecdsa.PrivateKey
	url string
}

func newIdentityProvider(t *testing.T) *identityProvider {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"1","x":%q,"y":%q}]}`,
			base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]))
	}))
	t.Cleanup(keys.Close)
	return &identityProvider{key, keys.URL}
}

func (p *identityProvider) token(t *testing.T, email string) string {
	t.Helper()
	now := time.Now()
	claims := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": "https://login.example.com", "aud": "app", "sub": "somebody", "email": email, "email_verified": true,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": rand.Text(),
	})
	claims.Header["kid"] = "1"
	signed, err := claims.SignedString(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (p *identityProvider) settings() []string {
	return []string{
		"CIRCLEGRAPH_LOGIN", "oidc,trusted", "CIRCLEGRAPH_OIDC_ISSUER", "https://login.example.com",
		"CIRCLEGRAPH_OIDC_AUDIENCE", "app", "CIRCLEGRAPH_OIDC_JWKS", p.url, "CIRCLEGRAPH_OIDC_EMAIL", "true",
	}
}

func signIn(identityToken string) string {
	return fmt.Sprintf(`mutation { login(input: {identityToken: %q}) { accessToken refreshToken
		userErrors { code message } } }`, identityToken)
}

// TestIdentityTokenSignsInOnceInAll: an ID token signs in at one instance, once, also if all are asked at once. While
// the store is away none signs in; everything else goes on.
func TestIdentityTokenSignsInOnceInAll(t *testing.T) {
	t.Parallel()
	provider := newIdentityProvider(t)
	f := newFleet(t, 3, provider.settings()...)
	for range 5 { // three attempts each, of which a member has twenty
		token := provider.token(t, member)
		var signedIn, refused atomic.Int64
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				switch answer := f.at(i, "", signIn(token)); {
				case id(answer, "accessToken") != "":
					signedIn.Add(1)
				case strings.Contains(answer, "signed somebody in already"):
					refused.Add(1)
				default:
					t.Errorf("answered %s", answer)
				}
			})
		}
		all.Wait()
		if signedIn.Load() != 1 || refused.Load() != 2 {
			t.Fatalf("%d signed in and %d were refused, want 1 and 2", signedIn.Load(), refused.Load())
		}
	}
	session := f.at(0, "", signIn(provider.token(t, member)))
	f.store.Kill()
	token := provider.token(t, member)
	if answer := f.at(1, "", signIn(token)); !strings.Contains(answer, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("without a store a sign-in is answered %s, want UPSTREAM_UNAVAILABLE", answer)
	}
	refresh := fmt.Sprintf(`mutation { refreshAccessToken(input: {refreshToken: %q}) { accessToken } }`,
		id(session, "refreshToken"))
	if answer := f.at(2, "", refresh); id(answer, "accessToken") == "" {
		t.Errorf("without a store a refresh is answered %s", answer)
	}
	f.store.Run()
	f.until("the token can be used", func() bool { return id(f.at(1, "", signIn(token)), "accessToken") != "" })
	f.until("another instance knows that the token was used", func() bool {
		answer := f.at(2, "", signIn(token)) // which may find the store again a little later
		if id(answer, "accessToken") != "" {
			t.Fatalf("a token that was used is answered %s", answer)
		}
		return strings.Contains(answer, "signed somebody in already")
	})
}
