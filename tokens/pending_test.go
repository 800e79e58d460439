package tokens

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/circleclient"
)

// Circle is told again of an end that it could not be told, until it has been, or the token has ended by itself.
func TestEndsAreToldAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		failures int
		until    time.Duration
		want     int
	}{
		"at once":                   {0, time.Hour, 1},
		"after a while":             {4, time.Hour, 5},
		"until it has ended":        {1000, 10 * time.Minute, 12},
		"no more once it has ended": {1000, 10 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, told := newPendingEnds(time.Now, slog.New(slog.DiscardHandler)), 0
				end := func(context.Context) bool { told++; return told > tc.failures }
				for range 2 { // the second time changes nothing
					if !p.add("t", time.Now().Add(tc.until), end) {
						t.Fatal("not taken")
					}
				}
				time.Sleep(2 * time.Hour) //nolint:forbidigo // in a bubble
				synctest.Wait()
				if told != tc.want || len(p.ends) != 0 {
					t.Errorf("Circle was told %d times, and %d wait, want %d and none", told, len(p.ends), tc.want)
				}
			})
		})
	}
}

func TestPendingEndsAreBounded(t *testing.T) {
	p := newPendingEnds(time.Now, slog.New(slog.DiscardHandler))
	for i := range maxPending + 1 {
		took := p.add(fmt.Sprint(i), time.Now().Add(time.Hour), func(context.Context) bool { return true })
		if took != (i < maxPending) {
			t.Fatalf("end %d is taken: %v", i, took)
		}
	}
	p.drain(t.Context())
}

// A logout while Circle is down counts here at once, is said to the client, and told to Circle before the process ends.
func TestLogoutWhileCircleIsDown(t *testing.T) {
	b, session := signedIn(t)
	b.circle.with(func() { b.circle.breakdown = http.StatusBadGateway })
	ctx := b.asking("Bearer "+session.AccessToken, "")
	err := b.Logout(ctx, true, session.RefreshToken)
	if _, pending := errors.AsType[*EndPendingError](err); !pending || !errors.Is(err, circleclient.ErrUnavailable) {
		t.Errorf("Logout = %v, want an end that is pending", err)
	}
	if _, err := CallerFrom(ctx).Token(); !errors.Is(err, circleclient.ErrTokenRevoked) {
		t.Errorf("Token() = %v, want revoked", err)
	}
	b.circle.with(func() { b.circle.breakdown = 0 })
	b.Drain(t.Context())
	if len(b.circle.access)+len(b.circle.refresh) != 0 {
		t.Errorf("alive at Circle: %v, %v; want nothing", b.circle.access, b.circle.refresh)
	}
	b.circle.with(func() { b.circle.breakdown = http.StatusBadGateway })
	invented := memberToken(t, noon.Add(time.Hour), "invented")
	err = b.RevokeAccessToken(b.asking("", ""), invented)
	if _, pending := errors.AsType[*EndPendingError](err); pending || err == nil {
		t.Errorf("the end of an invented token: %v, want a failure that nobody goes on with", err)
	}
}
