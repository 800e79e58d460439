package tokens

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
)

func from(ctx context.Context, address string) context.Context {
	return circleclient.With(ctx, circleclient.FromAddress(netip.MustParseAddr(address)))
}

func retryAfter(err error) time.Duration {
	if limited, ok := errors.AsType[*circleclient.Error](err); ok && errors.Is(err, circleclient.ErrRateLimited) {
		return limited.RetryAfter
	}
	return 0
}

func TestPausesDouble(t *testing.T) {
	clock := newTestClock()
	m := NewMemoryAttempts(clock.Now)
	for i := range freeAttempts {
		if wait, _ := m.Begin(t.Context(), "k"); wait != 0 {
			t.Fatalf("attempt %d waits %v, want none", i+1, wait)
		}
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		if wait, _ := m.Begin(t.Context(), "k"); wait != want*time.Second {
			t.Fatalf("wait %v, want %v", wait, want*time.Second)
		}
		clock.advance(want * time.Second)
		if wait, _ := m.Begin(t.Context(), "k"); wait != 0 {
			t.Fatalf("wait %v after the pause, want none", wait)
		}
	}
	if wait, _ := m.Begin(t.Context(), "another"); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	clock.advance(longestPause + 40*regainAttempt)
	for range freeAttempts - 1 {
		if wait, _ := m.Begin(t.Context(), "k"); wait != 0 {
			t.Fatalf("wait %v after a long rest, want none", wait)
		}
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	m := NewMemoryAttempts(newTestClock().Now)
	for i := range maxAttempts + 5000 {
		_, _ = m.Begin(t.Context(), fmt.Sprint(i))
		_, _ = m.Use(t.Context(), fmt.Sprint(i), time.Hour)
	}
	m.keys.CleanUp()
	m.used.CleanUp()
	if keys, used := m.keys.EstimatedSize(), m.used.EstimatedSize(); keys > maxAttempts || used > maxAttempts {
		t.Errorf("%d keys and %d tokens, want %d at most", keys, used, maxAttempts)
	}
}

// Whoever guesses from one address has to wait, longer each time, and nobody else with them.
func TestGuessingAddressWaits(t *testing.T) {
	p := newTestProvider(t)
	for name, try := range map[string]func(*bench, context.Context) error{
		"ID tokens": func(b *bench, ctx context.Context) error {
			_, err := b.Login(ctx, LoginRequest{IdentityToken: "x.y.z"})
			return err
		},
		"names": func(b *bench, ctx context.Context) error {
			_, err := b.Login(ctx, LoginRequest{Email: ada})
			return err
		},
		"refresh tokens": func(b *bench, ctx context.Context) error {
			_, err := b.Refresh(ctx, sealPrefix+"x")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, bothConfig(p.server.URL))
			ctx := from(b.asking("", ""), "2001:db8::1")
			for range freeAttempts {
				if err := try(b, ctx); code(err) == "" {
					t.Fatalf("a guess gives %v, want a refusal", err)
				}
			}
			if wait := retryAfter(try(b, from(b.asking("", ""), "2001:db8::2"))); wait != time.Second {
				t.Errorf("a neighbour in the same network waits %v, want 1s", wait)
			}
			good := LoginRequest{IdentityToken: p.idToken(nil)}
			session, err := b.Login(ctx, good)
			if err != nil {
				t.Fatalf("a good token within the pause gives %v: guesses keep a member out", err)
			}
			if _, err := b.Refresh(ctx, session.RefreshToken); err != nil {
				t.Errorf("a sealed refresh token within the pause gives %v: guesses keep a member out", err)
			}
			if !strings.Contains(b.log.String(), "outcome=RATE_LIMITED") {
				t.Error("the pause is not in the audit")
			}
			if err := try(b, from(b.asking("", ""), "2001:db8:0:1::1")); code(err) == "" {
				t.Errorf("a guess from another network gives %v, want a refusal", err)
			}
		})
	}
}

// Whoever tries to end invented tokens has to wait too, as does whoever ends one token again and again. Ending what is
// known to be a token is nobody else's to delay, and Circle's failures are nobody's guesses.
func TestRevocationsWait(t *testing.T) {
	invented := 0
	for name, end := range map[string]func(*bench, context.Context, *testing.T) error{
		"access tokens": func(b *bench, ctx context.Context, t *testing.T) error {
			invented++
			return b.RevokeAccessToken(ctx, memberToken(t, b.clock.Now().Add(time.Hour), fmt.Sprint("invented-", invented)))
		},
		"refresh tokens": func(b *bench, ctx context.Context, _ *testing.T) error {
			invented++
			return b.RevokeRefreshToken(ctx, fmt.Sprint("invented-", invented))
		},
		"logout": func(b *bench, ctx context.Context, t *testing.T) error {
			invented++
			token := memberToken(t, b.clock.Now().Add(time.Hour), fmt.Sprint("invented-", invented))
			return b.Logout(circleclient.With(b.asking("Bearer "+token, ""),
				circleclient.FromAddress(circleclient.AskingFrom(ctx).Address)), false, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, trustedConfig())
			session, err := b.Login(b.asking("", trustedSecret), LoginRequest{Email: ada})
			if err != nil {
				t.Fatal(err)
			}
			ctx := from(b.asking("", ""), "192.0.2.1")
			b.circle.with(func() { b.circle.breakdown = 429 })
			for range 2 * freeAttempts {
				if err := end(b, ctx, t); !errors.Is(err, circleclient.ErrRateLimited) || retryAfter(err) != 0 {
					t.Fatalf("Circle refuses: %v", err)
				}
			}
			b.circle.with(func() { b.circle.breakdown = 0 })
			for range freeAttempts {
				if err := end(b, ctx, t); err != nil {
					t.Fatal(err)
				}
			}
			b.circle.count()
			if wait := retryAfter(end(b, ctx, t)); wait != time.Second || b.circle.count() != 0 {
				t.Errorf("one guess more waits %v, want 1s and no question to Circle", wait)
			}
			if err := end(b, from(b.asking("", ""), "192.0.2.2"), t); err != nil {
				t.Errorf("from another address: %v", err)
			}
			if err := b.Logout(circleclient.With(b.asking("Bearer "+session.AccessToken, ""),
				circleclient.FromAddress(circleclient.AskingFrom(ctx).Address)), true, session.RefreshToken); err != nil {
				t.Errorf("a member behind the same address signs out: %v", err)
			}
			if !strings.Contains(b.log.String(), "outcome=RATE_LIMITED") {
				t.Error("the pause is not in the audit")
			}
			b.clock.advance(time.Second)
			if err := end(b, ctx, t); err != nil {
				t.Errorf("after the pause: %v", err)
			}
		})
	}
	b := newBench(t, trustedConfig())
	ctx := b.asking("", trustedSecret)
	for range freeAttempts {
		if err := b.RevokeRefreshToken(ctx, "again-and-again"); err != nil {
			t.Fatal(err)
		}
	}
	b.circle.count()
	if wait := retryAfter(b.RevokeRefreshToken(ctx, "again-and-again")); wait != time.Second || b.circle.count() != 0 {
		t.Errorf("one token once more waits %v, want 1s and no question to Circle", wait)
	}
}

// An office of members behind one address, and a trusted server, sign in as often as they have to.
func TestSuccessIsNotCountedForAnAddress(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, bothConfig(p.server.URL))
	for i := range 3 * freeAttempts {
		b.clock.advance(regainAttempt) // so that it is not the one member who waits
		token := p.idToken(jwt.MapClaims{
			"jti": fmt.Sprint(i), "iat": b.clock.Now().Unix(),
			"exp": b.clock.Now().Add(time.Hour).Unix(),
		})
		if _, err := b.Login(from(b.asking("", ""), "192.0.2.1"), LoginRequest{IdentityToken: token}); err != nil {
			t.Fatalf("sign-in %d: %v", i+1, err)
		}
	}
	for range 3 * freeAttempts {
		ctx := b.asking("", trustedSecret)
		if _, err := b.Login(ctx, LoginRequest{Email: "a\nb@example.org"}); code(err) != CodeInvalid {
			t.Fatalf("a trusted server's mistake gives %v, want %s", err, CodeInvalid)
		}
	}
}

// One member is bounded too, from any address; without proof nobody uses up another's attempts.
func TestMemberWhoSignsInTooOftenWaits(t *testing.T) {
	b := newBench(t, trustedConfig())
	for range 3 * freeAttempts {
		if _, err := b.Login(b.asking("", ""), LoginRequest{Email: ada}); code(err) != CodeProofRequired {
			t.Fatalf("without proof: %v", err)
		}
	}
	trusted := b.asking("", trustedSecret)
	var session *Session
	for range freeAttempts {
		var err error
		if session, err = b.Login(trusted, LoginRequest{Email: ada}); err != nil {
			t.Fatal(err)
		}
	}
	b.circle.count()
	if _, err := b.Login(trusted, LoginRequest{Email: strings.ToUpper(ada)}); retryAfter(err) != time.Second ||
		b.circle.count() != 0 {
		t.Errorf("one more gives %v, want a second's wait and no question to Circle", err)
	}
	if _, err := b.Login(trusted, LoginRequest{MemberID: adaID}); err != nil {
		t.Errorf("another name: %v", err)
	}
	for range freeAttempts {
		if _, err := b.Refresh(trusted, session.RefreshToken); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Refresh(trusted, session.RefreshToken); retryAfter(err) != time.Second {
		t.Errorf("one more refresh gives %v, want a second's wait", err)
	}
}

// An ID token that somebody has overheard is worth nothing after its owner used it.
func TestIdentityTokenSignsInOnce(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	req := LoginRequest{IdentityToken: p.idToken(nil)}
	b.circle.with(func() { b.circle.breakdown = 503 })
	if _, err := b.Login(b.asking("", ""), req); err == nil {
		t.Fatal("signed in without Circle")
	}
	b.circle.with(func() { b.circle.breakdown = 0 })
	var signedIn, refused atomic.Int32
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			switch _, err := b.Login(b.asking("", ""), req); {
			case err == nil:
				signedIn.Add(1)
			case code(err) == CodeIdentityTokenInvalid:
				refused.Add(1)
			}
		})
	}
	all.Wait()
	if signedIn.Load() != 1 || refused.Load() != 9 {
		t.Errorf("%d signed in and %d refused, want 1 and 9", signedIn.Load(), refused.Load())
	}
	b.clock.advance(maxIdentityAge + leeway - time.Second)
	if _, err := b.Login(b.asking("", ""), req); code(err) != CodeIdentityTokenInvalid {
		t.Errorf("at the end of its life: %v, want %s", err, CodeIdentityTokenInvalid)
	}
	if !strings.Contains(b.log.String(), `reason="used before"`) {
		t.Error("the audit does not say why")
	}
}
