package tokens

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"circlegraph/circleclient"
)

func TestMiddlewareSaysWhyATokenCannotBeUsed(t *testing.T) {
	b := newBench(t, Config{})
	good := memberToken(t, noon.Add(time.Hour), "good")
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	tests := map[string]struct {
		headers []string
		token   string // to use
		reason  Reason
		shown   string // by Presented
	}{
		"none":               {nil, "", ReasonMissing, ""},
		"empty":              {[]string{""}, "", ReasonMissing, ""},
		"an empty variable":  {[]string{"Bearer "}, "", ReasonMissing, ""},
		"good":               {[]string{"Bearer " + good}, good, "", good},
		"scheme in any case": {[]string{"bEARER   " + good}, good, "", good},
		"another scheme":     {[]string{"Basic YWRhOnB3"}, "", ReasonInvalid, ""},
		"no scheme":          {[]string{good}, "", ReasonInvalid, ""},
		"two headers":        {[]string{"Bearer " + good, "Bearer " + good}, "", ReasonInvalid, ""},
		"two tokens":         {[]string{"Bearer " + good + " " + good}, "", ReasonInvalid, ""},
		"a list":             {[]string{"Bearer " + good + "," + good}, "", ReasonInvalid, ""},
		"control characters": {[]string{"Bearer " + good + "\x00"}, "", ReasonInvalid, ""},
		"not ASCII":          {[]string{"Bearer " + good + "é"}, "", ReasonInvalid, ""},
		"not a JWT":          {[]string{"Bearer undefined"}, "", ReasonInvalid, "undefined"},
		"a JWT of rubbish":   {[]string{"Bearer a.b.c"}, "", ReasonInvalid, "a.b.c"},
		"expired": {
			[]string{"Bearer " + memberToken(t, noon.Add(-leeway), "x")},
			"", ReasonExpired,
			memberToken(t, noon.Add(-leeway), "x"),
		},
		"expired by a second": {
			[]string{"Bearer " + memberToken(t, noon.Add(-time.Second), "x")},
			memberToken(t, noon.Add(-time.Second), "x"), "", memberToken(t, noon.Add(-time.Second), "x"),
		},
		"without exp": {
			[]string{"Bearer " + part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2ln"},
			part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2ln", "", part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2ln",
		},
		"exp of another type": {
			[]string{"Bearer " + part(`{"alg":"HS256"}`) + "." + part(`{"exp":"soon"}`) + ".c2ln"},
			part(`{"alg":"HS256"}`) + "." + part(`{"exp":"soon"}`) + ".c2ln", "", part(`{"alg":"HS256"}`) + "." +
				part(`{"exp":"soon"}`) + ".c2ln",
		},
		"unknown algorithm": {
			[]string{"Bearer " + part(`{"alg":"XY1"}`) + "." + part(`{}`) + ".c2ln"},
			part(`{"alg":"XY1"}`) + "." + part(`{}`) + ".c2ln", "", part(`{"alg":"XY1"}`) + "." + part(`{}`) + ".c2ln",
		},
		"another spelling": {
			[]string{"Bearer " + part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2k"},
			part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2k", "", part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2k",
		},
		"bits after the end": {
			[]string{"Bearer " + part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2l"},
			"", ReasonInvalid,
			part(`{"alg":"HS256"}`) + "." + part(`{}`) + ".c2l",
		},
		"too long": {[]string{"Bearer " + strings.Repeat("a", maxBearer)}, "", ReasonInvalid, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			caller := CallerFrom(through(b.auth, func(h http.Header) { h["Authorization"] = test.headers }))
			token, err := caller.Token()
			var reason Reason
			if e := (*Error)(nil); errors.As(err, &e) {
				reason = e.Reason
			}
			if token != test.token || reason != test.reason {
				t.Errorf("Token() = %q, %v; want %q, %q", token, err, test.token, test.reason)
			}
			if got := caller.Presented(); got != test.shown {
				t.Errorf("Presented() = %q, want %q", got, test.shown)
			}
		})
	}
}

func TestTokenIsLookedAtAgainEachTime(t *testing.T) {
	b := newBench(t, Config{})
	token := memberToken(t, noon.Add(time.Hour), "long")
	caller := CallerFrom(b.asking("Bearer "+token, ""))
	b.clock.advance(time.Hour)
	if _, err := caller.Token(); err != nil {
		t.Errorf("Token() within the leeway = %v, want none", err)
	}
	b.clock.advance(leeway)
	if _, err := caller.Token(); !errors.Is(err, circleclient.ErrTokenExpired) {
		t.Errorf("Token() of a socket that outlives its token = %v, want expired", err)
	}

	other := CallerFrom(b.asking("Bearer "+memberToken(t, b.clock.Now().Add(time.Hour), "other"), ""))
	if _, err := other.Token(); err != nil {
		t.Fatal(err)
	}
	if err := b.revocations.Add(t.Context(), other.Presented(), b.clock.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Token(); !errors.Is(err, circleclient.ErrTokenRevoked) {
		t.Errorf("Token() after a revocation = %v, want revoked", err)
	}
}

func TestBecomeChangesOneCellAlone(t *testing.T) {
	b := newBench(t, Config{})
	old, fresh := memberToken(t, noon.Add(-time.Hour), "old"), memberToken(t, noon.Add(time.Hour), "fresh")
	request := CallerFrom(b.asking("Bearer "+old, ""))
	field, beside := request.Fork(), request.Fork()
	field.Become(fresh)
	if got, err := field.Token(); got != fresh || err != nil {
		t.Errorf("Token() after Become = %q, %v; want the new token", got, err)
	}
	if got := field.Presented(); got != old {
		t.Errorf("Presented() after Become = %q, want the header's", got)
	}
	for name, cell := range map[string]*Caller{"request": request, "field beside": beside} {
		if _, err := cell.Token(); !errors.Is(err, circleclient.ErrTokenExpired) {
			t.Errorf("Token() of the %s = %v, want expired as before", name, err)
		}
	}
}

func TestBecomeWhileOthersAsk(t *testing.T) {
	b := newBench(t, Config{})
	caller := CallerFrom(b.asking("", ""))
	fresh := memberToken(t, noon.Add(time.Hour), "fresh")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { caller.Become(fresh) })
		wg.Go(func() {
			if token, err := caller.Token(); err == nil && token != fresh {
				t.Errorf("Token() = %q, want the new token or none", token)
			}
		})
	}
	wg.Wait()
}

func TestWithCallerIsTheClientsTokenSource(t *testing.T) {
	b := newBench(t, Config{})
	client := b.circle.client()
	_, err := client.Members.Current(b.asking("Bearer nonsense", ""))
	var refused *Error
	if !errors.As(err, &refused) || refused.Reason != ReasonInvalid {
		t.Errorf("a call with a malformed token = %v, want %s before Circle is called", err, ReasonInvalid)
	}
	if n := b.circle.count(); n != 0 {
		t.Errorf("Circle was called %d times, want 0", n)
	}
}

func TestCallerFromNothing(t *testing.T) {
	caller := CallerFrom(context.Background())
	if _, err := caller.Token(); !errors.Is(err, circleclient.ErrNoToken) || caller.Trusted() || caller.Presented() != "" {
		t.Errorf("CallerFrom(nothing) = %+v with %v, want a caller without credentials", caller, err)
	}
}

func TestFromInit(t *testing.T) {
	b := newBench(t, trustedConfig())
	token, other := memberToken(t, noon.Add(time.Hour), "a"), memberToken(t, noon.Add(time.Hour), "b")
	upgrade := b.asking("Bearer "+token, trustedSecret)
	for name, test := range map[string]struct{ payload, want string }{
		"nothing keeps the header's": {"", token},
		"the payload counts":         {"Bearer " + other, other},
		"rubbish is not the header":  {"rubbish", ""},
	} {
		caller := CallerFrom(b.auth.FromInit(upgrade, test.payload))
		if got, _ := caller.Token(); got != test.want || !caller.Trusted() {
			t.Errorf("%s: FromInit(%q) = %q, trusted %v; want %q, trusted", name, test.payload, got, caller.Trusted(), test.want)
		}
	}
	if CallerFrom(b.auth.FromInit(context.Background(), "Bearer "+token)).Trusted() {
		t.Error("FromInit trusts a socket whose upgrade had no secret")
	}
}

func TestTrustedSecret(t *testing.T) {
	const next = "the-next-secret-while-it-is-being-rotated"
	config := trustedConfig()
	config.TrustedSecrets = append(config.TrustedSecrets, next)
	b := newBench(t, config)
	for name, test := range map[string]struct {
		values []string
		want   bool
	}{
		"none":        {nil, false},
		"empty":       {[]string{""}, false},
		"right":       {[]string{trustedSecret}, true},
		"next":        {[]string{next}, true},
		"beginning":   {[]string{trustedSecret[:32]}, false},
		"longer":      {[]string{trustedSecret + "x"}, false},
		"both":        {[]string{trustedSecret + "," + next}, false},
		"two headers": {[]string{trustedSecret, trustedSecret}, false},
	} {
		ctx := through(b.auth, func(h http.Header) { h[SecretHeader] = test.values })
		if got := CallerFrom(ctx).Trusted(); got != test.want {
			t.Errorf("%s: Trusted() = %v, want %v", name, got, test.want)
		}
	}
	if (Settings{}).trusts([]string{""}) {
		t.Error("settings without secrets trust an empty header")
	}
}
