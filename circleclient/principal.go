package circleclient

// Principals remember which access tokens are proven: those that Circle has accepted, or has just made. Nothing that a
// token says of itself proves it. Implementations are safe for concurrent use.
type Principals interface {
	// Prove notes that Circle has accepted an access token. memberID is whose it is by Circle's own word, or 0 where it
	// has not said so, which takes nothing back.
	Prove(token string, memberID int64)
	// Member reports whether an access token is proven, and whose it is; 0 where that is not known.
	Member(token string) (memberID int64, proven bool)
	// Forget drops an access token that is dead.
	Forget(token string)
}

// noPrincipals remember nothing, so every token stays unproven.
type noPrincipals struct{}

func (noPrincipals) Prove(string, int64)         {}
func (noPrincipals) Member(string) (int64, bool) { return 0, false }
func (noPrincipals) Forget(string)               {}

// oneToken is the source of a token that has been looked at already.
type oneToken string

// Token implements [TokenSource].
func (t oneToken) Token() (string, error) { return string(t), nil }
