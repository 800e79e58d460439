package circleclient

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// CookiesService opens and closes sessions of the community's web pages, for apps that show them in a web view. It
// calls the community's own address: a cookie is of no use on another.
type CookiesService struct{ client *Client }

// SessionCookie is a cookie as Circle sets it. It signs its bearer in on the community's pages for about a year: give
// it only to its member, and never log it.
type SessionCookie struct{ http.Cookie }

// String hides the value, in case a cookie is logged by mistake.
func (c SessionCookie) String() string { return c.Name + "=(hidden)" }

// SameSiteWord is lax, strict or none; nil if Circle does not say.
func (c *SessionCookie) SameSiteWord() *string {
	word := ""
	switch c.SameSite {
	case http.SameSiteLaxMode:
		word = "lax"
	case http.SameSiteStrictMode:
		word = "strict"
	case http.SameSiteNoneMode:
		word = "none"
	default:
		return nil
	}
	return &word
}

// ExpiresAt is when the cookie ends, which now decides if Circle sends an age; nil if it ends with the browser.
func (c *SessionCookie) ExpiresAt(now time.Time) *time.Time {
	at := c.Expires
	if c.MaxAge > 0 {
		at = now.Add(time.Duration(c.MaxAge) * time.Second)
	}
	if at.IsZero() {
		return nil
	}
	return &at
}

// Create opens a session on the community's web pages and returns its cookies.
//
//circle:op POST /api/headless/v1/cookies
func (s *CookiesService) Create(ctx context.Context) ([]*SessionCookie, error) {
	r := &request{method: http.MethodPost, route: community("/cookies")}
	if err := s.client.prepare(ctx, r); err != nil {
		return nil, err
	}
	answer, err := s.client.send(ctx, r)
	if err != nil {
		return nil, err
	}
	cookies := []*SessionCookie{}
	for _, c := range (&http.Response{Header: answer.header}).Cookies() { // of this one answer: there is no jar
		if !ofEdge(c.Name) && c.MaxAge >= 0 && c.Value != "" {
			cookies = append(cookies, &SessionCookie{*c})
		}
	}
	if len(cookies) == 0 && !r.confirmedBy(answer) {
		return nil, r.fail(ErrUnavailable, answer, errUnconfirmed)
	}
	return cookies, nil
}

// Delete closes the session.
//
//circle:op DELETE /api/headless/v1/cookies
func (s *CookiesService) Delete(ctx context.Context) error {
	return exec(ctx, s.client, http.MethodDelete, community("/cookies"), nil)
}

// ofEdge reports whether a cookie is on every answer and about this server's connection, not the member's session:
// Cloudflare's and the visit counter's.
func ofEdge(name string) bool {
	return strings.HasPrefix(name, "__cf") || strings.HasPrefix(name, "_cf") || strings.HasPrefix(name, "cf_") ||
		strings.HasPrefix(name, "ahoy_")
}

// CommunityHost is the host of the community's web pages. Cookies without a domain belong to it.
func (c *Client) CommunityHost() string {
	_, host, _ := strings.Cut(c.community, "://")
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return host
}
