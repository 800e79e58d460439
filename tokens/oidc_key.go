package tokens

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"slices"
	"strings"

	"github.com/MicahParks/jwkset"
)

// publicKey is a key of a provider for signatures.
type publicKey struct {
	id     string // empty if it has none
	alg    string // the one algorithm that it is for; empty for all of its kind
	issuer string // the one issuer that it is for, as Entra writes it; empty for all
	public crypto.PublicKey
}

// fits reports whether the key may have signed a token with that algorithm and issuer.
func (k publicKey) fits(alg, iss, tenant string) bool {
	if k.alg != "" && k.alg != alg {
		return false
	}
	if k.issuer != "" && !sameIssuer(k.issuer, iss, tenant) {
		return false
	}
	switch k.public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return strings.HasPrefix(alg, "ES")
	default:
		return alg == "EdDSA"
	}
}

// usableKey reads a public key for signatures. What is not needed for that, such as certificates, their thumbprints
// and key_ops, is not looked at: providers get it wrong. A key that this program does not understand costs only itself.
func usableKey(raw json.RawMessage) (publicKey, bool) {
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil || fields["use"] == string(jwkset.UseEnc) {
		return publicKey{}, false
	}
	text := func(name string) string { value, _ := fields[name].(string); return value }
	number := func(name string) string { // also by the alphabet and the padding of other dialects of base64
		return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text(name)), "=")
	}
	alg, ok := signatureMethod(text("alg"))
	if !ok {
		return publicKey{}, false
	}
	marshal := jwkset.JWKMarshal{
		KTY: jwkset.KTY(text("kty")), CRV: jwkset.CRV(text("crv")),
		N: number("n"), E: number("e"), X: number("x"), Y: number("y"),
	}
	key, err := jwkset.NewJWKFromMarshal(marshal, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{SkipAll: true})
	if err != nil {
		return publicKey{}, false
	}
	switch public := key.Key().(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() < minRSABits || public.E < 3 || public.E%2 == 0 {
			return publicKey{}, false
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default: // for key agreement, or symmetric
		return publicKey{}, false
	}
	return publicKey{id: text("kid"), alg: alg, issuer: text("issuer"), public: key.Key()}, true
}

// signatureMethod reads a key's alg: one of ours, or empty for a word that says nothing. ok is false if the key is for
// something else.
func signatureMethod(alg string) (method string, ok bool) {
	if slices.Contains(methods, plainMethod(alg)) {
		return plainMethod(alg), true
	}
	return "", alg == "" || !jwkset.ALG(alg).IANARegistered()
}
