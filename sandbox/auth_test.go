package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// auth is a call of the Auth API with the community's secret.
func (w *world) auth(method, path, body string) reply {
	w.t.Helper()
	return w.send(method, authAPI+path, "Bearer "+DefaultHeadlessToken, body)
}

func TestTokenHasCirclesShape(t *testing.T) {
	w := newWorld(t)
	r := w.auth("POST", "/auth_token", `{"community_member_id": 8800004}`)
	access, refresh := r.at("access_token").(string), r.at("refresh_token").(string)
	parts := strings.Split(access, ".")
	head, _ := base64.RawURLEncoding.DecodeString(parts[0])
	if string(head) != `{"alg":"HS256"}` {
		t.Errorf("JWT header = %s, want the algorithm only", head)
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var got map[string]any
	if err := json.Unmarshal(payload, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"community_id", "community_member_id", "sso_user_id", "exp", "jti"} {
		if got[name] == nil {
			t.Errorf("the claim %s is missing", name)
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("claims that Circle does not send: %v", got)
	}
	if len(refresh) != 43 {
		t.Errorf("refresh token has %d characters, want 43", len(refresh))
	}
	if got, want := r.at("access_token_expires_at"), "2026-03-14T11:00:00.000Z"; got != want {
		t.Errorf("access_token_expires_at = %v, want %v", got, want)
	}
	again := w.auth("POST", "/auth_token", `{"email":"MEMBER@example.com"}`)
	if again.at("refresh_token") != refresh || again.at("access_token") == access {
		t.Error("asking again has to give the same refresh token and another access token")
	}
}

func TestAuthAPIRefusals(t *testing.T) {
	w := newWorld(t)
	sso := w.Members()[5].SSOUserID
	const secret = "Bearer " + DefaultHeadlessToken
	rows := []struct {
		name, header, call, body string
		status                   int
		want                     string
	}{
		{"no secret", "", "POST /auth_token", `{"email":"a"}`, 401, sayBadSecret},
		{"wrong secret", "Bearer nope", "PATCH /access_token/refresh", `{"refresh_token":"x"}`, 401, sayBadSecret},
		{"member token as secret", "Bearer " + w.token(asMember), "POST /auth_token", `{"email":"a"}`, 401, sayBadSecret},
		{
			"Token scheme", "Token " + DefaultHeadlessToken, "POST /auth_token", `{"email":"member@example.com"}`,
			200, "access_token",
		},
		{"nobody", secret, "POST /auth_token", `{}`, 404, sayNoSuchMember},
		{"unknown e-mail", secret, "POST /auth_token", `{"email":"x@example.com"}`, 404, sayNoSuchMember},
		{
			"SSO id goes first", secret, "POST /auth_token",
			`{"email":"admin@example.com","community_member_id":8800001,"sso_user_id":"` + sso + `"}`,
			200, `"community_member_id":8800006`,
		},
		{"unknown refresh token", secret, "PATCH /access_token/refresh", `{"refresh_token":"x"}`, 404, sayRefreshUnknown},
		{"no refresh token", secret, "PATCH /access_token/refresh", `{}`, 404, "Missing parameter: refresh_token"},
		{"revoke nonsense", secret, "POST /access_token/revoke", `{"access_token":"x"}`, 422, sayAccessInvalid},
		{
			"revoke a number", secret, "POST /access_token/revoke", `{"access_token":3}`,
			404, "Missing parameter: access_token",
		},
		{"revoke unknown refresh", secret, "POST /refresh_token/revoke", `{"refresh_token":"x"}`, 404, sayRefreshUnknown},
		{"revoke no refresh", secret, "POST /refresh_token/revoke", ``, 404, "Missing parameter: refresh_token"},
		{"revoke a number as refresh", secret, "POST /refresh_token/revoke", `{"refresh_token":3}`, 404, sayRefreshNoText},
		{"broken JSON", secret, "POST /auth_token", `{`, 400, "parsing"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			method, path, _ := strings.Cut(row.call, " ")
			r := w.send(method, authAPI+path, row.header, row.body)
			if r.status != row.status || !strings.Contains(string(r.raw), row.want) {
				t.Errorf("= %d %s, want %d with %s", r.status, r.raw, row.status, row.want)
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	w := newWorld(t)
	signIn := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`)
	body := fmt.Sprintf(`{"refresh_token":%q}`, signIn.at("refresh_token"))
	w.clock.Advance(4 * time.Minute)
	if early := w.auth("PATCH", "/access_token/refresh", body); early.at("access_token") != signIn.at("access_token") {
		t.Error("a refresh after four minutes has to hand the same token back")
	}
	w.clock.Advance(2 * time.Minute)
	later := w.auth("PATCH", "/access_token/refresh", body)
	if later.at("access_token") == signIn.at("access_token") {
		t.Error("a refresh after six minutes has to give another token")
	}
	if later.at("refresh_token") != nil {
		t.Error("a refresh gives no refresh token")
	}
	caller{w, signIn.at("access_token").(string)}.must(200, "GET", "/spaces", "")
	w.clock.Advance(refreshTokenLife)
	if late := w.auth("PATCH", "/access_token/refresh", body); late.status != 401 ||
		late.at("message") != sayRefreshExpired {
		t.Errorf("refresh after a month = %d %s", late.status, late.raw)
	}
}

func TestRevokedTokensAreDead(t *testing.T) {
	w := newWorld(t)
	signIn := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`)
	c := caller{w, signIn.at("access_token").(string)}
	access := fmt.Sprintf(`{"access_token":%q}`, c.token)
	refresh := fmt.Sprintf(`{"refresh_token":%q}`, signIn.at("refresh_token"))
	if r := w.auth("POST", "/access_token/revoke", access); r.status != 204 || len(r.raw) > 0 {
		t.Fatalf("revoke = %d %s, want 204 and nothing", r.status, r.raw)
	}
	c.refused(401, sayAccessUnknown, "GET", "/spaces", "")
	if r := w.auth("POST", "/access_token/revoke", access); r.status != 422 || r.at("message") != sayAccessUnknown {
		t.Errorf("revoking again = %d %s", r.status, r.raw)
	}
	if r := w.auth("PATCH", "/access_token/refresh", refresh); r.status != 200 || r.at("access_token") == c.token {
		t.Errorf("a refresh must not hand a revoked token back: %d", r.status)
	}
	if r := w.auth("POST", "/refresh_token/revoke", refresh); r.status != 204 {
		t.Errorf("revoke refresh = %d %s", r.status, r.raw)
	}
	if r := w.auth("PATCH", "/access_token/refresh", refresh); r.status != 404 {
		t.Errorf("refresh with a revoked token = %d", r.status)
	}
}

func TestMemberAPIRefusesBadTokens(t *testing.T) {
	w := newWorld(t)
	good := w.token(asMember)
	other := New(Options{Clock: w.clock})
	foreign, _ := other.mint(other.store.members[0], testNow)
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + strings.Split(good, ".")[1] + "."
	for name, row := range map[string][2]string{
		"missing":      {"", sayAccessInvalid},
		"no bearer":    {good, sayAccessInvalid},
		"nonsense":     {"Bearer abc", sayAccessInvalid},
		"alg none":     {"Bearer " + none, sayAccessInvalid},
		"foreign key":  {"Bearer " + foreign.value, sayAccessInvalid},
		"community's":  {"Bearer " + DefaultHeadlessToken, sayAccessInvalid},
		"forged claim": {"Bearer " + strings.Replace(good, ".", ".A", 1), sayAccessInvalid},
	} {
		if r := w.send("GET", memberAPI+"/spaces", row[0], ""); r.status != 401 || r.at("message") != row[1] {
			t.Errorf("%s: %d %s, want 401 %q", name, r.status, r.raw, row[1])
		}
	}
	w.clock.Advance(time.Hour + time.Second)
	caller{w, good}.refused(401, sayAccessExpired, "GET", "/spaces", "")
}

func TestPlanWithoutHeadlessAccess(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	w.mu.Lock()
	w.vault.ineligible = true
	w.mu.Unlock()
	if r := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`); r.status != 403 ||
		r.at("message") != sayIneligible {
		t.Errorf("Auth API = %d %s, want 403", r.status, r.raw)
	}
	c.refused(401, sayNotEligible, "GET", "/spaces", "")
}

// An access token counts in its own community, and with its own scheme.
func TestTokensOfAnotherCommunity(t *testing.T) {
	w := newWorld(t)
	token := w.token(asMember)
	get := func(authorization string) reply { return w.send("GET", memberAPI+"/spaces", authorization, "") }
	for _, scheme := range []string{"Token", "Basic", ""} {
		if r := get(scheme + " " + token); r.status != 401 || r.at("message") != sayAccessInvalid {
			t.Errorf("with the scheme %q = %d %v, want 401 %s", scheme, r.status, r.at("message"), sayAccessInvalid)
		}
	}
	var c claims
	if _, _, err := jwt.NewParser().ParseUnverified(token, &c); err != nil {
		t.Fatal(err)
	}
	c.CommunityID++
	foreign, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(w.vault.key)
	if err != nil {
		t.Fatal(err)
	}
	if r := get("Bearer " + foreign); r.status != 401 || r.at("message") != sayNoCommunity {
		t.Errorf("with a token of another community = %d %v, want 401 %s", r.status, r.at("message"), sayNoCommunity)
	}
	if r := get("Bearer " + token); r.status != 200 {
		t.Errorf("with the token itself = %d", r.status)
	}
}
