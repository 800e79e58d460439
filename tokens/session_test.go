package tokens

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
)

func code(err error) Code {
	if refused, ok := errors.AsType[*LoginError](err); ok {
		return refused.Code
	}
	return ""
}

func TestLogin(t *testing.T) {
	p := newTestProvider(t)
	configs := map[string]Config{
		"sandbox": {}, "trusted": trustedConfig(), "oidc": oidcConfig(p.server.URL), "both": bothConfig(p.server.URL),
	}
	good := p.idToken(nil)
	email, id, sso := LoginRequest{Email: ada}, LoginRequest{MemberID: adaID}, LoginRequest{SSOUserID: adaSSO}
	token := func(t string) LoginRequest { return LoginRequest{IdentityToken: t} }
	byToken := token(good)
	tests := []struct {
		name   string
		mode   string
		secret string
		req    LoginRequest
		code   Code
		field  string
		calls  int
	}{
		{"sandbox by e-mail", "sandbox", "", email, "", "", 1},
		{"sandbox by id", "sandbox", "", id, "", "", 1},
		{"sandbox by SSO id", "sandbox", "", sso, "", "", 1},
		{"sandbox by token", "sandbox", "", byToken, CodeInvalid, "identityToken", 0},
		{"sandbox, nobody", "sandbox", "", LoginRequest{Email: "eve@example.org"}, CodeMemberNotFound, "email", 1},
		{"sandbox, no key", "sandbox", "", LoginRequest{}, CodeInvalid, "", 0},
		{"sandbox, two keys", "sandbox", "", LoginRequest{Email: ada, MemberID: adaID}, CodeInvalid, "", 0},
		{"sandbox, negative id", "sandbox", "", LoginRequest{MemberID: -1}, CodeInvalid, "memberId", 0},
		{"sandbox, no address", "sandbox", "", LoginRequest{Email: "ada"}, CodeInvalid, "email", 0},
		{"sandbox, control character", "sandbox", "", LoginRequest{SSOUserID: "a\x00b"}, CodeInvalid, "ssoUserId", 0},

		{"trusted by e-mail", "trusted", trustedSecret, email, "", "", 1},
		{"trusted by id", "trusted", trustedSecret, id, "", "", 1},
		{"trusted by SSO id", "trusted", trustedSecret, sso, "", "", 1},
		{"trusted, nobody", "trusted", trustedSecret, LoginRequest{MemberID: 7}, CodeMemberNotFound, "memberId", 1},
		{"trusted, no SSO id", "trusted", trustedSecret, LoginRequest{SSOUserID: "x"}, CodeMemberNotFound, "ssoUserId", 1},
		{"trusted without the secret", "trusted", "", email, CodeProofRequired, "", 0},
		{
			"trusted, nobody, without the secret", "trusted", "",
			LoginRequest{Email: "eve@example.org"},
			CodeProofRequired, "", 0,
		},
		{"trusted, rubbish, without the secret", "trusted", "", LoginRequest{Email: "rubbish"}, CodeProofRequired, "", 0},
		{"trusted with a wrong secret", "trusted", trustedSecret + "x", id, CodeProofRequired, "", 0},
		{"trusted by token", "trusted", trustedSecret, byToken, CodeInvalid, "identityToken", 0},

		{"oidc", "oidc", "", byToken, "", "", 1},
		{"oidc by e-mail", "oidc", "", email, CodeProofRequired, "", 0},
		{"oidc by id", "oidc", "", id, CodeProofRequired, "", 0},
		{"oidc by SSO id with a secret", "oidc", trustedSecret, sso, CodeProofRequired, "", 0},
		{"oidc with a bad token", "oidc", "", token(good + "x"), CodeIdentityTokenInvalid, "identityToken", 0},
		{
			"oidc by a member token", "oidc", "", token(memberToken(t, noon.Add(time.Hour), "x")),
			CodeIdentityTokenInvalid, "identityToken", 0,
		},
		{"oidc, nobody", "oidc", "", token(p.idToken(jwt.MapClaims{"sub": "eve"})), CodeMemberNotFound, "identityToken", 1},

		{"both by token", "both", "", byToken, "", "", 1},
		{"both by secret", "both", trustedSecret, email, "", "", 1},
		{"both without proof", "both", "", email, CodeProofRequired, "", 0},
		{"both, secret and a bad token", "both", trustedSecret, token("x"), CodeIdentityTokenInvalid, "identityToken", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, configs[test.mode])
			session, err := b.Login(b.asking("", test.secret), test.req)
			if code(err) != test.code || (err == nil) != (test.code == "") {
				t.Fatalf("Login = %v, want code %q", err, test.code)
			}
			if n := b.circle.count(); n != test.calls {
				t.Errorf("Circle was called %d times, want %d", n, test.calls)
			}
			if lines := strings.Count(b.log.String(), "msg=audit action=login"); lines != 1 {
				t.Errorf("%d audit lines, want 1:\n%s", lines, b.log)
			}
			if err != nil {
				var refused *LoginError
				if errors.As(err, &refused) && refused.Field != test.field {
					t.Errorf("the refusal names field %q, want %q", refused.Field, test.field)
				}
				if session != nil {
					t.Errorf("Login = %+v with an error, want nothing", session)
				}
				return
			}
			if session.MemberID != adaID || session.AccessToken == "" || session.AccessTokenExpiresAt != noon.Add(time.Hour) ||
				session.RefreshTokenExpiresAt != noon.Add(30*24*time.Hour) {
				t.Errorf("Login = %+v, want Ada's session", session)
			}
			if wantSealed := test.req.IdentityToken != ""; isSealed(session.RefreshToken) != wantSealed {
				t.Errorf("the refresh token is sealed: %v, want %v", !wantSealed, wantSealed)
			}
		})
	}
}

func TestLoginWithoutProofSoundsTheSameForEverybody(t *testing.T) {
	b := newBench(t, trustedConfig())
	_, member := b.Login(b.asking("", ""), LoginRequest{Email: ada})
	_, nobody := b.Login(b.asking("", "wrong"), LoginRequest{Email: "eve@example.org"})
	if member == nil || nobody == nil || member.Error() != nobody.Error() {
		t.Errorf("a member hears %v, nobody hears %v; want the same", member, nobody)
	}
}

func TestOldHeaderDoesNotBlockLogin(t *testing.T) {
	b := newBench(t, Config{})
	for _, header := range []string{"Bearer " + memberToken(t, noon.Add(-time.Hour), "old"), "Bearer rubbish", "rubbish"} {
		ctx := b.asking(header, "")
		session, err := b.Login(ctx, LoginRequest{Email: ada})
		if err != nil {
			t.Fatalf("Login with the header %q = %v, want success", header, err)
		}
		CallerFrom(ctx).Become(session.AccessToken)
		if got, err := CallerFrom(ctx).Token(); got != session.AccessToken || err != nil {
			t.Errorf("Token() beneath the login = %q, %v; want the new token", got, err)
		}
	}
}

func TestProviderOutageIsNotTheTokensFault(t *testing.T) {
	p := newTestProvider(t)
	p.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusInternalServerError)
		return true
	}
	b := newBench(t, oidcConfig(p.server.URL))
	_, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(nil)})
	if code(err) != CodeIdentityProviderUnavailable {
		t.Errorf("Login = %v, want %s", err, CodeIdentityProviderUnavailable)
	}
	if !strings.Contains(b.log.String(), "level=ERROR") || !strings.Contains(b.log.String(), "status 500") {
		t.Errorf("the operator is not told why:\n%s", b.log)
	}
}

func TestAuditSaysWhyATokenWasRefused(t *testing.T) {
	p := newTestProvider(t)
	b := newBench(t, oidcConfig(p.server.URL))
	_, err := b.Login(b.asking("", ""), LoginRequest{IdentityToken: p.idToken(jwt.MapClaims{"aud": "other"})})
	if !strings.Contains(err.Error(), "`aud`") || strings.Contains(err.Error(), "web") {
		t.Errorf("the caller is told %q, want the rule, and not what is set", err)
	}
	want := `msg=audit action=login mode=oidc outcome=IDENTITY_TOKEN_INVALID reason="another audience"`
	if !strings.Contains(b.log.String(), want) {
		t.Errorf("no %q in the log:\n%s", want, b.log)
	}
}

func TestCircleRefusingOurSecretIsTheOperatorsError(t *testing.T) {
	b := newBench(t, Config{})
	token := memberToken(t, noon.Add(time.Hour), "x")
	b.circle.with(func() { b.circle.secret = "another" })
	ctx := b.asking("Bearer "+token, "")
	calls := map[string]func() error{
		"login":   func() error { _, err := b.Login(ctx, LoginRequest{Email: ada}); return err },
		"refresh": func() error { _, err := b.Refresh(ctx, "refresh-1"); return err },
		"revoke":  func() error { return b.RevokeAccessToken(ctx, token) },
		"end":     func() error { return b.RevokeRefreshToken(ctx, "refresh-1") },
		"logout":  func() error { return b.Logout(ctx, true, "refresh-1") },
	}
	for name, call := range calls {
		b.log.Reset()
		err := call()
		var refused *Error
		if !errors.Is(err, circleclient.ErrUnavailable) || errors.Is(err, circleclient.ErrCommunitySecret) ||
			errors.As(err, &refused) {
			t.Errorf("%s = %v, want unavailable and nothing else", name, err)
		}
		if !strings.Contains(b.log.String(), "level=ERROR") || !strings.Contains(b.log.String(), "check the headless token") {
			t.Errorf("%s: the operator is not told:\n%s", name, b.log)
		}
	}
	if b.revocations.Len() != 0 {
		t.Errorf("%d tokens are refused without Circle's word, want 0", b.revocations.Len())
	}
}

func TestCircleOutOfOrder(t *testing.T) {
	b := newBench(t, Config{})
	b.circle.with(func() { b.circle.breakdown = http.StatusServiceUnavailable })
	_, err := b.Login(b.asking("", ""), LoginRequest{Email: ada})
	if !errors.Is(err, circleclient.ErrUnavailable) || code(err) != "" {
		t.Errorf("Login = %v, want Circle's outage as it is", err)
	}
	if !strings.Contains(b.log.String(), "outcome=UPSTREAM_UNAVAILABLE") {
		t.Errorf("the audit line does not say so:\n%s", b.log)
	}
}

func TestLoginNeverGivesARevokedToken(t *testing.T) {
	b := newBench(t, Config{})
	b.circle.repeat = memberToken(t, noon.Add(time.Hour), "again")
	ctx := b.asking("Bearer "+b.circle.repeat, "")
	if _, err := b.Login(ctx, LoginRequest{Email: ada}); err != nil {
		t.Fatal(err)
	}
	if err := b.Logout(ctx, false, ""); err != nil {
		t.Fatal(err)
	}
	if session, err := b.Login(ctx, LoginRequest{Email: ada}); code(err) != CodeTokenRevoked ||
		!errors.Is(err, circleclient.ErrTokenRevoked) {
		t.Errorf("Login = %v, %v; want the revoked token refused", session, err)
	}
}

func TestNewNeedsValidatedSettings(t *testing.T) {
	clock := newTestClock()
	deps := Dependencies{
		Auth: newFakeCircle(t, clock).client().Auth, Revocations: NewMemoryRevocations(1, clock.Now),
		Clock: clock.Now,
	}
	if _, err := New(Settings{}, deps); err == nil {
		t.Error("New takes settings that nobody has validated")
	}
	settings, err := Config{}.Validate(Deployment{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(settings, Dependencies{}); err == nil {
		t.Error("New works without dependencies")
	}
}
