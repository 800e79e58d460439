package tokens

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"circlegraph/circleclient"
)

// ProofHeader carries the proof of an access token beside the token.
const ProofHeader = "X-Circlegraph-Proof"

const (
	proofPrefix = "cgp1." // names the format, so that it may change
	proofBytes  = 16      // of the member and the end
)

// keysOfProofs are the seal keys, and without any what follows from the secrets of trusted servers. The sandbox, where
// nothing outlives a restart, has none.
func (s Settings) keysOfProofs() ([]sealKey, error) {
	if s.sealer != nil {
		return s.sealer.keys, nil
	}
	var keys []sealKey
	for _, secret := range s.secrets {
		sum := sha256.Sum256(append([]byte("circlegraph proof key\n"), secret[:]...))
		key, err := newSealKey(sum[:])
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// prove returns what shows that Circle has made an access token for a member through this server, also to another
// process with the same keys: after a restart the token is nobody's guess. It is worth nothing without the token, and
// nothing after the token's end; Circle still decides whether the token is good. It is empty if there are no keys.
//
// The form is cgp1.<key id>.<nonce and ciphertext> as of sealed refresh tokens, with the token authenticated.
func (s Settings) prove(token string, memberID int64, expiresAt time.Time) string {
	if len(s.proofKeys) == 0 || memberID == 0 {
		return ""
	}
	key := s.proofKeys[0]
	plain := binary.BigEndian.AppendUint64(nil, uint64(memberID))           //nolint:gosec // G115: there and back
	plain = binary.BigEndian.AppendUint64(plain, uint64(expiresAt.Unix()))  //nolint:gosec // G115: there and back
	box := key.aead.Seal(nil, nil, plain, additionalToProof(key.id, token)) //nolint:gosec // G407: it makes up a nonce
	return proofPrefix + key.id + "." + base64.RawURLEncoding.EncodeToString(box)
}

// proven reports whether a proof is one of a token, and returns whose it is.
func (s Settings) proven(token, proof string, now time.Time) (memberID int64, ok bool) {
	rest, isProof := strings.CutPrefix(proof, proofPrefix)
	if !isProof {
		return 0, false
	}
	id, text, _ := strings.Cut(rest, ".")
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return 0, false
	}
	for _, key := range s.proofKeys {
		if key.id != id {
			continue
		}
		plain, err := key.aead.Open(nil, nil, box, additionalToProof(id, token))
		if err != nil || len(plain) != proofBytes {
			continue
		}
		memberID = int64(binary.BigEndian.Uint64(plain))                     //nolint:gosec // G115: there and back
		expiresAt := time.Unix(int64(binary.BigEndian.Uint64(plain[8:])), 0) //nolint:gosec // G115: there and back
		return memberID, now.Before(expiresAt)
	}
	return 0, false
}

func additionalToProof(id, token string) []byte {
	hash := circleclient.HashToken(token)
	return append([]byte(proofPrefix+id+"\n"), hash[:]...)
}
