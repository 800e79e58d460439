package circleclient

import "crypto/sha256"

// Principals remember which access tokens are proven: those that Circle has accepted, or has just made. Nothing that a
// token says of itself proves it. Implementations are safe for concurrent use.
type Principals interface {
	// Prove notes that Circle has accepted an access token. memberID is the member's by Circle's own word, or 0 if Circle
	// has not said, which takes nothing back.
	Prove(token TokenHash, memberID int64)
	// Member reports whether an access token is proven, and returns its member; 0 if that is not known.
	Member(token TokenHash) (memberID int64, proven bool)
	// Forget drops an access token that is dead.
	Forget(token TokenHash)
}

// noPrincipals remember nothing, so every token stays unproven.
type noPrincipals struct{}

func (noPrincipals) Prove(TokenHash, int64)         {}
func (noPrincipals) Member(TokenHash) (int64, bool) { return 0, false }
func (noPrincipals) Forget(TokenHash)               {}

// TokenHash stands for a token where the token itself need not be kept.
type TokenHash [sha256.Size]byte

// HashToken hashes a token.
func HashToken(token string) TokenHash { return sha256.Sum256([]byte(token)) }
