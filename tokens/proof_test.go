package tokens

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// A proof lets another process with the same keys know the token, and nothing else.
func TestProofOutlivesTheProcess(t *testing.T) {
	p := newTestProvider(t)
	for name, tc := range map[string]struct {
		config Config
		login  func(b *bench) (*Session, error)
	}{
		"oidc": {oidcConfig(p.server.URL), func(b *bench) (*Session, error) {
			return b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
		}},
		"trusted": {trustedConfig(), func(b *bench) (*Session, error) {
			return b.Login(b.asking("", trustedSecret), LoginRequest{Email: ada})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, tc.config)
			session, err := tc.login(b)
			if err != nil {
				t.Fatal(err)
			}
			sent := func(b *bench, token, proof string) (int64, bool) {
				through(b.auth, func(h http.Header) {
					h.Set("Authorization", "Bearer "+token)
					h.Set(ProofHeader, proof)
				})
				return b.principals.Member(circleclient.HashToken(token))
			}
			good := session.AccessTokenProof
			other := memberToken(t, noon.Add(time.Hour), "other")
			restarted := newBench(t, tc.config)
			for name, bad := range map[string][2]string{
				"none": {session.AccessToken, ""}, "of another token": {other, good},
				"changed": {session.AccessToken, good[:len(good)-2] + "AA"}, "cut": {session.AccessToken, good[:len(good)/2]},
				"of no key": {session.AccessToken, strings.Replace(good, proofPrefix, proofPrefix+"0", 1)},
				"long":      {session.AccessToken, good + strings.Repeat("A", 256)},
			} {
				if id, proven := sent(restarted, bad[0], bad[1]); proven {
					t.Errorf("%s: the token is proven to be of %d", name, id)
				}
			}
			if id, proven := sent(restarted, session.AccessToken, good); id != adaID || !proven {
				t.Errorf("the token is of %d, proven %v, want %d", id, proven, adaID)
			}
			restarted.principals.Forget(circleclient.HashToken(session.AccessToken))
			if _, proven := sent(restarted, session.AccessToken, good); proven {
				t.Error("a dead token is proven again")
			}
			const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			last := strings.IndexByte(alphabet, good[len(good)-1])
			spelt := good[:len(good)-1] + string(alphabet[last^1]) // another spelling of the same bytes
			if _, ok := newBench(t, tc.config).settings.proven(session.AccessToken, spelt, noon); ok {
				t.Error("a proof has two spellings")
			}
			late := newBench(t, tc.config)
			late.clock.advance(2 * time.Hour)
			if _, ok := late.settings.proven(session.AccessToken, good, late.clock.Now()); ok {
				t.Error("a proof is good after the end of its token")
			}
		})
	}
	if _, session := signedIn(t); session.AccessTokenProof != "" {
		t.Error("the sandbox gives a proof, and has no keys")
	}
}
