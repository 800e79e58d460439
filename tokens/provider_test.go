package tokens

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

// testProvider is an OpenID Connect provider with real keys.
type testProvider struct {
	t       *testing.T
	server  *httptest.Server
	private map[string]crypto.Signer // by key id

	mu        sync.Mutex
	published []string // key ids
	entries   []any    // more entries of the key set
	metadata  map[string]any
	fetches   int // of the key set
	discovers int
	answer    func(w http.ResponseWriter, r *http.Request) bool // takes the request over if it returns true
}

// testKeys makes the keys once: RSA takes its time.
var testKeys = sync.OnceValues(func() (map[string]crypto.Signer, error) {
	keys := map[string]crypto.Signer{}
	for id, bits := range map[string]int{"rsa": 2048, "foreign": 2048, "weak": 1024} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, err
		}
		keys[id] = key
	}
	for _, id := range []string{"ec", "next"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		keys[id] = key
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	keys["ed"] = key
	return keys, err
})

func newTestProvider(t *testing.T) *testProvider {
	t.Helper()
	private, err := testKeys()
	if err != nil {
		t.Fatal(err)
	}
	p := &testProvider{t: t, published: []string{"rsa", "ec", "ed"}, private: private}
	p.server = httptest.NewServer(p)
	t.Cleanup(p.server.Close)
	p.metadata = map[string]any{"issuer": p.server.URL, "jwks_uri": p.server.URL + "/keys"}
	return p
}

func (p *testProvider) with(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *testProvider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	answer := p.answer
	p.mu.Unlock()
	if answer != nil && answer(w, r) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var body any
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		p.discovers++
		body = p.metadata
	case "/keys":
		p.fetches++
		keys := append([]any{}, p.entries...)
		for _, id := range p.published {
			keys = append(keys, p.jwk(id))
		}
		body = map[string]any{"keys": keys}
	default:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		p.t.Error(err)
	}
}

func (p *testProvider) jwk(id string) jwkset.JWKMarshal {
	key, err := jwkset.NewJWKFromKey(p.private[id].Public(),
		jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: id, USE: jwkset.UseSig}})
	if err != nil {
		p.t.Error(err)
	}
	return key.Marshal()
}

// idToken is one that nothing is wrong with, but for the changes; a nil value takes a claim away.
func (p *testProvider) idToken(changes jwt.MapClaims) string {
	return p.sign(jwt.SigningMethodRS256, p.private["rsa"], map[string]any{"kid": "rsa"}, changes)
}

func (p *testProvider) sign(method jwt.SigningMethod, key any, header map[string]any, changes jwt.MapClaims) string {
	p.t.Helper()
	claims := jwt.MapClaims{
		"iss": p.server.URL, "aud": "web", "sub": adaSSO, "iat": noon.Unix(), "exp": noon.Add(maxIdentityAge).Unix(),
		"email": ada, "email_verified": true, "nonce": "n",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	maps.DeleteFunc(token.Header, func(_ string, value any) bool { return value == nil })
	signed, err := token.SignedString(key)
	if err != nil {
		p.t.Fatal(err)
	}
	return signed
}

// renamed is a token whose header calls the algorithm by another name.
func (p *testProvider) renamed(alg string, method jwt.SigningMethod, id string) string {
	return p.sign(&renamedMethod{method, alg}, p.private[id], map[string]any{"kid": id}, nil)
}

type renamedMethod struct {
	jwt.SigningMethod

	name string
}

func (m *renamedMethod) Alg() string { return m.name }

// orderMinus is the order of the key's curve minus s.
func orderMinus(public crypto.PublicKey, s []byte) []byte {
	n := public.(*ecdsa.PublicKey).Curve.Params().N
	return new(big.Int).Sub(n, new(big.Int).SetBytes(s)).FillBytes(make([]byte, len(s)))
}
