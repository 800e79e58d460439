package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// sessionCookie signs its bearer in on the community's web pages.
const sessionCookie = "user_session_identifier"

// sessionLife is how long the cookie counts.
const sessionLife = 365 * 24 * time.Hour

func (s *Sandbox) cookieRoutes() []route {
	return []route{
		{"POST /cookies", s.createCookies},
		{"DELETE /cookies", s.deleteCookies},
	}
}

func (s *Sandbox) createCookies(q *request) answer {
	sum := sha256.Sum256(fmt.Appendf(nil, "session %d %d", q.member.id, s.serial))
	q.setCookie(&http.Cookie{Name: sessionCookie, Value: hex.EncodeToString(sum[:16]), Expires: q.now.Add(sessionLife)})
	return ok(said{"Cookies generated"})
}

func (s *Sandbox) deleteCookies(q *request) answer {
	q.setCookie(&http.Cookie{Name: sessionCookie, MaxAge: -1})
	return ok(said{"Cookies deleted"})
}

// setCookie sends a cookie for web views within pages of other sites.
func (q *request) setCookie(c *http.Cookie) {
	c.Path, c.Secure, c.HttpOnly, c.SameSite = "/", true, true, http.SameSiteNoneMode
	q.header.Add("Set-Cookie", c.String())
}
