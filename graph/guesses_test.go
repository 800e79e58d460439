package graph_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/tokens"
)

const trustedSecret = "correct-horse-battery-staple-0123456789"

// guess is a request that proves nothing.
type guess struct {
	mutation, bearer, secret string
}

// guesses are all the ways to sign in or out, refresh or end a token without proof, the i-th time.
func guesses(c *community, key *ecdsa.PrivateKey) map[string]func(i int) guess {
	forged := func(i int) string {
		return c.identityToken(key, fmt.Sprint("somebody", i, "@example.com"))
	}
	access := func(i int) string {
		token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
			"community_member_id": 88000001, "exp": c.clock.Now().Add(time.Hour).Unix(), "jti": fmt.Sprint(i),
		}).SignedString([]byte("not Circle's"))
		return token
	}
	return map[string]func(i int) guess{
		"an ID token of another key": func(i int) guess { return guess{mutation: signIn("identityToken", forged(i))} },
		"no ID token": func(i int) guess {
			return guess{mutation: signIn("identityToken", fmt.Sprint("a.b.", i))}
		},
		"a name": func(int) guess { return guess{mutation: signIn("email", member)} },
		"a name and a wrong secret": func(i int) guess {
			return guess{mutation: signIn("email", member), secret: fmt.Sprint(trustedSecret, i)}
		},
		"a broken seal": func(i int) guess { return guess{mutation: refresh(fmt.Sprint("cg1.00000000.AAAA", i))} },
		"no seal":       func(i int) guess { return guess{mutation: refresh(fmt.Sprint("invented", i))} },
		"the end of an access token": func(i int) guess {
			return guess{mutation: fmt.Sprintf(`revokeAccessToken(input: {accessToken: %q}) { revoked }`, access(i))}
		},
		"the end of a refresh token": func(i int) guess {
			return guess{mutation: fmt.Sprintf(`revokeRefreshToken(input: {refreshToken: "invented%d"}) { revoked }`, i)}
		},
		"a logout": func(i int) guess { return guess{mutation: `logout { loggedOut }`, bearer: access(1000 + i)} },
		"a logout everywhere": func(i int) guess {
			return guess{mutation: fmt.Sprintf(`logout(input: {everywhere: true, refreshToken: "invented%d"}) { loggedOut }`,
				i), bearer: access(2000 + i)}
		},
	}
}

func signIn(field, value string) string {
	return fmt.Sprintf(`login(input: {%s: %q}) { accessToken refreshToken userErrors { message } }`, field, value)
}

func refresh(token string) string {
	return fmt.Sprintf(`refreshAccessToken(input: {refreshToken: %q}) { accessToken userErrors { message } }`, token)
}

// identityToken is an ID token for an address.
func (c *community) identityToken(key *ecdsa.PrivateKey, email string) string {
	now := c.clock.Now()
	claims := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"iss": "https://login.example.com", "aud": "app", "sub": email, "email": email, "email_verified": true,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": rand.Text(),
	})
	claims.Header["kid"] = "1"
	signed, err := claims.SignedString(key)
	if err != nil {
		c.t.Fatal(err)
	}
	return signed
}

// from carries out a mutation from an address.
func (c *community) from(address string, g guess) string {
	body, err := json.Marshal(map[string]any{"query": "mutation { " + g.mutation + " }"})
	if err != nil {
		c.t.Error(err)
		return ""
	}
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return ""
	}
	req.Header.Set("Content-Type", asJSON)
	req.Header.Set("X-Forwarded-For", address)
	if g.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+g.bearer)
	}
	if g.secret != "" {
		req.Header.Set(tokens.SecretHeader, g.secret)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Error(err)
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Error(err)
	}
	return string(answer)
}

// TestGuessesAtSignInKeepNobodyOut: whatever somebody tries without proof, and wherever from, members behind the same
// address sign in, refresh and sign out at once.
func TestGuessesAtSignInKeepNobodyOut(t *testing.T) {
	var ours, theirs *ecdsa.PrivateKey
	for _, key := range []**ecdsa.PrivateKey{&ours, &theirs} {
		var err error
		if *key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	point, err := ours.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // or a bubble would wait for its end
		_, _ = fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"1","x":%q,"y":%q}]}`,
			base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]))
	}))
	t.Cleanup(keys.Close)
	settings, err := tokens.Config{
		Login: []string{"oidc", "trusted"}, TrustedSecrets: []tokens.Secret{trustedSecret},
		OIDCIssuers: []string{"https://login.example.com"}, OIDCAudiences: []string{"app"}, OIDCJWKS: keys.URL,
		OIDCEmail: true, SealKeys: []tokens.Secret{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="},
	}.Validate(tokens.Deployment{Listen: "127.0.0.1:8080", HeadlessToken: secret})
	if err != nil {
		t.Fatal(err)
	}
	spellings := []string{"192.0.2.1", "::ffff:192.0.2.1", "[::ffff:c000:201]:80", "192.0.2.1:4711"}
	for name, address := range map[string]func(i int) string{
		"one address":      func(int) string { return "192.0.2.1" },
		"in all spellings": func(i int) string { return spellings[i%len(spellings)] },
		"neighbours":       func(i int) string { return fmt.Sprint("192.0.2.", i%254+1) },
		"a /64":            func(i int) string { return fmt.Sprintf("2001:db8:1:1::%x", i+1) },
		"a /56":            func(i int) string { return fmt.Sprintf("2001:db8:1:1%02x::1", i%256) },
		"a /48":            func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i+1) },
		"many /48":         func(i int) string { return fmt.Sprintf("2001:db8:%x:1::1", i+1) },
	} {
		t.Run(name, inBubble(func(t *testing.T) {
			c := newCommunityOver(t, inMemory, func(cfg *config.Config) { cfg.Settings = settings }, directly,
				func(cfg *circleclient.Config) {
					cfg.Clock, cfg.Timeout, cfg.Budget.Requests = time.Now, 2*time.Second, 1800
				})
			here := address(0)
			var session struct {
				Data struct {
					Login struct{ AccessToken, RefreshToken string }
				}
			}
			answer := c.from(here, guess{mutation: signIn("identityToken", c.identityToken(ours, member))})
			if err := json.Unmarshal([]byte(answer), &session); err != nil || session.Data.Login.AccessToken == "" {
				t.Fatalf("signed in with %s: %v", answer, err)
			}
			mine := session.Data.Login
			var attack sync.WaitGroup
			over := make(chan struct{})
			for _, next := range guesses(c, theirs) {
				attack.Go(func() {
					for i := 0; ; i++ {
						if answer := c.from(address(i), next(i)); strings.Contains(answer, `"accessToken":"`) {
							t.Errorf("a guess is answered %s", answer)
						}
						select {
						case <-over:
							return
						case <-time.After(time.Second / 3):
						}
					}
				})
			}
			<-time.After(15 * time.Second)
			one := name == "one address" || name == "in all spellings" || name == "a /64"
			if answer := c.from(here, guess{mutation: signIn("email", member)}); one !=
				strings.Contains(answer, "RATE_LIMITED") {
				t.Errorf("one guess more is answered %s, want that it waits: %v", answer, one)
			}
			for _, honest := range []struct {
				name, want string
				guess
			}{
				{"an ID token", `"accessToken":"`, guess{mutation: signIn("identityToken", c.identityToken(ours, admin))}},
				{"a sealed refresh token", `"accessToken":"`, guess{mutation: refresh(mine.RefreshToken)}},
				{"the right secret", `"accessToken":"`, guess{mutation: signIn("email", member), secret: trustedSecret}},
				{"a proven token", `"userErrors":[]`, guess{
					mutation: `resetNewNotificationsCount { userErrors { message } }`, bearer: mine.AccessToken,
				}},
				{"a logout everywhere", `"loggedOut":true`, guess{
					mutation: fmt.Sprintf(`logout(input: {everywhere: true, refreshToken: %q}) { loggedOut }`, mine.RefreshToken),
					bearer:   mine.AccessToken,
				}},
			} {
				start := time.Now()
				if answer := c.from(here, honest.guess); !strings.Contains(answer, honest.want) {
					t.Errorf("%s is answered %s, want %s", honest.name, answer, honest.want)
				}
				if took := time.Since(start); took > time.Second {
					t.Errorf("%s takes %v, want nobody to wait", honest.name, took)
				}
			}
			close(over)
			attack.Wait()
		}))
	}
}
