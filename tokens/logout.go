package tokens

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"circlegraph/circleclient"
)

// RevokeAccessToken ends an access token for any caller: whoever holds a token may end it. Ending one that is dead
// already succeeds. Once started it goes on even if the caller leaves.
//
// The error is a [*LoginError] for what is no token, one of circleclient that says Circle is out of order, or
// circleclient.ErrRateLimited for an address that guesses, or a token that is ended again and again.
func (s *Service) RevokeAccessToken(ctx context.Context, token string) error {
	err := s.revokeAccess(context.WithoutCancel(ctx), token)
	s.audit(ctx, "revoke access token", "", err)
	return err
}

// RevokeRefreshToken ends a refresh token, sealed or Circle's own, for any caller. Ending one that is dead already
// succeeds. Circle may have given the same one to all devices of the member. Once started it goes on even if the
// caller leaves.
//
// The error is a [*LoginError] for what is no token, one of circleclient that says Circle is out of order, or
// circleclient.ErrRateLimited for an address that guesses, or a token that is ended again and again.
func (s *Service) RevokeRefreshToken(ctx context.Context, token string) error {
	raw, dead, err := s.rawRefreshToken(token)
	if err == nil && !dead {
		err = s.revokeRefresh(context.WithoutCancel(ctx), raw, isSealed(token))
	}
	s.audit(ctx, "revoke refresh token", "", err)
	return err
}

// Logout ends the access token of the request's header, even if it has expired, and with everywhere the refresh
// token too, which Circle may have given to the member's other devices. Both are tried, even if the other fails.
//
// The error is an [*Error] where the header has no token, a [*LoginError] for a refresh token that is not one, or one
// of circleclient as for [Service.RevokeAccessToken].
func (s *Service) Logout(ctx context.Context, everywhere bool, refreshToken string) error {
	err := s.logout(ctx, everywhere, refreshToken)
	s.audit(ctx, "logout", "", err)
	return err
}

func (s *Service) logout(ctx context.Context, everywhere bool, refreshToken string) error {
	caller := CallerFrom(ctx)
	token := caller.Presented()
	if token == "" {
		_, err := caller.Token()
		if err == nil { // signed in within this request, without a header
			err = &Error{Reason: ReasonMissing}
		}
		return err
	}
	ctx = context.WithoutCancel(ctx)
	var raw string
	dead := !everywhere
	if everywhere {
		if refreshToken == "" {
			return &LoginError{
				Code: CodeInvalid, Field: "refreshToken",
				Message: "Signing out everywhere needs the refresh token.",
			}
		}
		var err error
		if raw, dead, err = s.rawRefreshToken(refreshToken); err != nil {
			return err
		}
	}
	// The refresh token first: until it is dead it makes new access tokens.
	var refreshErr error
	if !dead {
		refreshErr = s.revokeRefresh(ctx, raw, isSealed(refreshToken))
	}
	accessErr := s.revokeAccess(ctx, token)
	if refreshErr != nil {
		return refreshErr
	}
	return accessErr
}

// revokeAccess ends the token at Circle and here. Only what Circle has confirmed to end, or is proven to have been
// alive, enters the list: otherwise anybody could fill it with strings, and push out what must stay.
func (s *Service) revokeAccess(ctx context.Context, token string) error {
	if token == "" {
		return &LoginError{Code: CodeInvalid, Field: "accessToken", Message: "Give the access token to end."}
	}
	expiresAt, isJWT := expiryHint(token)
	if !isJWT || len(token) > maxBearer || !isToken68(token) {
		return nil // no token, so as dead as one can be
	}
	_, proven := s.principals.Member(token)
	attempted, err := s.countByRevocation(ctx, token, proven)
	if err != nil {
		return err
	}
	err = s.auth.RevokeAccessToken(ctx, token)
	dead := isAny(err, circleclient.ErrTokenInvalid, circleclient.ErrTokenExpired, circleclient.ErrTokenRevoked,
		circleclient.ErrNotFound)
	attempted(dead)
	if err == nil || proven {
		s.refuse(ctx, token, expiresAt)
	}
	if err == nil || dead {
		s.principals.Forget(token)
		s.onRevoked(token)
		return nil
	}
	return s.blameless(ctx, err)
}

func (s *Service) revokeRefresh(ctx context.Context, token string, wasSealed bool) error {
	attempted, err := s.countByRevocation(ctx, token, wasSealed || s.principals.madeRefresh(token))
	if err != nil {
		return err
	}
	err = s.auth.RevokeRefreshToken(ctx, token)
	dead := isAny(err, circleclient.ErrRefreshTokenInvalid, circleclient.ErrRefreshTokenExpired, circleclient.ErrNotFound)
	attempted(dead)
	switch {
	case err == nil:
		s.refuse(ctx, token, time.Time{})
		return nil
	case dead:
		return nil
	}
	return s.blameless(ctx, err)
}

// refuse puts a token on the list until it ends by itself, for the longest time if that is not known.
func (s *Service) refuse(ctx context.Context, token string, expiresAt time.Time) {
	until := s.now().Add(MaxRevocationAge)
	if !expiresAt.IsZero() && expiresAt.Add(leeway).Before(until) {
		until = expiresAt.Add(leeway)
	}
	if err := s.revocations.Add(ctx, token, until); err != nil {
		// Circle refuses the token all the same.
		s.log.LogAttrs(ctx, slog.LevelError, "a revoked token could not be noted", slog.Any("error", err))
	}
}

// rawRefreshToken takes the seal off. A token whose seal has expired is dead.
func (s *Service) rawRefreshToken(token string) (raw string, dead bool, err error) {
	if s.settings.sealer != nil && isSealed(token) {
		content, _, err := s.settings.sealer.open(token, s.now())
		if err != nil && !errors.Is(err, errSealExpired) {
			return "", false, sealRefusal(err)
		}
		return content.RefreshToken, err != nil, nil
	}
	if !isRawRefreshToken(token) {
		return "", false, refreshTokenInvalid("malformed")
	}
	return token, false, nil
}

func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
