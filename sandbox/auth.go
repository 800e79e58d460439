package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Lifetimes of tokens, and how much of an access token must be left for a refresh to return it again.
const (
	accessTokenLife  = time.Hour
	refreshTokenLife = 30 * 24 * time.Hour
	refreshTooEarly  = 55 * time.Minute
)

// Sentences of the Auth API.
const (
	sayBadSecret      = "Your account could not be authenticated."
	sayIneligible     = "Your community isn't eligible for headless API access. Please upgrade or contact support"
	sayNoSuchMember   = "Community member not found. Please provide a valid SSO User ID, community member ID, or email."
	sayRefreshUnknown = "Refresh token not found."
	sayRefreshExpired = "The refresh token is expired. Please generate/get new auth token."
	sayRefreshNoText  = "Invalid refresh token."
	sayAccessInvalid  = "The access token is invalid."
	sayAccessExpired  = "The access token is expired."
	sayAccessUnknown  = "The access token not found."
	sayNoCommunity    = "Community associated with the access token not found."
	sayNoMember       = "Community member associated with the access token not found."
	sayNotEligible    = "Community does not eligible for headless API access."
)

// claims are what Circle puts into a member's access token: no issuer, no audience, no time of issue.
type claims struct {
	CommunityID       int64  `json:"community_id"`
	CommunityMemberID int64  `json:"community_member_id"`
	SSOUserID         string `json:"sso_user_id"`
	ExpiresAt         int64  `json:"exp"`
	ID                string `json:"jti"`
}

// GetExpirationTime is the only claim that is checked by time.
func (c claims) GetExpirationTime() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(c.ExpiresAt, 0)), nil
}

// GetIssuedAt reports that the claim is absent.
func (c claims) GetIssuedAt() (*jwt.NumericDate, error) { return nil, nil }

// GetNotBefore reports that the claim is absent.
func (c claims) GetNotBefore() (*jwt.NumericDate, error) { return nil, nil }

// GetIssuer reports that the claim is absent.
func (c claims) GetIssuer() (string, error) { return "", nil }

// GetSubject reports that the claim is absent.
func (c claims) GetSubject() (string, error) { return "", nil }

// GetAudience reports that the claim is absent.
func (c claims) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }

// vault keeps the valid tokens.
type vault struct {
	key        []byte
	ineligible bool // the community's plan has no headless access
	access     map[string]time.Time
	refresh    map[string]*refreshToken
}

type refreshToken struct {
	value     string
	memberID  int64
	expiresAt time.Time
	last      accessToken // the one minted last by or with it
}

type accessToken struct {
	value     string
	id        string
	expiresAt time.Time
}

func newVault() *vault {
	return &vault{key: randomBytes(32), access: map[string]time.Time{}, refresh: map[string]*refreshToken{}}
}

func (s *Sandbox) authRoutes() []route {
	return []route{
		{"POST /auth_token", s.createAuthToken},
		{"PATCH /access_token/refresh", s.refreshAccessToken},
		{"POST /access_token/revoke", s.revokeAccessToken},
		{"POST /refresh_token/revoke", s.revokeRefreshToken},
	}
}

// checkSecret guards the Auth API. "Token" is a scheme that Circle takes as well as the documented "Bearer".
func (s *Sandbox) checkSecret(q *request) answer {
	scheme, secret, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	known := strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Token")
	if !known || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(secret)), []byte(s.secret)) != 1 {
		return failure(http.StatusUnauthorized, sayBadSecret)
	}
	if s.vault.ineligible {
		return failure(http.StatusForbidden, sayIneligible)
	}
	return answer{}
}

// authenticate finds the member whose access token the call carries.
func (s *Sandbox) authenticate(q *request) answer {
	scheme, token, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return failure(http.StatusUnauthorized, sayAccessInvalid)
	}
	m, _, problem := s.checkAccessToken(strings.TrimSpace(token), q.now)
	if problem != "" {
		return failure(http.StatusUnauthorized, problem)
	}
	if s.vault.ineligible {
		return failure(http.StatusUnauthorized, sayNotEligible)
	}
	q.member = m
	return answer{}
}

// checkAccessToken returns the member and the token's id, or what is wrong.
func (s *Sandbox) checkAccessToken(token string, now time.Time) (*member, string, string) {
	var c claims
	_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return s.vault.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithExpirationRequired())
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, "", sayAccessExpired
	case err != nil:
		return nil, "", sayAccessInvalid
	}
	if _, known := s.vault.access[c.ID]; !known {
		return nil, "", sayAccessUnknown
	}
	if c.CommunityID != communityID {
		return nil, "", sayNoCommunity
	}
	m := s.store.memberByID[c.CommunityMemberID]
	if m == nil || !m.active {
		return nil, "", sayNoMember
	}
	return m, c.ID, ""
}

type authTokenJSON struct {
	AccessToken           string `json:"access_token"`
	RefreshToken          string `json:"refresh_token"`
	AccessTokenExpiresAt  stamp  `json:"access_token_expires_at"`
	RefreshTokenExpiresAt stamp  `json:"refresh_token_expires_at"`
	CommunityMemberID     int64  `json:"community_member_id"`
	CommunityID           int64  `json:"community_id"`
}

// createAuthToken mints a token for any member that the caller names: Circle wants no proof but the secret. It returns
// a refresh token that is still valid again.
func (s *Sandbox) createAuthToken(q *request) answer {
	var in struct {
		SSOUserID         string      `json:"sso_user_id"`
		CommunityMemberID json.Number `json:"community_member_id"`
		Email             string      `json:"email"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	m := s.identify(in.SSOUserID, in.CommunityMemberID.String(), in.Email)
	if m == nil {
		return failure(http.StatusNotFound, sayNoSuchMember)
	}
	s.dropExpired(q.now)
	refresh := s.memberRefreshToken(m, q.now)
	access, refusal := s.mint(m, q.now)
	if refusal.status != 0 {
		return refusal
	}
	refresh.last = access
	return ok(authTokenJSON{
		AccessToken: access.value, AccessTokenExpiresAt: stamp(access.expiresAt),
		RefreshToken: refresh.value, RefreshTokenExpiresAt: stamp(refresh.expiresAt),
		CommunityMemberID: m.id, CommunityID: communityID,
	})
}

// identify finds the member by the first of the three that is given, in Circle's order.
func (s *Sandbox) identify(ssoUserID, memberID, email string) *member {
	return find(s.store.members, func(m *member) bool {
		switch {
		case !m.active:
			return false
		case ssoUserID != "":
			return m.ssoUserID == ssoUserID
		case memberID != "":
			return m.id == parseID(memberID)
		}
		return email != "" && strings.EqualFold(m.email, email)
	})
}

func (s *Sandbox) memberRefreshToken(m *member, now time.Time) *refreshToken {
	for _, t := range s.vault.refresh {
		if t.memberID == m.id && t.expiresAt.After(now) {
			return t
		}
	}
	t := &refreshToken{
		value:    base64.RawURLEncoding.EncodeToString(randomBytes(32)), // 43 characters
		memberID: m.id, expiresAt: now.Add(refreshTokenLife),
	}
	s.vault.refresh[t.value] = t
	return t
}

func (s *Sandbox) mint(m *member, now time.Time) (accessToken, answer) {
	t := accessToken{id: newUUID(), expiresAt: now.Add(s.tokenLife).Truncate(time.Second)}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		CommunityID: communityID, CommunityMemberID: m.id, SSOUserID: m.ssoUserID, ExpiresAt: t.expiresAt.Unix(), ID: t.id,
	})
	delete(token.Header, "typ") // Circle's header has the algorithm only
	value, err := token.SignedString(s.vault.key)
	if err != nil {
		return t, answer{http.StatusUnprocessableEntity, errorBody{
			Message: "The access token generation failed. Please contact support.", ErrorDetails: said{"JWT::EncodeError"},
		}}
	}
	t.value = value
	s.vault.access[t.id] = t.expiresAt
	return t, answer{}
}

type refreshedJSON struct {
	AccessToken          string `json:"access_token"`
	AccessTokenExpiresAt stamp  `json:"access_token_expires_at"`
}

// refreshAccessToken returns the last access token while it is new ("not required"), and later mints another; the old
// one stays valid.
func (s *Sandbox) refreshAccessToken(q *request) answer {
	t, refusal := s.refreshTokenOf(q, missingParameter("refresh_token"))
	if refusal.status != 0 {
		return refusal
	}
	_, inForce := s.vault.access[t.last.id]
	if !inForce || t.last.expiresAt.Sub(q.now) <= refreshTooEarly {
		m := s.store.memberByID[t.memberID]
		if m == nil || !m.active {
			return failure(http.StatusNotFound, sayRefreshUnknown)
		}
		if t.last, refusal = s.mint(m, q.now); refusal.status != 0 {
			return refusal
		}
	}
	return ok(refreshedJSON{t.last.value, stamp(t.last.expiresAt)})
}

// refreshTokenOf finds the valid refresh token that the body names.
func (s *Sandbox) refreshTokenOf(q *request, notText answer) (*refreshToken, answer) {
	value, refusal := q.tokenParameter("refresh_token", notText)
	t := s.vault.refresh[value]
	switch {
	case refusal.status != 0:
		return nil, refusal
	case t == nil:
		return nil, failure(http.StatusNotFound, sayRefreshUnknown)
	case !t.expiresAt.After(q.now):
		return nil, failure(http.StatusUnauthorized, sayRefreshExpired)
	}
	return t, answer{}
}

// revokeAccessToken answers 422 for a token that is not valid, never 401 or 404.
func (s *Sandbox) revokeAccessToken(q *request) answer {
	value, refusal := q.tokenParameter("access_token", missingParameter("access_token"))
	if refusal.status != 0 {
		return refusal
	}
	_, id, problem := s.checkAccessToken(value, q.now)
	if problem != "" {
		return failure(http.StatusUnprocessableEntity, problem)
	}
	delete(s.vault.access, id)
	return noContent()
}

func (s *Sandbox) revokeRefreshToken(q *request) answer {
	t, refusal := s.refreshTokenOf(q, failure(http.StatusNotFound, sayRefreshNoText))
	if refusal.status != 0 {
		return refusal
	}
	delete(s.vault.refresh, t.value)
	return noContent()
}

// tokenParameter reads a token out of the JSON body.
func (q *request) tokenParameter(name string, notText answer) (string, answer) {
	var in map[string]json.RawMessage
	if refusal := q.decode(&in); refusal.status != 0 {
		return "", refusal
	}
	raw, given := in[name]
	if !given || string(raw) == "null" || string(raw) == `""` {
		return "", missingParameter(name)
	}
	var value string
	if json.Unmarshal(raw, &value) != nil {
		return "", notText
	}
	return value, answer{}
}

// dropExpired removes expired access tokens, so that a long run does not grow.
func (s *Sandbox) dropExpired(now time.Time) {
	maps.DeleteFunc(s.vault.access, func(_ string, expiresAt time.Time) bool { return !expiresAt.After(now) })
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}

func newUUID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
