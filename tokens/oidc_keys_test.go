package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
		_, err := v.verify(t.Context(), freshToken(p, clock, id))
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

// Whoever knows that the provider has other keys need not wait. A provider that fails then costs nobody the keys that
// are known.
func TestKeysAreFetchedAgainWhenTold(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	login := func(id string) error {
		_, err := b.Login(from(b.asking("", ""), "192.0.2.1"), LoginRequest{IdentityToken: freshToken(p, b.clock, id)})
		return err
	}
	if err := login("rsa"); err != nil {
		t.Fatal(err)
	}
	p.with(func() { p.published = []string{"next"} })
	if err := b.RefreshKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := login("rsa"); err == nil {
		t.Error("a withdrawn key is taken")
	}
	p.with(func() { p.published = nil })
	if err := b.RefreshKeys(t.Context()); err == nil || !strings.Contains(err.Error(), p.server.URL) {
		t.Errorf("RefreshKeys without keys = %v, want an error that names the provider", err)
	}
	if err := login("next"); err != nil {
		t.Errorf("Login with the keys that are known = %v", err)
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
		_, err := v.verify(t.Context(), freshToken(p, clock, id))
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
	if _, err := v.verify(t.Context(),
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
			_, err := v.verify(t.Context(), p.idToken(nil))
			if !isDown(err) {
				t.Errorf("verify = %v, want the provider's outage", err)
			}
			if misfit := strings.Contains(name, "issuer"); err != nil && strings.Contains(err.Error(), p.server.URL) != misfit {
				t.Errorf("the error shows an address is %v, want %v: %v", !misfit, misfit, err)
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
	if _, err := v.verify(t.Context(), p.idToken(nil)); err != nil {
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
		_, err := v.verify(leaving, freshToken(p, clock, "rsa"))
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
			if _, err := v.verify(t.Context(), freshToken(p, clock, "rsa")); err != nil {
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
	if _, err := v.verify(t.Context(), freshToken(p, clock, "rsa")); !isDown(err) {
		t.Errorf("verify with a provider that hangs = %v, want its outage within the timeout", err)
	}
}

// answers is a provider without a network.
type answers func(r *http.Request) io.Reader

// RoundTrip implements [http.RoundTripper].
func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(a(r)), Request: r}, nil
}

// A discovery document leads to keys only over TLS, whoever would answer elsewhere.
func TestKeysComeFromSafeAddresses(t *testing.T) {
	const issuer = "https://id.example.org"
	for keys, safe := range map[string]bool{
		issuer + "/keys": true, "https://keys.example.org/?of=us": true, "http://127.0.0.1:1/keys": true,
		"http://id.example.org/keys": false, "ftp://id.example.org/keys": false, "//id.example.org/keys": false,
		"https://user@id.example.org/keys": false, "": false,
	} {
		asked := 0
		client := &http.Client{Transport: answers(func(r *http.Request) io.Reader {
			if asked++; strings.HasSuffix(r.URL.Path, discoveryPath) {
				return strings.NewReader(fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q}`, issuer, keys))
			}
			return strings.NewReader(`{"keys":[]}`)
		})}
		p := provider{issuers: []string{issuer}, discovery: issuer + discoveryPath}
		_, err := newKeySource(p, client, time.Now).fetch(t.Context())
		if err == nil || safe != (asked == 2) || !safe && !strings.Contains(err.Error(), "jwks_uri") {
			t.Errorf("keys at %q: %d requests and %v, want that they are asked for: %v", keys, asked, err, safe)
		}
	}
}

// endless is white space without an end, and counts how much is read of it.
type endless struct{ read int }

// Read implements [io.Reader].
func (e *endless) Read(p []byte) (int, error) {
	if e.read > 8*maxProvider {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

// Of a document that does not end no more is read than shows that.
func TestProviderIsReadUpToALimit(t *testing.T) {
	body := &endless{}
	client := &http.Client{Transport: answers(func(*http.Request) io.Reader { return body })}
	k := newKeySource(provider{}, client, time.Now)
	if err := k.getJSON(t.Context(), "https://id.example.org/keys", &struct{}{}); err == nil || body.read > 2*maxProvider {
		t.Errorf("%d bytes are read, and the error is %v", body.read, err)
	}
}

// A key of RSA with an exponent that anybody can undo is not taken.
func TestWeakExponents(t *testing.T) {
	p := newTestProvider(t)
	for exponent, usable := range map[string]bool{"AQAB": true, "Aw": true, "AQ": false, "Ag": false, "BA": false} {
		key := p.jwk("rsa")
		key.E = exponent
		raw, err := json.Marshal(key)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := usableKey(raw); ok != usable {
			t.Errorf("a key with the exponent %s is usable: %v, want %v", exponent, ok, usable)
		}
	}
}
