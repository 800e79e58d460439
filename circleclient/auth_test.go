package circleclient

import (
	"errors"
	"io"
	"net/http"
	"testing"
)

func TestCreateTokenNamesOneMember(t *testing.T) {
	var sent string
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = string(body)
		say(200, "application/json",
			`{"access_token":"a","access_token_expires_at":"2026-03-01T12:00:00.000Z","community_member_id":"7"}`)(w, r)
	}))
	for want, req := range map[string]TokenRequest{
		`{"sso_user_id":"s"}`:         {SSOUserID: "s"},
		`{"community_member_id":7}`:   {CommunityMemberID: 7},
		`{"email":"ada@example.com"}`: {Email: "ada@example.com"},
	} {
		tokens, err := c.Auth.CreateToken(t.Context(), req)
		if err != nil || tokens.MemberID() != 7 || tokens.AccessTokenExpiresAt.IsZero() {
			t.Errorf("CreateToken(%+v) = %+v, %v, want member 7", req, tokens, err)
		}
		if sent != want {
			t.Errorf("sent %s, want %s", sent, want)
		}
	}
	sent = ""
	for _, req := range []TokenRequest{
		{},
		{SSOUserID: "s", Email: "ada@example.com"},
		{CommunityMemberID: 7, Email: "ada@example.com"},
	} {
		if _, err := c.Auth.CreateToken(t.Context(), req); !errors.Is(err, ErrInvalid) || sent != "" {
			t.Errorf("%+v: %v, sent %q, want ErrInvalid and nothing sent", req, err, sent)
		}
	}
}

func TestSuccessWithoutToken(t *testing.T) {
	for _, body := range []string{"{}", `{"access_token":null}`, ""} {
		c := testClient(t, say(200, "application/json", body))
		if tokens, err := c.Auth.CreateToken(t.Context(), TokenRequest{SSOUserID: "s"}); tokens != nil ||
			!errors.Is(err, ErrUnavailable) {
			t.Errorf("sign-in answered %q: %+v, %v, want ErrUnavailable", body, tokens, err)
		}
		if token, err := c.Auth.RefreshAccessToken(t.Context(), "r"); token != nil || !errors.Is(err, ErrUnavailable) {
			t.Errorf("refresh answered %q: %+v, %v, want ErrUnavailable", body, token, err)
		}
	}
}

func TestHeadlessTokenMustFitAHeader(t *testing.T) {
	if _, err := New(Config{HeadlessToken: "secret\n"}); err == nil {
		t.Error("a secret with a line break was taken")
	}
}
