package tokens

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// signedIn is a bench with Ada's session.
func signedIn(t *testing.T) (*bench, *Session) {
	t.Helper()
	b := newBench(t, Config{})
	session, err := b.Login(b.asking("", ""), LoginRequest{Email: ada})
	if err != nil {
		t.Fatal(err)
	}
	b.circle.count()
	return b, session
}

// signedInByIdentity is a bench with the session that an ID token of Ada's gives; its refresh token is sealed.
func signedInByIdentity(t *testing.T) (*bench, *Session) {
	t.Helper()
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	session, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return b, session
}

func TestLogoutEndsTheAccessTokenAlone(t *testing.T) {
	b, session := signedIn(t)
	ctx := b.asking("Bearer "+session.AccessToken, "")
	if err := b.Logout(ctx, false, session.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if n := b.circle.count(); n != 1 {
		t.Errorf("Circle was called %d times, want 1", n)
	}
	if b.circle.access[session.AccessToken] || !b.circle.refresh[session.RefreshToken] {
		t.Errorf("alive at Circle: access %v, refresh %v; want only refresh", b.circle.access[session.AccessToken],
			b.circle.refresh[session.RefreshToken])
	}
	if _, err := CallerFrom(ctx).Token(); !errors.Is(err, circleclient.ErrTokenRevoked) {
		t.Errorf("Token() in the same request = %v, want revoked", err)
	}
	if _, err := CallerFrom(b.asking("Bearer "+session.AccessToken, "")).Token(); !errors.Is(err,
		circleclient.ErrTokenRevoked) {
		t.Errorf("Token() in the next request = %v, want revoked", err)
	}
	if !slices.Equal(b.purged, []string{session.AccessToken}) {
		t.Errorf("%d memos were dropped, want the token's", len(b.purged))
	}
	if err := b.Logout(b.asking("Bearer "+session.AccessToken, ""), false, ""); err != nil {
		t.Errorf("Logout of a dead token = %v, want success", err)
	}
}

func TestLogoutEverywhere(t *testing.T) {
	b, session := signedIn(t)
	ctx := b.asking("Bearer "+session.AccessToken, "")
	if err := b.Logout(ctx, true, ""); code(err) != CodeInvalid || b.circle.count() != 0 {
		t.Errorf("Logout everywhere without the refresh token = %v, want %s before anything is done", err, CodeInvalid)
	}
	if err := b.Logout(ctx, true, session.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if len(b.circle.access)+len(b.circle.refresh) != 0 {
		t.Errorf("alive at Circle: %v, %v; want nothing", b.circle.access, b.circle.refresh)
	}
	if err := b.Logout(ctx, true, session.RefreshToken); err != nil {
		t.Errorf("Logout everywhere when all is dead = %v, want success", err)
	}
}

func TestLogoutEverywhereUnseals(t *testing.T) {
	b, session := signedInByIdentity(t)
	ctx := b.asking("Bearer "+session.AccessToken, "")
	if err := b.Logout(ctx, true, session.RefreshToken+"AAAA"); code(err) != CodeRefreshTokenInvalid {
		t.Errorf("Logout with a broken seal = %v, want %s", err, CodeRefreshTokenInvalid)
	}
	if err := b.Logout(ctx, true, session.RefreshToken); err != nil || len(b.circle.refresh) != 0 {
		t.Errorf("Logout = %v with %v alive, want nothing alive", err, b.circle.refresh)
	}
}

func TestLogoutByHeader(t *testing.T) {
	b, _ := signedIn(t)
	for header, want := range map[string]Reason{
		"": ReasonMissing, "Basic YWRh": ReasonInvalid,
		"Bearer " + memberToken(t, noon.Add(-time.Hour), "old"): "", "Bearer rubbish": "",
	} {
		err := b.Logout(b.asking(header, ""), false, "")
		var refused *Error
		if errors.As(err, &refused) != (want != "") || refused != nil && refused.Reason != want || refused == nil &&
			err != nil {
			t.Errorf("Logout with the header %q = %v, want %q", header, err, want)
		}
	}
	if b.revocations.Len() != 0 {
		t.Errorf("%d dead tokens entered the list, want 0", b.revocations.Len())
	}
}

func TestOnlyConfirmedOrProvenTokensEnterTheList(t *testing.T) {
	invented := memberToken(t, noon.Add(time.Hour), "invented")
	tests := map[string]struct {
		token     string // empty for Ada's
		breakdown int
		proven    bool
		listed    bool
		fails     bool
	}{
		"confirmed":                 {"", 0, false, true, false},
		"invented":                  {invented, 0, false, false, false},
		"dead, but proven alive":    {invented, 0, true, true, false},
		"rubbish":                   {"rubbish", 0, false, false, false},
		"Circle is down":            {"", http.StatusBadGateway, false, false, true},
		"Circle is down and proven": {"", http.StatusBadGateway, true, true, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b, session := signedIn(t)
			token := test.token
			if token == "" {
				token = session.AccessToken
			}
			b.circle.with(func() { b.circle.breakdown = test.breakdown })
			if b.principals.Forget(circleclient.HashToken(token)); test.proven {
				b.principals.Prove(circleclient.HashToken(token), 0)
			}
			err := b.RevokeAccessToken(b.asking("", ""), token)
			if (err != nil) != test.fails || test.fails && !errors.Is(err, circleclient.ErrUnavailable) {
				t.Errorf("RevokeAccessToken = %v, want a failure: %v", err, test.fails)
			}
			if got := b.revocations.Contains(token); got != test.listed {
				t.Errorf("the token is refused here: %v, want %v", got, test.listed)
			}
		})
	}
}

func TestRevocationLastsAsLongAsTheToken(t *testing.T) {
	b, session := signedIn(t)
	b.clock.advance(50 * time.Minute)
	if err := b.RevokeAccessToken(b.asking("", ""), session.AccessToken); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after  time.Duration
		listed bool
	}{{10*time.Minute + leeway - time.Second, true}, {time.Second, false}} {
		b.clock.advance(step.after)
		if got := b.revocations.Contains(session.AccessToken); got != step.listed {
			t.Errorf("refused at %v: %v, want %v", b.clock.Now(), got, step.listed)
		}
		if _, err := CallerFrom(b.asking("Bearer "+session.AccessToken, "")).Token(); err == nil {
			t.Errorf("the token is taken at %v, want it refused for one reason or the other", b.clock.Now())
		}
	}
}

func TestRevokeRefreshToken(t *testing.T) {
	b, session := signedInByIdentity(t)
	b.circle.with(func() { b.circle.expired["month-old"] = true })
	for _, test := range []struct {
		name, token string
		code        Code
	}{
		{"broken seal", session.RefreshToken + "AAAA", CodeRefreshTokenInvalid},
		{"empty", "", CodeRefreshTokenInvalid},
		{"unknown", "refresh-2", ""},
		{"past its month", "month-old", ""},
		{"sealed", session.RefreshToken, ""},
		{"dead", session.RefreshToken, ""},
	} {
		if err := b.RevokeRefreshToken(b.asking("", ""), test.token); code(err) != test.code ||
			(err == nil) != (test.code == "") {
			t.Errorf("%s: RevokeRefreshToken = %v, want code %q", test.name, err, test.code)
		}
	}
	if len(b.circle.refresh) != 0 || b.revocations.Len() != 1 {
		t.Errorf("alive at Circle: %v, listed: %d; want nothing and the one that Circle confirmed", b.circle.refresh,
			b.revocations.Len())
	}
	b.circle.count()
	b.clock.advance(31 * 24 * time.Hour)
	if err := b.RevokeRefreshToken(b.asking("", ""), session.RefreshToken); err != nil || b.circle.count() != 0 {
		t.Errorf("RevokeRefreshToken of an expired seal = %v, want success without a call", err)
	}
}

func TestRevocationIsCarriedOutWhenTheCallerLeaves(t *testing.T) {
	b, session := signedIn(t)
	ctx, leave := context.WithCancel(b.asking("Bearer "+session.AccessToken, ""))
	leave()
	if err := b.Logout(ctx, true, session.RefreshToken); err != nil || len(b.circle.access)+len(b.circle.refresh) != 0 {
		t.Errorf("Logout of one who left = %v, alive %v, %v; want it carried out", err, b.circle.access, b.circle.refresh)
	}
}

func TestEveryActionIsAudited(t *testing.T) {
	b, session := signedIn(t)
	ctx := b.asking("Bearer "+session.AccessToken, "")
	if _, err := b.Refresh(ctx, session.RefreshToken); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		b.Logout(ctx, false, ""), b.RevokeAccessToken(ctx, session.AccessToken),
		b.RevokeRefreshToken(ctx, session.RefreshToken),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, action := range []string{"login", "refresh", "logout", `"revoke access token"`, `"revoke refresh token"`} {
		if want := "msg=audit action=" + action + " mode=sandbox outcome=ok"; strings.Count(b.log.String(), want) != 1 {
			t.Errorf("%q is not in the log once:\n%s", want, b.log)
		}
	}
}
