package circleclient

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The session's cookies are read from this answer and kept nowhere.
func TestCookiesComeFromTheirAnswerAlone(t *testing.T) {
	var sent []string
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "__cf_bm", Value: "edge"})
		http.SetCookie(w, &http.Cookie{Name: "ahoy_visit", Value: "edge"})
		http.SetCookie(w, &http.Cookie{Name: "gone", Value: "x", MaxAge: -1})
		http.SetCookie(w, &http.Cookie{
			Name: "user_session_identifier", Value: "secret", Path: "/", MaxAge: 31_536_000,
			Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode,
		})
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"message":"Cookies generated"}`)
	})
	c := testClient(t, serve)
	for range 2 {
		cookies, err := c.Cookies.Create(asMember(t))
		if err != nil || len(cookies) != 1 || cookies[0].Value != "secret" || cookies[0].SameSite != http.SameSiteNoneMode ||
			!cookies[0].Secure {
			t.Fatalf("Create = %v, %v, want only the session's cookie", cookies, err)
		}
		if word := cookies[0].SameSiteWord(); word == nil || *word != "none" {
			t.Errorf("SameSite = %v, want none", word)
		}
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		if at := cookies[0].ExpiresAt(now); at == nil || at.Sub(now) != 365*24*time.Hour {
			t.Errorf("it expires at %v, want a year from now", at)
		}
		if text := fmt.Sprint(cookies[0], *cookies[0]); strings.Contains(text, "secret") {
			t.Errorf("a cookie prints as %s", text)
		}
	}
	if strings.Join(sent, "") != "" {
		t.Errorf("cookies were sent: %q", sent)
	}
}

func TestCookiesAreOfTheCommunitysAddress(t *testing.T) {
	serve := &oneAnswer{status: 200, body: `{"message":"Cookies deleted"}`}
	community := httptest.NewServer(serve)
	t.Cleanup(community.Close)
	c, err := New(Config{CommunityURL: community.URL})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Cookies.Delete(asMember(t)); err != nil {
		t.Fatal(err)
	}
	serve.wantRequest(t, "DELETE /api/headless/v1/cookies")
	if c.CommunityHost() != "127.0.0.1" {
		t.Errorf("CommunityHost = %q, want 127.0.0.1", c.CommunityHost())
	}
	if _, err := New(Config{CommunityURL: "http://community.example.com"}); err == nil {
		t.Error("an address without TLS was taken: tokens travel there")
	}
}
