package tokens

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
)

func TestRefresh(t *testing.T) {
	p := newTestProvider(t)
	configs := map[string]Config{
		"sandbox": {}, "trusted": trustedConfig(), "oidc": oidcConfig(p.server.URL), "both": bothConfig(p.server.URL),
	}
	foreign, err := newSealer([]string{p.server.URL}, [][]byte{[]byte("another key of thirty-two bytes!")})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := foreign.seal(sealed{RefreshToken: "refresh-1", Subject: "s", ExpiresAt: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	const (
		raw    = "refresh-1"
		sealed = "<sealed>" // the one that a login by token gave
	)
	tests := []struct {
		name   string
		mode   string
		secret string
		token  string
		code   Code
		calls  int
	}{
		{"sandbox", "sandbox", "", raw, "", 1},
		{"sandbox, unknown", "sandbox", "", "refresh-2", CodeRefreshTokenInvalid, 1},
		{"sandbox, empty", "sandbox", "", "", CodeRefreshTokenInvalid, 0},
		{"sandbox, line break", "sandbox", "", "a\nb", CodeRefreshTokenInvalid, 0},
		{"sandbox, endless", "sandbox", "", strings.Repeat("A", maxRefreshToken+1), CodeRefreshTokenInvalid, 0},
		{"sandbox, sealed by a stranger", "sandbox", "", stranger, CodeRefreshTokenInvalid, 0},
		{"trusted", "trusted", trustedSecret, raw, "", 1},
		{"trusted without the secret", "trusted", "", raw, CodeProofRequired, 0},
		{"trusted with a wrong secret", "trusted", "wrong", raw, CodeProofRequired, 0},
		{"trusted, sealed by a stranger", "trusted", trustedSecret, stranger, CodeRefreshTokenInvalid, 0},
		{"oidc", "oidc", "", sealed, "", 1},
		{"oidc, raw", "oidc", "", raw, CodeRefreshTokenInvalid, 0},
		{"oidc, raw with a secret", "oidc", trustedSecret, raw, CodeRefreshTokenInvalid, 0},
		{"oidc, tampered", "oidc", "", sealed + "AAAA", CodeRefreshTokenInvalid, 0},
		{"oidc, sealed by a stranger", "oidc", "", stranger, CodeRefreshTokenInvalid, 0},
		{"both, sealed", "both", "", sealed, "", 1},
		{"both, sealed with the secret", "both", trustedSecret, sealed, "", 1},
		{"both, raw", "both", "", raw, CodeProofRequired, 0},
		{"both, raw with the secret", "both", trustedSecret, raw, "", 1},
		{"both, tampered with the secret", "both", trustedSecret, sealed + "AAAA", CodeRefreshTokenInvalid, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, configs[test.mode])
			b.circle.refresh[raw] = true
			token := test.token
			if rest, ok := strings.CutPrefix(token, sealed); ok {
				session, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
				if err != nil {
					t.Fatal(err)
				}
				token = session.RefreshToken + rest
				b.circle.count()
			}
			// An expired header never blocks a refresh.
			ctx := b.asking("Bearer "+memberToken(t, noon.Add(-time.Hour), "old"), test.secret)
			session, err := b.Refresh(ctx, token)
			if code(err) != test.code || (err == nil) != (test.code == "") {
				t.Fatalf("Refresh = %v, want code %q", err, test.code)
			}
			if n := b.circle.count(); n != test.calls {
				t.Errorf("Circle was called %d times, want %d", n, test.calls)
			}
			if err != nil {
				return
			}
			if session.AccessToken == "" || session.AccessTokenExpiresAt != noon.Add(time.Hour) ||
				session.RefreshToken != token {
				t.Errorf("Refresh = %+v, want a new access token and the same refresh token", session)
			}
			if wasSealed := isSealed(token); wasSealed != (session.MemberID == adaID) ||
				wasSealed == session.RefreshTokenExpiresAt.IsZero() {
				t.Errorf("Refresh = %+v, want member and expiry only if the seal says them", session)
			}
		})
	}
}

func TestSealedTokenOverItsLife(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	session, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
	if err != nil {
		t.Fatal(err)
	}
	rotated := oidcConfig(p.server.URL)
	rotated.SealKeys = []Secret{sealKeyText(9), sealKeyText(1)}
	if b.settings, err = rotated.Validate(Deployment{HeadlessToken: headlessToken}); err != nil {
		t.Fatal(err)
	}
	next, err := b.Refresh(b.asking("", ""), session.RefreshToken)
	if err != nil || next.RefreshToken == session.RefreshToken || !isSealed(next.RefreshToken) {
		t.Fatalf("Refresh with an older key = %+v, %v; want a token sealed anew", next, err)
	}
	withdrawn := oidcConfig(p.server.URL)
	withdrawn.SealKeys = []Secret{sealKeyText(9)}
	if b.settings, err = withdrawn.Validate(Deployment{HeadlessToken: headlessToken}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Refresh(b.asking("", ""), session.RefreshToken); code(err) != CodeRefreshTokenInvalid {
		t.Errorf("Refresh with a withdrawn key = %v, want %s", err, CodeRefreshTokenInvalid)
	}
	if again, err := b.Refresh(b.asking("", ""), next.RefreshToken); err != nil ||
		again.RefreshToken != next.RefreshToken || again.MemberID != adaID {
		t.Errorf("Refresh with the new key = %+v, %v; want success with the same token", again, err)
	}
	b.clock.advance(30 * 24 * time.Hour)
	if _, err := b.Refresh(b.asking("", ""), next.RefreshToken); code(err) != CodeRefreshTokenExpired {
		t.Errorf("Refresh after a month = %v, want %s", err, CodeRefreshTokenExpired)
	}
}

func TestRefreshAfterRevocation(t *testing.T) {
	b, session := signedInByIdentity(t)
	if err := b.RevokeRefreshToken(b.asking("", ""), session.RefreshToken); err != nil {
		t.Fatal(err)
	}
	b.circle.count()
	if _, err := b.Refresh(b.asking("", ""), session.RefreshToken); code(err) != CodeRefreshTokenInvalid ||
		b.circle.count() != 0 {
		t.Errorf("Refresh with a revoked token = %v, want %s at once", err, CodeRefreshTokenInvalid)
	}
	b.clock.advance(2 * time.Hour) // forgotten here, but not by Circle
	if _, err := b.Refresh(b.asking("", ""), session.RefreshToken); code(err) != CodeRefreshTokenInvalid ||
		b.circle.count() != 1 {
		t.Errorf("Refresh with a token revoked long ago = %v, want %s by Circle", err, CodeRefreshTokenInvalid)
	}
}

func TestRefreshThatCircleSaysHasExpired(t *testing.T) {
	b := newBench(t, Config{})
	b.circle.expired["refresh-1"] = true
	_, err := b.Refresh(b.asking("", ""), "refresh-1")
	if code(err) != CodeRefreshTokenExpired || !errors.Is(err, circleclient.ErrRefreshTokenExpired) {
		t.Errorf("Refresh = %v, want %s", err, CodeRefreshTokenExpired)
	}
}

func TestRefreshNeverGivesARevokedToken(t *testing.T) {
	b := newBench(t, Config{})
	b.circle.repeat = memberToken(t, noon.Add(time.Hour), "again")
	session, err := b.Login(b.asking("", ""), LoginRequest{Email: ada})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.RevokeAccessToken(b.asking("", ""), session.AccessToken); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Refresh(b.asking("", ""), session.RefreshToken); code(err) != CodeTokenRevoked ||
		!errors.Is(err, circleclient.ErrTokenRevoked) || got != nil {
		t.Errorf("Refresh = %+v, %v; want the revoked token refused", got, err)
	}
}

// slowAuth refreshes when it is let.
type slowAuth struct {
	AuthAPI
	release chan struct{}
	calls   atomic.Int32
	fail    func()
}

func (a *slowAuth) RefreshAccessToken(ctx context.Context, refreshToken string) (*circleclient.AccessToken, error) {
	a.calls.Add(1)
	select {
	case <-a.release:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if a.fail != nil {
		a.fail()
	}
	return &circleclient.AccessToken{AccessToken: "new for " + refreshToken}, nil
}

func newSlowService(t *testing.T, config Config, auth AuthAPI) (*Service, *Authenticator) {
	t.Helper()
	deployment := Deployment{Listen: "127.0.0.1:0"}
	if len(config.Login) > 0 {
		deployment.HeadlessToken = headlessToken
	}
	settings, err := config.Validate(deployment)
	if err != nil {
		t.Fatal(err)
	}
	clock := newTestClock()
	revocations := NewMemoryRevocations(10, clock.Now)
	s, err := New(settings, Dependencies{Auth: auth, Revocations: revocations, Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	return s, NewAuthenticator(settings, revocations, NewPrincipals(0, clock.Now), clock.Now)
}

func TestRefreshIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		auth := &slowAuth{release: make(chan struct{})}
		s, _ := newSlowService(t, Config{}, auth)
		type result struct {
			session *Session
			err     error
		}
		first, leave := context.WithCancel(t.Context())
		start := func(ctx context.Context, token string) chan result {
			done := make(chan result, 1)
			go func() {
				session, err := s.Refresh(ctx, token)
				done <- result{session, err}
			}()
			return done
		}
		leaver := start(first, "same")
		synctest.Wait()
		var stayers []chan result
		for range 20 {
			stayers = append(stayers, start(t.Context(), "same"))
		}
		other := start(t.Context(), "other")
		synctest.Wait()
		leave() // the one whose request began the flight
		synctest.Wait()
		if r := <-leaver; !errors.Is(r.err, context.Canceled) {
			t.Errorf("the one who left got %v, %v; want canceled", r.session, r.err)
		}
		close(auth.release)
		for _, done := range stayers {
			if r := <-done; r.err != nil || r.session.AccessToken != "new for same" {
				t.Errorf("one who stayed got %+v, %v; want the new token", r.session, r.err)
			}
		}
		if r := <-other; r.err != nil || r.session.AccessToken != "new for other" {
			t.Errorf("another token's refresh gave %+v, %v; want its own", r.session, r.err)
		}
		if n := auth.calls.Load(); n != 2 {
			t.Errorf("Circle was called %d times, want 2", n)
		}
	})
}

func TestSharedRefreshStillNeedsProof(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		auth := &slowAuth{release: make(chan struct{})}
		s, authenticator := newSlowService(t, trustedConfig(), auth)
		trusted := WithCaller(t.Context(), authenticator.caller(nil, "", true))
		done := make(chan error, 1)
		go func() {
			_, err := s.Refresh(trusted, "same")
			done <- err
		}()
		synctest.Wait()
		if session, err := s.Refresh(t.Context(), "same"); code(err) != CodeProofRequired {
			t.Errorf("Refresh without proof beside one with = %+v, %v; want %s", session, err, CodeProofRequired)
		}
		close(auth.release)
		if err := <-done; err != nil {
			t.Errorf("Refresh with proof = %v, want success", err)
		}
	})
}

func TestRefreshRevokedOnTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		auth := &slowAuth{release: make(chan struct{})}
		s, _ := newSlowService(t, Config{}, auth)
		done := make(chan error, 1)
		go func() {
			_, err := s.Refresh(t.Context(), "same")
			done <- err
		}()
		synctest.Wait()
		if err := s.revocations.Add(t.Context(), "same", noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		close(auth.release)
		if err := <-done; code(err) != CodeRefreshTokenInvalid {
			t.Errorf("Refresh = %v, want %s", err, CodeRefreshTokenInvalid)
		}
	})
}

func TestPanicInARefreshIsAnError(t *testing.T) {
	auth := &slowAuth{release: make(chan struct{}), fail: func() { panic("boom") }}
	close(auth.release)
	s, _ := newSlowService(t, Config{}, auth)
	if session, err := s.Refresh(t.Context(), "same"); err == nil || session != nil {
		t.Errorf("Refresh = %+v, %v; want an error", session, err)
	}
}
