package tokens

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

const (
	sealPrefix  = "cg1." // names the format, so that it may change
	sealKeySize = 32
	maxSealed   = 4 << 10
)

var (
	errNotSealed   = errors.New("not a sealed token")
	errSealUnknown = errors.New("sealed with a key that is not configured")
	errSealBroken  = errors.New("the seal is broken")
	errSealExpired = errors.New("the sealed token has expired")
)

// sealed is what a sealed refresh token holds.
type sealed struct {
	RefreshToken string    `json:"token"`
	Subject      string    `json:"subject"` // whom the identity provider named
	MemberID     int64     `json:"member"`
	ExpiresAt    time.Time `json:"expires"`

	issuer string // of the provider that vouched: authenticated, not contained; the first one if empty
}

// sealer wraps Circle's refresh tokens for clients that prove who they are once, at login. Refreshing takes the
// community's secret, so whoever could use a raw refresh token here would borrow that secret; a sealed one shows that
// this server gave it to somebody who had proven who they are.
//
// The form is cg1.<key id>.<nonce and ciphertext>, by AES-256-GCM. The prefix, the key id and the issuer are
// authenticated with it: what one identity provider vouched for is worth nothing under another.
type sealer struct {
	keys    []sealKey // the first one seals, all of them open
	issuers []string  // of all providers
}

type sealKey struct {
	id   string
	aead cipher.AEAD
}

// newSealer takes keys of [sealKeySize] bytes.
func newSealer(issuers []string, keys [][]byte) (*sealer, error) {
	s := &sealer{issuers: issuers}
	for _, key := range keys {
		made, err := newSealKey(key)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, made)
	}
	return s, nil
}

func newSealKey(key []byte) (sealKey, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealKey{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealKey{}, err
	}
	return sealKey{id: sealKeyID(key), aead: aead}, nil
}

func sealKeyID(key []byte) string {
	sum := sha256.Sum256(append([]byte("circlegraph seal key id\n"), key...))
	return hex.EncodeToString(sum[:4])
}

func isSealed(token string) bool { return strings.HasPrefix(token, sealPrefix) }

func (s *sealer) seal(content sealed) (string, error) {
	plain, err := json.Marshal(content) //nolint:gosec // G117: to be encrypted
	if err != nil {
		return "", err
	}
	key := s.keys[0]
	additional := additional(key.id, cmp.Or(content.issuer, s.issuers[0]))
	box := key.aead.Seal(nil, nil, plain, additional) //nolint:gosec // G407: it makes up a nonce and wants none
	return sealPrefix + key.id + "." + base64.RawURLEncoding.EncodeToString(box), nil
}

// open returns the content, and current false if an older key sealed it. With errSealExpired the content is returned
// too.
func (s *sealer) open(token string, now time.Time) (content sealed, current bool, err error) {
	if !isSealed(token) || len(token) > maxSealed {
		return sealed{}, false, errNotSealed
	}
	id, text, _ := strings.Cut(strings.TrimPrefix(token, sealPrefix), ".")
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return sealed{}, false, errNotSealed
	}
	err = errSealUnknown
	for i, key := range s.keys {
		if key.id != id {
			continue
		}
		plain, issuer := s.unlock(key, box)
		if issuer == "" || json.Unmarshal(plain, &content) != nil || content.RefreshToken == "" || content.Subject == "" {
			err = errSealBroken
			continue
		}
		content.issuer = issuer
		if !now.Before(content.ExpiresAt) {
			return content, i == 0, errSealExpired
		}
		return content, i == 0, nil
	}
	return sealed{}, false, err
}

// unlock opens a box under the issuer that it was sealed for, and returns that; it returns "" if it was sealed for
// another.
func (s *sealer) unlock(key sealKey, box []byte) (plain []byte, issuer string) {
	for _, issuer := range s.issuers {
		if plain, err := key.aead.Open(nil, nil, box, additional(key.id, issuer)); err == nil {
			return plain, issuer
		}
	}
	return nil, ""
}

func additional(id, issuer string) []byte { return []byte(sealPrefix + id + "\n" + issuer) }
