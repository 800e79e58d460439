package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// freshToken is signed now, by the clock, with the key of that id.
func freshToken(p *testProvider, clock *testClock, id string) string {
	now := clock.Now()
	method := jwt.SigningMethod(jwt.SigningMethodRS256)
	if id == "ec" || id == "next" {
		method = jwt.SigningMethodES256
	}
	return p.sign(method, p.private[id], map[string]any{"kid": id},
		jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
}

func TestKeysRotate(t *testing.T) {
	p := newTestProvider(t)
	v, _, clock := newTestVerifier(t, p, nil)
	verify := func(id string) string {
		_, _, err := v.verify(t.Context(), freshToken(p, clock, id))
		return why(err)
	}
	if got := verify("rsa"); got != "" || p.fetches != 1 {
		t.Fatalf("verify = %q after %d fetches, want success after 1", got, p.fetches)
	}
	p.with(func() { p.published = []string{"next"} })
	for range 50 {
		if got := verify("next"); got != "unknown key" {
			t.Fatalf("verify with a new key at once = %q, want it unknown until another fetch is due", got)
		}
	}
	if p.fetches != 1 {
		t.Errorf("%d fetches for invented key ids, want none more", p.fetches)
	}
	clock.advance(unknownPause)
	if got := verify("next"); got != "" || p.fetches != 2 {
		t.Errorf("verify with a new key = %q after %d fetches, want success after 2", got, p.fetches)
	}
	if got := verify("rsa"); got != "unknown key" {
		t.Errorf("verify with the withdrawn key = %q, want it unknown", got)
	}

	p.with(func() { p.published = []string{"rsa"} })
	clock.advance(keysFresh)
	if got := verify("next"); got != "unknown key" {
		t.Errorf("verify with a withdrawn key when keys are no longer fresh = %q, want it unknown", got)
	}
}

func TestProviderOutage(t *testing.T) {
	p := newTestProvider(t)
	v, _, clock := newTestVerifier(t, p, nil)
	asked := 0
	down := func(w http.ResponseWriter, _ *http.Request) bool {
		asked++
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	p.with(func() { p.answer = down })
	verify := func(id string) error {
		_, _, err := v.verify(t.Context(), freshToken(p, clock, id))
		return err
	}
	for range 10 {
		if err := verify("rsa"); !isDown(err) {
			t.Fatalf("verify without keys = %v, want the provider's outage", err)
		}
	}
	if asked != 1 {
		t.Errorf("a provider that is down was asked %d times, want once per pause", asked)
	}
	if _, _, err := v.verify(t.Context(),
		p.sign(jwt.SigningMethodHS256, []byte("x"), nil, nil)); why(err) != "wrong signature or algorithm" {
		t.Errorf("verify of HS256 in an outage = %v, want it refused for what it is", err)
	}

	p.with(func() { p.answer = nil })
	clock.advance(failurePause)
	if err := verify("rsa"); err != nil {
		t.Fatalf("verify after the outage = %v, want success", err)
	}

	p.with(func() { p.answer = down })
	clock.advance(keysFresh)
	if err := verify("rsa"); err != nil {
		t.Errorf("verify with keys from before an outage = %v, want success", err)
	}
	if err := verify("next"); !isDown(err) {
		t.Errorf("verify with an unknown key in an outage = %v, want the outage: the key may be new", err)
	}
	clock.advance(keysUsable)
	if err := verify("rsa"); !isDown(err) {
		t.Errorf("verify with keys of yesterday = %v, want the outage", err)
	}
}

func TestProviderThatCannotBeTrusted(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer elsewhere.Close()
	tests := map[string]func(p *testProvider){
		"document of another issuer": func(p *testProvider) { p.metadata["issuer"] = p.server.URL + "/" },
		"document without an issuer": func(p *testProvider) { delete(p.metadata, "issuer") },
		"keys without TLS":           func(p *testProvider) { p.metadata["jwks_uri"] = "http://id.example.org/keys" },
		"keys in a file":             func(p *testProvider) { p.metadata["jwks_uri"] = "file:///etc/passwd" },
		"no keys":                    func(p *testProvider) { p.published = nil },
		"a weak key":                 func(p *testProvider) { p.published = []string{"weak"} },
		"a symmetric key": func(p *testProvider) {
			p.published, p.entries = nil, []any{map[string]any{"kty": "oct", "kid": "rsa", "k": "c2VjcmV0"}}
		},
		"an encryption key": func(p *testProvider) {
			key := p.jwk("rsa")
			key.USE = "enc"
			p.published, p.entries = nil, []any{key}
		},
		"too many keys": func(p *testProvider) {
			for range maxKeys + 1 {
				p.entries = append(p.entries, p.jwk("rsa"))
			}
		},
		"redirect": func(p *testProvider) {
			p.answer = func(w http.ResponseWriter, r *http.Request) bool {
				http.Redirect(w, r, elsewhere.URL, http.StatusFound)
				return true
			}
		},
		"HTML": func(p *testProvider) {
			p.answer = func(w http.ResponseWriter, _ *http.Request) bool {
				_, err := w.Write([]byte("<html>"))
				return err == nil
			}
		},
		"endless": func(p *testProvider) {
			p.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/keys" {
					return false
				}
				body, err := json.Marshal(p.metadata)
				if err != nil {
					t.Error(err)
				}
				// Whole at its beginning, so that only its length is wrong with it.
				if _, err := w.Write(append(body, strings.Repeat(" ", 2*maxProvider)...)); err != nil {
					t.Log("the client hung up, as it should:", err)
				}
				return true
			}
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := newTestProvider(t)
			p.with(func() { change(p) })
			v, _, _ := newTestVerifier(t, p, nil)
			_, _, err := v.verify(t.Context(), p.idToken(nil))
			if !isDown(err) {
				t.Errorf("verify = %v, want the provider's outage", err)
			}
			if err != nil && strings.Contains(err.Error(), p.server.URL) {
				t.Errorf("the error shows an address: %v", err)
			}
		})
	}
}

func TestStrangeKeyCostsOnlyItself(t *testing.T) {
	p := newTestProvider(t)
	p.entries = []any{
		map[string]any{"kty": "XY", "kid": "new"},
		map[string]any{"kty": "EC", "crv": "P-256", "x": "!", "y": "!"},
		"rubbish",
		json.RawMessage(`{"kty":"RSA","n":7}`),
	}
	v, _, _ := newTestVerifier(t, p, nil)
	if _, _, err := v.verify(t.Context(), p.idToken(nil)); err != nil {
		t.Errorf("verify = %v, want success beside keys that cannot be read", err)
	}
}

func TestProviderThatHangs(t *testing.T) {
	p := newTestProvider(t)
	arrived, release := make(chan struct{}, 10), make(chan struct{})
	p.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		arrived <- struct{}{}
		select {
		case <-release:
			return false
		case <-r.Context().Done():
			return true
		}
	}
	v, source, clock := newTestVerifier(t, p, nil)

	leaving, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, _, err := v.verify(leaving, freshToken(p, clock, "rsa"))
		left <- err
	}()
	<-arrived
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("verify of one who left = %v, want canceled at once", err)
	}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, _, err := v.verify(t.Context(), freshToken(p, clock, "rsa")); err != nil {
				t.Errorf("verify of one who stayed = %v, want success", err)
			}
		})
	}
	close(release)
	wg.Wait()
	if p.fetches != 1 {
		t.Errorf("%d fetches, want one for all", p.fetches)
	}

	p.with(func() {
		p.answer = func(_ http.ResponseWriter, r *http.Request) bool {
			<-r.Context().Done()
			return true
		}
	})
	source.timeout = 20 * time.Millisecond
	clock.advance(keysUsable)
	if _, _, err := v.verify(t.Context(), freshToken(p, clock, "rsa")); !isDown(err) {
		t.Errorf("verify with a provider that hangs = %v, want its outage within the timeout", err)
	}
}
