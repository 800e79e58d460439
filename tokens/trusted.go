package tokens

import (
	"crypto/sha256"
	"crypto/subtle"
)

// SecretHeader carries the secret of a trusted server. It must never be in a CORS allow-list: a page that could send it
// would have to hold the secret, which may become any member.
const SecretHeader = "X-Circlegraph-Secret" //nolint:gosec // G101: a name

// trusts reports whether the values of [SecretHeader] are one of the configured secrets. The hashes are compared, in
// constant time and all of them, so that neither the length nor the beginning of a secret shows.
func (s Settings) trusts(values []string) bool {
	if len(values) != 1 {
		return false
	}
	given := sha256.Sum256([]byte(values[0]))
	equal := 0
	for _, secret := range s.secrets {
		equal |= subtle.ConstantTimeCompare(given[:], secret[:])
	}
	return equal == 1
}
