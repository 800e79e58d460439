package graph

import (
	"context"
	"errors"
	"time"

	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
	"circlegraph/tokens"
)

// login signs a member in; the new token then asks for everything beneath the payload.
func (r *Resolver) login(ctx context.Context, input model.LoginInput) (*model.LoginPayload, error) {
	req := tokens.LoginRequest{
		IdentityToken: deref(input.IdentityToken), Email: deref(input.Email),
		SSOUserID: deref(input.SsoUserID),
	}
	if input.MemberID != nil {
		id, err := scalar.ParseCircleID(*input.MemberID)
		if err != nil {
			return nil, err
		}
		req.MemberID = id
	}
	session, err := r.sessions.Login(ctx, req)
	problems, err := loginErrors(err)
	if err != nil || len(problems) > 0 {
		return &model.LoginPayload{UserErrors: problems}, err
	}
	tokens.CallerFrom(ctx).Become(session.AccessToken)
	return &model.LoginPayload{
		AccessToken: &session.AccessToken, AccessTokenExpiresAt: known(session.AccessTokenExpiresAt),
		AccessTokenProof: notEmpty(session.AccessTokenProof),
		RefreshToken:     &session.RefreshToken, RefreshTokenExpiresAt: known(session.RefreshTokenExpiresAt),
		Viewer: &model.Viewer{}, UserErrors: problems,
	}, nil
}

// refresh gets a new access token.
func (r *Resolver) refresh(
	ctx context.Context, input model.RefreshAccessTokenInput,
) (*model.RefreshAccessTokenPayload, error) {
	session, err := r.sessions.Refresh(ctx, input.RefreshToken)
	problems, err := loginErrors(err)
	if err != nil || len(problems) > 0 {
		return &model.RefreshAccessTokenPayload{UserErrors: problems}, err
	}
	return &model.RefreshAccessTokenPayload{
		AccessToken: &session.AccessToken, AccessTokenExpiresAt: known(session.AccessTokenExpiresAt),
		AccessTokenProof: notEmpty(session.AccessTokenProof),
		RefreshToken:     &session.RefreshToken, RefreshTokenExpiresAt: known(session.RefreshTokenExpiresAt),
		UserErrors: problems,
	}, nil
}

// notEmpty is a text, nil if it is empty.
func notEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// known is a moment, nil if it is not known.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// loginErrors gives what the person can mend about a sign-in, and every other error back.
func loginErrors(err error) ([]*model.UserError, error) {
	var refusal *tokens.LoginError
	if !errors.As(err, &refusal) {
		if err != nil {
			return nil, err
		}
		return []*model.UserError{}, nil
	}
	code := model.UserErrorCodeNotProven
	switch refusal.Code {
	case tokens.CodeIdentityProviderUnavailable, tokens.CodeIdentityProviderMisfit:
		return nil, err
	case tokens.CodeInvalid:
		code = model.UserErrorCodeInvalid
	case tokens.CodeMemberNotFound:
		code = model.UserErrorCodeNotFound
	}
	if refusal.Field == "" {
		return refused(code, refusal.Message), nil
	}
	return refused(code, refusal.Message, refusal.Field), nil
}
