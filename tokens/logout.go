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
// The error is an [*Error] if the header has no token, a [*LoginError] for what is no refresh token, or one of
// circleclient as for [Service.RevokeAccessToken].
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
	memberID, proven := s.principals.Member(circleclient.HashToken(token))
	attempted, err := s.countByRevocation(ctx, token, proven)
	if err != nil {
		return err
	}
	if proven {
		ctx = circleclient.With(ctx, circleclient.Vouched(memberID, token))
	}
	over, err := s.tellAccess(ctx, token, expiresAt, proven)
	attempted(over && err != nil)
	if over {
		return nil
	}
	err = s.blameless(ctx, err)
	//nolint:contextcheck // what goes on does so without the request
	if proven && isPassing(err) && s.pending.add(token, s.latest(expiresAt), func(ctx context.Context) bool {
		over, _ := s.tellAccess(circleclient.With(ctx, circleclient.Vouched(memberID, token)), token, expiresAt, proven)
		return over
	}) {
		return &EndPendingError{err}
	}
	return err
}

// tellAccess tells Circle that an access token ends, and reports whether it has; an error then says that it was dead.
func (s *Service) tellAccess(ctx context.Context, token string, expiresAt time.Time, proven bool) (bool, error) {
	err := s.auth.RevokeAccessToken(ctx, token)
	dead := isAny(err, circleclient.ErrTokenInvalid, circleclient.ErrTokenExpired, circleclient.ErrTokenRevoked,
		circleclient.ErrNotFound)
	if err == nil || proven {
		s.refuse(ctx, token, expiresAt)
	}
	if err == nil || dead {
		s.principals.Forget(circleclient.HashToken(token))
		s.onRevoked(token)
	}
	return err == nil || dead, err
}

// isPassing reports whether it is worth telling Circle again.
func isPassing(err error) bool {
	return isAny(err, circleclient.ErrUnavailable, circleclient.ErrTimeout, circleclient.ErrRateLimited)
}

// Drain tells Circle of the ends that it could not be told before, because nobody will once the process has ended.
func (s *Service) Drain(ctx context.Context) { s.pending.drain(ctx) }

func (s *Service) revokeRefresh(ctx context.Context, token string, wasSealed bool) error {
	known := wasSealed || s.principals.madeRefresh(token)
	attempted, err := s.countByRevocation(ctx, token, known)
	if err != nil {
		return err
	}
	if known {
		ctx = circleclient.With(ctx, circleclient.Vouched(0, token))
	}
	over, err := s.tellRefresh(ctx, token)
	attempted(over && err != nil)
	if over {
		return nil
	}
	err = s.blameless(ctx, err)
	//nolint:contextcheck // what goes on does so without the request
	if known && isPassing(err) && s.pending.add(token, s.latest(time.Time{}), func(ctx context.Context) bool {
		over, _ := s.tellRefresh(circleclient.With(ctx, circleclient.Vouched(0, token)), token)
		return over
	}) {
		s.refuse(ctx, token, time.Time{})
		return &EndPendingError{err}
	}
	return err
}

// tellRefresh is tellAccess for a refresh token.
func (s *Service) tellRefresh(ctx context.Context, token string) (bool, error) {
	err := s.auth.RevokeRefreshToken(ctx, token)
	if err == nil {
		s.refuse(ctx, token, time.Time{})
	}
	return err == nil || isAny(err, circleclient.ErrRefreshTokenInvalid, circleclient.ErrRefreshTokenExpired,
		circleclient.ErrNotFound), err
}

// refuse puts a token on the list until it ends by itself, for the longest time if that is not known.
func (s *Service) refuse(ctx context.Context, token string, expiresAt time.Time) {
	if err := s.revocations.Add(ctx, token, s.latest(expiresAt)); err != nil {
		// Circle refuses the token all the same.
		s.log.LogAttrs(ctx, slog.LevelError, "a revoked token could not be noted", slog.Any("error", err))
	}
}

// latest is when a token has ended by itself, or is no longer remembered.
func (s *Service) latest(expiresAt time.Time) time.Time {
	until := s.now().Add(MaxRevocationAge)
	if !expiresAt.IsZero() && expiresAt.Add(leeway).Before(until) {
		until = expiresAt.Add(leeway)
	}
	return until
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
