package tokens

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The same ID token from the same address has the first result again for some seconds, and nobody else has it.
func TestSignInIsRepeated(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	login := func(token, address string) (*Session, error) {
		return b.Login(from(b.asking("", ""), address), LoginRequest{IdentityToken: token})
	}
	token := p.idToken(nil)
	var all sync.WaitGroup
	sessions := make([]*Session, 5)
	for i := range sessions {
		all.Go(func() {
			var err error
			if sessions[i], err = login(token, "192.0.2.1"); err != nil {
				t.Errorf("Login at the same time = %v, want success", err)
			}
		})
	}
	all.Wait()
	b.clock.advance(repeatTime)
	again, err := login(token, "192.0.2.1")
	if err != nil {
		t.Fatalf("Login again = %v, want the first result", err)
	}
	for _, session := range sessions {
		if session == nil || *session != *again {
			t.Errorf("one session is %+v, want the same for all: %+v", session, again)
		}
	}
	if n := b.circle.count(); n != 1 {
		t.Errorf("Circle was asked %d times, want once", n)
	}
	if _, err := login(token, "192.0.2.2"); code(err) != CodeIdentityTokenInvalid {
		t.Errorf("Login from elsewhere = %v, want it refused", err)
	}
	b.clock.advance(time.Second)
	if _, err := login(token, "192.0.2.1"); code(err) != CodeIdentityTokenInvalid ||
		!strings.Contains(b.log.String(), `reason="used before"`) {
		t.Errorf("Login after some seconds = %v, want it refused", err)
	}
	if n := b.circle.count(); n != 0 {
		t.Errorf("Circle was asked %d times more, want never a second grant", n)
	}
}

// What has been signed out stays so.
func TestSignInIsNotRepeatedAfterLogout(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	ctx, req := from(b.asking("", ""), "192.0.2.1"), LoginRequest{IdentityToken: p.idToken(nil)}
	session, err := b.Login(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Logout(from(b.asking("Bearer "+session.AccessToken, ""), "192.0.2.1"), false, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Login(ctx, req); code(err) != CodeIdentityTokenInvalid {
		t.Errorf("Login after logout = %v, want it refused", err)
	}
}

// A sign-in that failed is tried again, also by one who has waited for a client that left.
func TestFailedSignInIsNotRepeated(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	ctx, req := from(b.asking("", ""), "192.0.2.1"), LoginRequest{IdentityToken: p.idToken(nil)}
	b.circle.with(func() { b.circle.breakdown = 503 })
	if _, err := b.Login(ctx, req); err == nil {
		t.Fatal("signed in without Circle")
	}
	b.circle.with(func() { b.circle.breakdown = 0 })
	key := attemptKey("sign-in", "192.0.2.1 "+req.IdentityToken)
	left := &signIn{done: make(chan struct{}), err: context.Canceled}
	b.signIns.known.Set(key, left)
	over := make(chan error)
	go func() {
		_, err := b.Login(ctx, req)
		over <- err
	}()
	b.signIns.known.Invalidate(key)
	close(left.done)
	if err := <-over; err != nil {
		t.Errorf("Login after one who left = %v, want success", err)
	}
}

// What is remembered of sign-ins is bounded, however many there are in a moment.
func TestRepeatsAreBounded(t *testing.T) {
	s := newSignIns(time.Now)
	for n := range 5000 {
		s.known.SetIfAbsent(attemptKey("sign-in", strconv.Itoa(n)), &signIn{})
	}
	if n := s.known.EstimatedSize(); n > 1000 {
		t.Errorf("%d sign-ins are remembered, want 1000 at most", n)
	}
}
