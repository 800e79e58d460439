package shared

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
)

const (
	keySize  = 32
	keyID    = 4  // bytes that say with which key a value is sealed
	nameSize = 16 // bytes of a name
)

// errSealed is a value that cannot be opened.
var errSealed = errors.New("a value in the shared store cannot be opened")

// secrets make what is in the store useless to whoever reads it.
//
// The first key writes. While keys are changed, instances differ in which one that is, or do not have the new one yet,
// so whatever must exist once is claimed under the names of all keys, see [secrets.names].
type secrets struct{ keys []secret }

type secret struct {
	id   [keyID]byte
	name []byte
	aead cipher.AEAD
}

func newSecrets(names, values [][]byte) (secrets, error) {
	var s secrets
	if len(names) == 0 || len(names) != len(values) {
		return s, errors.New("shared: keys are needed")
	}
	for i, key := range values {
		if len(key) != keySize || len(names[i]) != keySize {
			return s, errors.New("shared: keys have 32 bytes")
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return s, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return s, err
		}
		sum := sha256.Sum256(append([]byte("circlegraph shared key id\n"), key...))
		s.keys = append(s.keys, secret{id: [keyID]byte(sum[:keyID]), name: names[i], aead: aead})
	}
	return s, nil
}

// digest is what a key makes of something, which nobody without the key can make or guess.
func (k secret) digest(kind, of string) []byte {
	mac := hmac.New(sha256.New, k.name)
	mac.Write([]byte(kind + "\n" + of))
	return mac.Sum(nil)
}

// names are the names of something in the store, one for each key, in an order that instances agree about whichever of
// the keys is their first: who claims them in this order claims them once.
func (s secrets) names(kind, of string) []string {
	keys := slices.Clone(s.keys)
	slices.SortFunc(keys, func(a, b secret) int { return slices.Compare(a.id[:], b.id[:]) })
	var names []string
	for _, key := range keys {
		names = append(names, prefix+kind+":"+base64.RawURLEncoding.EncodeToString(key.digest(kind, of)[:nameSize]))
	}
	return names
}

// seal encrypts a value, which can be opened for the same purpose only.
func (s secrets) seal(purpose string, value []byte) []byte {
	key := s.keys[0]
	return key.aead.Seal(key.id[:], nil, value, []byte(purpose)) //nolint:gosec // G407: it makes up a nonce
}

// open decrypts a value.
func (s secrets) open(purpose string, box []byte) ([]byte, error) {
	if len(box) < keyID {
		return nil, errSealed
	}
	for _, key := range s.keys {
		if key.id != [keyID]byte(box[:keyID]) {
			continue
		}
		if value, err := key.aead.Open(nil, nil, box[keyID:], []byte(purpose)); err == nil {
			return value, nil
		}
	}
	return nil, errSealed
}
