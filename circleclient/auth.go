package circleclient

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// AuthService calls the Auth API, which needs the community's secret and no member. It proves nothing: its caller can
// become any member, so it must know who the client is first.
type AuthService struct{ client *Client }

// UseHeadlessToken makes token the community's secret from the next request on. It refuses one that cannot stand in a
// header.
func (s *AuthService) UseHeadlessToken(token string) error {
	if !headerSafe(token) {
		return errors.New("circleclient: the headless token holds characters that no token has")
	}
	s.client.headless.Store(&token)
	return nil
}

// AuthTokens let a client act as a member.
type AuthTokens struct {
	// AccessToken is a JWT, good for about an hour.
	AccessToken string `json:"access_token"`
	// AccessTokenExpiresAt is when it ends.
	AccessTokenExpiresAt time.Time `json:"access_token_expires_at"`
	// RefreshToken is opaque, good for about a month. Circle may hand the same one out again to all devices of a member.
	RefreshToken string `json:"refresh_token"`
	// RefreshTokenExpiresAt is when it ends.
	RefreshTokenExpiresAt time.Time `json:"refresh_token_expires_at"`
	// CommunityMemberID is the member's number.
	CommunityMemberID int64 `json:"community_member_id"`
}

// MemberID is the member's number in the community.
func (t *AuthTokens) MemberID() int64 { return t.CommunityMemberID }

// AccessToken is the result of a refresh: the refresh token stays the same. An early refresh may return the old access
// token.
type AccessToken struct {
	// AccessToken is a JWT.
	AccessToken string `json:"access_token"`
	// AccessTokenExpiresAt is when it ends.
	AccessTokenExpiresAt time.Time `json:"access_token_expires_at"`
}

// TokenRequest names a member. Exactly one field is set.
type TokenRequest struct {
	// SSOUserID is the member's id at the community's single sign-on.
	SSOUserID string `json:"sso_user_id,omitempty"`
	// CommunityMemberID is the member's number.
	CommunityMemberID int64 `json:"community_member_id,omitempty"`
	// Email is the member's address.
	Email string `json:"email,omitempty"`
}

// namesOne reports whether the member is named in exactly one way. Given several, Circle chooses by a rule of its own.
func (r TokenRequest) namesOne() bool {
	ways := 0
	for _, given := range []bool{r.SSOUserID != "", r.CommunityMemberID != 0, r.Email != ""} {
		if given {
			ways++
		}
	}
	return ways == 1
}

// CreateToken makes tokens for a member, or returns those that are still good. [ErrNotFound] is an unknown member,
// [ErrInvalid] a request that does not name one in exactly one way.
//
//circle:op POST /api/v1/headless/auth_token
func (s *AuthService) CreateToken(ctx context.Context, req TokenRequest) (*AuthTokens, error) {
	r := auth("/auth_token")
	if !req.namesOne() {
		r.err = errors.New("the member must be named in exactly one way")
	}
	tokens, err := write[AuthTokens](ctx, s.client, http.MethodPost, r, req)
	if err == nil && tokens.AccessToken == "" {
		return nil, noToken(http.MethodPost, r)
	}
	return tokens, err
}

// RefreshAccessToken makes a new access token. It fails with [ErrRefreshTokenInvalid] or [ErrRefreshTokenExpired].
//
//circle:op PATCH /api/v1/headless/access_token/refresh
func (s *AuthService) RefreshAccessToken(ctx context.Context, refreshToken string) (*AccessToken, error) {
	r := auth("/access_token/refresh")
	token, err := write[AccessToken](ctx, s.client, http.MethodPatch, r, refreshTokenBody{refreshToken})
	if err == nil && token.AccessToken == "" {
		return nil, noToken(http.MethodPatch, r)
	}
	return token, err
}

// RevokeAccessToken ends an access token at once. A dead token fails with [ErrTokenInvalid], [ErrTokenExpired] or
// [ErrTokenRevoked].
//
//circle:op POST /api/v1/headless/access_token/revoke
func (s *AuthService) RevokeAccessToken(ctx context.Context, token string) error {
	return exec(ctx, s.client, http.MethodPost, auth("/access_token/revoke"), accessTokenBody{token})
}

// RevokeRefreshToken ends a refresh token at once, maybe for all devices of the member. A dead token fails with
// [ErrRefreshTokenInvalid] or [ErrRefreshTokenExpired].
//
//circle:op POST /api/v1/headless/refresh_token/revoke
func (s *AuthService) RevokeRefreshToken(ctx context.Context, token string) error {
	return exec(ctx, s.client, http.MethodPost, auth("/refresh_token/revoke"), refreshTokenBody{token})
}

type refreshTokenBody struct {
	RefreshToken string `json:"refresh_token"`
}

type accessTokenBody struct {
	AccessToken string `json:"access_token"`
}

// noToken is a success without its token: a caller could not tell it from a token that does not work.
func noToken(method string, r route) error {
	return &Error{Kind: ErrUnavailable, Operation: method + " " + r.template, Status: http.StatusOK}
}
