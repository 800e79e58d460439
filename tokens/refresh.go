package tokens

import (
	"context"
	"errors"

	"circlegraph/circleclient"
	"circlegraph/internal/panics"
)

const maxRefreshToken = 1 << 10 // bytes; Circle's take 43

// refreshable is a refresh token that its bearer may use.
type refreshable struct {
	sealed          // what is known; RefreshToken always
	mode     Mode   // how its bearer has proven themself
	handBack string // the token to go on with
}

// Refresh gets a new access token for a refresh token. Circle asks for the community's secret to refresh, so the proof
// of [Service.Login] is needed here too: a sealed token is one by itself, one of Circle's own needs [Caller.Trusted] or
// the sandbox. Callers who bring the same token at the same time share one request to Circle, and one who leaves does
// not end it for the others.
//
// The error is a [*LoginError], one of circleclient that says Circle is out of order, or circleclient.ErrRateLimited
// for an address or a token that has been tried too often.
func (s *Service) Refresh(ctx context.Context, refreshToken string) (*Session, error) {
	token, err := s.mayRefresh(ctx, refreshToken)
	if err != nil {
		err = s.countGuess(ctx, err)
	} else {
		err = s.countByRefreshToken(ctx, token)
	}
	var made *circleclient.AccessToken
	if err == nil {
		made, err = s.refreshOnce(token.vouched(ctx), token.RefreshToken)
	}
	// Looked at per caller and last: either may have been revoked while the request was on its way.
	switch {
	case err != nil:
	case s.revocations.Contains(made.AccessToken):
		err = stillRevoked()
	case s.revocations.Contains(token.RefreshToken):
		err = refreshTokenInvalid("revoked")
	}
	s.audit(ctx, "refresh", token.mode, err)
	if err != nil {
		return nil, err
	}
	memberID := s.principals.refreshed(made.AccessToken, token.RefreshToken, token.MemberID)
	return &Session{
		AccessToken:           made.AccessToken,
		AccessTokenExpiresAt:  made.AccessTokenExpiresAt,
		AccessTokenProof:      s.settings.prove(made.AccessToken, memberID, made.AccessTokenExpiresAt),
		RefreshToken:          token.handBack,
		RefreshTokenExpiresAt: token.ExpiresAt,
		MemberID:              memberID,
	}, nil
}

// vouched returns a context whose calls are those of the member who may use the token. The sandbox asks for no proof.
func (r refreshable) vouched(ctx context.Context) context.Context {
	if r.mode == ModeSandbox {
		return ctx
	}
	return circleclient.With(ctx, circleclient.Vouched(r.MemberID, r.RefreshToken))
}

// mayRefresh looks at the proof. The modes are in the order of how much they ask for.
func (s *Service) mayRefresh(ctx context.Context, token string) (refreshable, error) {
	var r refreshable
	trusted := s.settings.Has(ModeTrusted) && CallerFrom(ctx).Trusted()
	switch {
	case s.settings.Has(ModeOIDC) && isSealed(token):
		r.mode = ModeOIDC
		content, current, err := s.settings.sealer.open(token, s.now())
		if err != nil {
			return r, sealRefusal(err)
		}
		r.sealed, r.handBack = content, token
		if !current { // so that the old key can go one day
			if r.handBack, err = s.settings.sealer.seal(content); err != nil {
				return r, err
			}
		}
	case s.settings.Has(ModeSandbox), trusted:
		r.mode = ModeSandbox
		if trusted {
			r.mode = ModeTrusted
		}
		r.RefreshToken, r.handBack = token, token
	case s.settings.Has(ModeTrusted):
		return r, s.proofRequired()
	default:
		return r, refreshTokenInvalid("not sealed")
	}
	if !isRawRefreshToken(r.RefreshToken) {
		return r, refreshTokenInvalid("malformed")
	}
	if s.revocations.Contains(r.RefreshToken) {
		return r, refreshTokenInvalid("revoked")
	}
	return r, nil
}

// isRawRefreshToken reports whether token can be one of Circle's own.
func isRawRefreshToken(token string) bool {
	return len(token) <= maxRefreshToken && isToken68(token) && !isSealed(token)
}

// refreshOnce shares one request among all who bring the same token. Who may bring it has been looked at before.
func (s *Service) refreshOnce(ctx context.Context, token string) (*circleclient.AccessToken, error) {
	hash := circleclient.HashToken(token)
	result := s.refreshes.DoChan(string(hash[:]), func() (_ any, err error) {
		defer panics.Recover(&err)
		return s.auth.RefreshAccessToken(context.WithoutCancel(ctx), token)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		made, _ := r.Val.(*circleclient.AccessToken)
		switch {
		case r.Err == nil && made != nil:
			return made, nil
		case r.Err == nil:
			return nil, &circleclient.Error{Kind: circleclient.ErrUnavailable}
		case errors.Is(r.Err, circleclient.ErrRefreshTokenExpired):
			return nil, refreshTokenExpired()
		case errors.Is(r.Err, circleclient.ErrRefreshTokenInvalid), errors.Is(r.Err,
			circleclient.ErrNotFound), errors.Is(r.Err, circleclient.ErrInvalid):
			return nil, refreshTokenInvalid("refused by Circle")
		}
		return nil, s.blameless(ctx, r.Err)
	}
}

func sealRefusal(err error) error {
	if errors.Is(err, errSealExpired) {
		return refreshTokenExpired()
	}
	return refreshTokenInvalid(err.Error())
}

func refreshTokenInvalid(reason string) *LoginError {
	return &LoginError{
		Code: CodeRefreshTokenInvalid, Field: "refreshToken", reason: reason, cause: circleclient.ErrRefreshTokenInvalid,
		Message: "The refresh token cannot be used. Sign in again.",
	}
}

func refreshTokenExpired() *LoginError {
	return &LoginError{
		Code: CodeRefreshTokenExpired, Field: "refreshToken", cause: circleclient.ErrRefreshTokenExpired,
		Message: "The refresh token has expired. Sign in again.",
	}
}
