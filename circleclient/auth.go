package circleclient

import (
	"context"
	"net/http"
	"time"
)

// AuthService calls the Auth API, which answers to the community's secret and not to a member. It proves nothing about the
// member: whoever may call it may become anybody. Callers must know who is asking before they do.
type AuthService struct{ client *Client }

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
	// CommunityID is the community's number.
	CommunityID int64 `json:"community_id"`
}

// MemberID is the member's number in the community.
func (t *AuthTokens) MemberID() int64 { return t.CommunityMemberID }

// AccessToken is what a refresh gives: the refresh token stays the same. Early refreshes may give the old token back.
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

// CreateToken makes tokens for a member, or gives those that are still good. [ErrNotFound] is an unknown member.
//
//circle:op POST /api/v1/headless/auth_token
func (s *AuthService) CreateToken(ctx context.Context, req TokenRequest) (*AuthTokens, error) {
	tokens, err := send[AuthTokens](ctx, s.client, http.MethodPost, auth("/auth_token"), req)
	if err != nil {
		return nil, err
	}
	return tokens, s.client.mustHave(tokens.AccessToken, "POST "+authAPI+"/auth_token")
}

// RefreshAccessToken makes a new access token. It fails with [ErrRefreshTokenInvalid] or [ErrRefreshTokenExpired].
//
//circle:op PATCH /api/v1/headless/access_token/refresh
func (s *AuthService) RefreshAccessToken(ctx context.Context, refreshToken string) (*AccessToken, error) {
	token, err := send[AccessToken](ctx, s.client, http.MethodPatch, auth("/access_token/refresh"), refreshTokenBody{refreshToken})
	if err != nil {
		return nil, err
	}
	return token, s.client.mustHave(token.AccessToken, "PATCH "+authAPI+"/access_token/refresh")
}

// RevokeAccessToken ends an access token at once. A token that is dead already fails with [ErrTokenInvalid],
// [ErrTokenExpired] or [ErrTokenRevoked].
//
//circle:op POST /api/v1/headless/access_token/revoke
func (s *AuthService) RevokeAccessToken(ctx context.Context, token string) error {
	return exec(ctx, s.client, http.MethodPost, auth("/access_token/revoke"), accessTokenBody{token})
}

// RevokeRefreshToken ends a refresh token at once, maybe for all devices of the member. A token that is dead already fails
// with [ErrRefreshTokenInvalid] or [ErrRefreshTokenExpired].
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

// mustHave refuses a success without the token it is about: nobody could tell it from a token that does not work.
func (c *Client) mustHave(token, operation string) error {
	if token == "" {
		return &Error{Kind: ErrUnavailable, Operation: operation, Status: http.StatusOK}
	}
	return nil
}
