package tokens

import (
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"circlegraph/circleclient"
	"circlegraph/internal/inline"
)

const (
	// DefaultPrincipalLimit is how many proven tokens are remembered at a time; they take some 20 MB.
	DefaultPrincipalLimit = 100_000

	maxActive          = 1_000_000 // members that are counted
	maxRefreshTokenAge = 31 * 24 * time.Hour
)

// Principals remember which access tokens are proven, because Circle has accepted them or has just made them, and whose
// they are, as far as Circle itself has said so. No claim of a token counts. What is forgotten is learned anew: nobody
// gains by it. They implement circleclient's Principals and are safe for concurrent use.
type Principals struct {
	now     func() time.Time
	access  *otter.Cache[circleclient.TokenHash, int64] // members; 0 if Circle has not named the member
	refresh *otter.Cache[circleclient.TokenHash, int64]
	dead    *otter.Cache[circleclient.TokenHash, int64] // were known, and are not to be known again by their proof

	mu     sync.Mutex
	month  time.Time          // the first of it
	active map[int64]struct{} // members since then
}

// NewPrincipals makes an empty record of up to limit tokens, [DefaultPrincipalLimit] if limit is not positive.
func NewPrincipals(limit int, now func() time.Time) *Principals {
	if limit <= 0 {
		limit = DefaultPrincipalLimit
	}
	keep := func(age time.Duration) *otter.Cache[circleclient.TokenHash, int64] {
		return otter.Must(&otter.Options[circleclient.TokenHash, int64]{
			MaximumSize:      limit,
			ExpiryCalculator: otter.ExpiryWriting[circleclient.TokenHash, int64](age),
			Clock:            inline.Clock(now),
			Executor:         inline.Executor,
		})
	}
	return &Principals{
		now: now, access: keep(MaxRevocationAge + leeway), refresh: keep(maxRefreshTokenAge),
		dead: keep(MaxRevocationAge + leeway),
	}
}

// Prove notes that Circle has accepted an access token. memberID is the member as Circle named them, or 0 if it has
// not said so, which takes nothing back.
func (p *Principals) Prove(token circleclient.TokenHash, memberID int64) {
	known, ok := p.access.GetIfPresent(token)
	if !ok || memberID != 0 && known != memberID {
		p.access.Set(token, memberID)
		known = memberID
	}
	p.noteActive(known)
}

// ActiveMembers is how many members Circle has answered since this process was started or the month began, in UTC.
// Those whose tokens Circle has not named the member of are not among them.
func (p *Principals) ActiveMembers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turnMonth()
	return len(p.active)
}

func (p *Principals) noteActive(memberID int64) {
	if memberID == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turnMonth()
	if len(p.active) < maxActive {
		p.active[memberID] = struct{}{}
	}
}

func (p *Principals) turnMonth() {
	year, month, _ := p.now().UTC().Date()
	if first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC); !first.Equal(p.month) {
		p.month, p.active = first, map[int64]struct{}{}
	}
}

// Member reports whether an access token is proven, and of which member; 0 if that is not known.
func (p *Principals) Member(token circleclient.TokenHash) (memberID int64, proven bool) {
	return p.access.GetIfPresent(token)
}

// Forget drops a token that is dead.
func (p *Principals) Forget(token circleclient.TokenHash) {
	if memberID, known := p.access.Invalidate(token); known { // invented ones must not push others out
		p.dead.Set(token, memberID)
	}
}

// vouch notes an access token with a proof that this server has given for it, unless it is known to be dead.
func (p *Principals) vouch(token circleclient.TokenHash, memberID int64) {
	if _, dead := p.dead.GetIfPresent(token); !dead {
		p.access.SetIfAbsent(token, memberID)
	}
}

// signedIn notes the tokens that Circle has made for a member.
func (p *Principals) signedIn(accessToken, refreshToken string, memberID int64) {
	p.Prove(circleclient.HashToken(accessToken), memberID)
	if refreshToken != "" && memberID != 0 {
		p.refresh.Set(circleclient.HashToken(refreshToken), memberID)
	}
}

// madeRefresh reports whether Circle has made a refresh token for this process.
func (p *Principals) madeRefresh(token string) bool {
	_, ok := p.refresh.GetIfPresent(circleclient.HashToken(token))
	return ok
}

// refreshed notes an access token that Circle has made for a refresh token, and returns the member; 0 if that is not
// known.
func (p *Principals) refreshed(accessToken, refreshToken string, memberID int64) int64 {
	if memberID == 0 {
		memberID, _ = p.refresh.GetIfPresent(circleclient.HashToken(refreshToken))
	}
	p.Prove(circleclient.HashToken(accessToken), memberID)
	return memberID
}
