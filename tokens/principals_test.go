package tokens

import (
	"strconv"
	"testing"
	"time"

	"circlegraph/circleclient"
)

func TestPrincipals(t *testing.T) {
	clock := newTestClock()
	p := NewPrincipals(0, clock.Now)
	want := func(token string, memberID int64, proven bool) {
		t.Helper()
		if id, ok := p.Member(circleclient.HashToken(token)); id != memberID || ok != proven {
			t.Errorf("Member(%s) = %d, %v, want %d, %v", token, id, ok, memberID, proven)
		}
	}
	want("a", 0, false)
	p.Prove(circleclient.HashToken("a"), 0)
	want("a", 0, true)
	p.Prove(circleclient.HashToken("a"), 7)
	p.Prove(circleclient.HashToken("a"), 0)
	want("a", 7, true)
	want("b", 0, false)

	p.signedIn("c", "r", 9)
	want("c", 9, true)
	if id := p.refreshed("d", "r", 0); id != 9 {
		t.Errorf("refreshed with a refresh token of member 9 gives %d", id)
	}
	want("d", 9, true)
	if id := p.refreshed("e", "another", 0); id != 0 {
		t.Errorf("refreshed with an unknown refresh token gives %d", id)
	}
	want("e", 0, true)
	p.refreshed("f", "another", 8) // a sealed token names the member
	want("f", 8, true)

	p.Forget(circleclient.HashToken("d"))
	want("d", 0, false)
	clock.advance(MaxRevocationAge + leeway)
	want("c", 0, false)
	if id := p.refreshed("g", "r", 0); id != 9 {
		t.Errorf("refreshed an hour later gives %d, want 9", id)
	}
	clock.advance(maxRefreshTokenAge)
	if id := p.refreshed("h", "r", 0); id != 0 {
		t.Errorf("refreshed a month later gives %d, want 0", id)
	}
}

// Tokens that were made up are not remembered as dead: many of them must not bring a dead one back.
func TestInventedTokensPushNobodyOut(t *testing.T) {
	p := NewPrincipals(100, newTestClock().Now)
	p.Prove(circleclient.HashToken("a"), 7)
	p.Forget(circleclient.HashToken("a"))
	for i := range 10_000 {
		p.Forget(circleclient.HashToken("invented " + strconv.Itoa(i)))
	}
	p.vouch(circleclient.HashToken("a"), 7)
	if id, proven := p.Member(circleclient.HashToken("a")); proven {
		t.Errorf("a dead token is proven again, of %d", id)
	}
}

func TestPrincipalsAreBounded(t *testing.T) {
	p := NewPrincipals(100, newTestClock().Now)
	known := 0
	for i := range 10_000 {
		p.signedIn(strconv.Itoa(i), "r"+strconv.Itoa(i), int64(i+1))
	}
	for i := range 10_000 {
		if _, ok := p.Member(circleclient.HashToken(strconv.Itoa(i))); ok {
			known++
		}
	}
	if known == 0 || known > 100 || p.refresh.EstimatedSize() > 100 {
		t.Errorf("%d access tokens and %d refresh tokens are known, want at most 100 each", known, p.refresh.EstimatedSize())
	}
}

// The member id comes from Circle's answers, through a refresh too, and never from what a token claims.
func TestSessionsProveTheirMember(t *testing.T) {
	b, session := signedIn(t)
	if id, proven := b.principals.Member(circleclient.HashToken(session.AccessToken)); id != adaID || !proven {
		t.Errorf("after the login: member %d, proven %v, want %d", id, proven, adaID)
	}
	b.clock.advance(30 * time.Minute)
	refreshed, err := b.Refresh(b.asking("", ""), session.RefreshToken)
	if err != nil || refreshed.MemberID != adaID {
		t.Fatalf("Refresh = %+v, %v, want a session of member %d", refreshed, err, adaID)
	}
	if id, proven := b.principals.Member(circleclient.HashToken(refreshed.AccessToken)); id != adaID || !proven {
		t.Errorf("after the refresh: member %d, proven %v, want %d", id, proven, adaID)
	}
	claims := memberToken(t, noon.Add(time.Hour), "copied claims")
	if id, proven := b.principals.Member(circleclient.HashToken(claims)); id != 0 || proven {
		t.Errorf("a token with copied claims: member %d, proven %v, want nobody", id, proven)
	}
	if err := b.RevokeAccessToken(b.asking("", ""), session.AccessToken); err != nil {
		t.Fatal(err)
	}
	if _, proven := b.principals.Member(circleclient.HashToken(session.AccessToken)); proven {
		t.Error("a revoked token is still proven")
	}
}

func TestActiveMembersOfTheMonth(t *testing.T) {
	clock := newTestClock()
	p := NewPrincipals(0, clock.Now)
	want := func(when string, n int) {
		t.Helper()
		if got := p.ActiveMembers(); got != n {
			t.Errorf("%s: %d active members, want %d", when, got, n)
		}
	}
	p.Prove(circleclient.HashToken("phone"), 7)
	p.Prove(circleclient.HashToken("tablet"), 7)
	p.Prove(circleclient.HashToken("other"), 8)
	p.Prove(circleclient.HashToken("unknown"), 0)
	want("at first", 2)
	clock.advance(31 * 24 * time.Hour)
	want("next month", 0)
	p.Prove(circleclient.HashToken("phone"), 7)
	want("once one is back", 1)
}

// Members are counted up to a number, whatever Circle says of tokens.
func TestActiveMembersAreBounded(t *testing.T) {
	p := NewPrincipals(10, time.Now)
	for n := range int64(maxActive) + 10 {
		p.noteActive(n + 1)
	}
	if n := p.ActiveMembers(); n != 1_000_000 {
		t.Errorf("%d members are counted, want a million at most", n)
	}
}
