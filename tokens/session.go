package tokens

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"circlegraph/circleclient"
)

// AuthAPI is what this package needs of circleclient's AuthService.
type AuthAPI interface {
	CreateToken(ctx context.Context, req circleclient.TokenRequest) (*circleclient.AuthTokens, error)
	RefreshAccessToken(ctx context.Context, refreshToken string) (*circleclient.AccessToken, error)
	RevokeAccessToken(ctx context.Context, accessToken string) error
	RevokeRefreshToken(ctx context.Context, refreshToken string) error
}

// Dependencies are what a [Service] works with. Auth, Revocations and Clock are needed.
type Dependencies struct {
	Auth        AuthAPI
	Revocations Revocations
	Clock       func() time.Time
	// Logger gets one line per sign-in, refresh and revocation, and what the operator must mend; none if nil.
	Logger *slog.Logger
	// OnRevoked is called for every token that is dead from now on, to drop what is remembered under it.
	OnRevoked func(token string)
	// Principals get to know the tokens that Circle makes; a record of their own if nil. A token that they know may be
	// refused here even if Circle does not confirm its end.
	Principals *Principals
	// Attempts bounds how often sign-in may be tried; a record of their own if nil.
	Attempts Attempts
	// ProviderClient fetches the identity provider's documents; a client of its own if nil.
	ProviderClient *http.Client
}

// Service signs members in and out. It is safe for concurrent use.
type Service struct {
	settings    Settings
	auth        AuthAPI
	revocations Revocations
	now         func() time.Time
	log         *slog.Logger
	onRevoked   func(string)
	principals  *Principals
	attempts    Attempts
	verifier    *verifier
	refreshes   singleflight.Group
}

// New makes a service for settings that [Config.Validate] gave.
func New(settings Settings, deps Dependencies) (*Service, error) {
	switch {
	case len(settings.modes) == 0:
		return nil, errors.New("tokens: settings must come from Config.Validate")
	case deps.Auth == nil || deps.Revocations == nil || deps.Clock == nil:
		return nil, errors.New("tokens: Auth, Revocations and Clock are needed")
	}
	s := &Service{
		settings: settings, auth: deps.Auth, revocations: deps.Revocations, now: deps.Clock,
		log: deps.Logger, onRevoked: deps.OnRevoked, principals: deps.Principals,
		attempts: deps.Attempts,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.onRevoked == nil {
		s.onRevoked = func(string) {}
	}
	if s.principals == nil {
		s.principals = NewPrincipals(0, s.now)
	}
	if s.attempts == nil {
		s.attempts = NewMemoryAttempts(s.now)
	}
	if settings.Has(ModeOIDC) {
		var err error
		if s.verifier, err = newVerifier(settings, newKeySource(settings.issuer, deps.ProviderClient, deps.Clock),
			deps.Clock); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// LoginRequest names who signs in. Exactly one field is set.
type LoginRequest struct {
	// IdentityToken is an ID token of the community's identity provider, for the oidc mode.
	IdentityToken string
	// Email, MemberID and SSOUserID name a member, for the trusted mode and the sandbox.
	Email     string
	MemberID  int64
	SSOUserID string
}

func (r LoginRequest) given() int {
	n := 0
	for _, set := range []bool{r.IdentityToken != "", r.Email != "", r.MemberID != 0, r.SSOUserID != ""} {
		if set {
			n++
		}
	}
	return n
}

// Session is what lets a client act as a member.
type Session struct {
	// AccessToken is Circle's member JWT.
	AccessToken string
	// AccessTokenExpiresAt is when it ends, about an hour after sign-in.
	AccessTokenExpiresAt time.Time
	// RefreshToken gets new access tokens. It is sealed if the sign-in was by ID token, else Circle's own.
	RefreshToken string
	// RefreshTokenExpiresAt is when it ends, about a month after sign-in; zero after the refresh of an unsealed token.
	RefreshTokenExpiresAt time.Time
	// MemberID is the member's number; zero after the refresh of an unsealed token that another process made.
	MemberID int64
}

// Login signs a member in. The caller must show the proof that the configured mode asks for: [Caller.Trusted] with a
// name, or an ID token, each of which signs in once; the sandbox asks for none. Whether the request carries an old
// access token does not matter.
//
// The error is a [*LoginError], one of circleclient that says Circle is out of order, or circleclient.ErrRateLimited
// for an address or a member that has tried too often.
func (s *Service) Login(ctx context.Context, req LoginRequest) (*Session, error) {
	attempted, err := s.countByAddress(ctx)
	var p proof
	if err == nil {
		p, err = s.prove(ctx, req)
	}
	if err == nil {
		err = s.countByMember(p)
	}
	var session *Session
	if err == nil {
		session, err = s.createOnce(ctx, p, req.IdentityToken)
	}
	attempted(isGuess(err))
	s.audit(ctx, "login", p.mode, err)
	return session, err
}

// createOnce is create, once for each identity token.
func (s *Service) createOnce(ctx context.Context, p proof, identityToken string) (*Session, error) {
	used, err := s.useOnce(identityToken)
	if err != nil {
		return nil, err
	}
	session, err := s.create(ctx, p)
	used(err)
	return session, err
}

func (s *Service) create(ctx context.Context, p proof) (*Session, error) {
	made, err := s.auth.CreateToken(ctx, p.identity.request())
	if errors.Is(err, circleclient.ErrNotFound) {
		return nil, memberNotFound(p)
	}
	if err != nil {
		return nil, s.blameless(ctx, err)
	}
	if s.revocations.Contains(made.AccessToken) {
		return nil, stillRevoked()
	}
	s.principals.signedIn(made.AccessToken, made.RefreshToken, made.CommunityMemberID)
	session := &Session{
		AccessToken:           made.AccessToken,
		AccessTokenExpiresAt:  made.AccessTokenExpiresAt,
		RefreshToken:          made.RefreshToken,
		RefreshTokenExpiresAt: made.RefreshTokenExpiresAt,
		MemberID:              made.CommunityMemberID,
	}
	if p.mode != ModeOIDC || made.RefreshToken == "" {
		return session, nil
	}
	session.RefreshToken, err = s.settings.sealer.seal(sealed{
		RefreshToken: made.RefreshToken, Subject: p.subject, MemberID: made.CommunityMemberID,
		ExpiresAt: made.RefreshTokenExpiresAt,
	})
	return session, err
}

// memberNotFound speaks to those who may know: a trusted server, or somebody about nobody but themselves.
func memberNotFound(p proof) error {
	e := &LoginError{Code: CodeMemberNotFound, Message: "There is no such member."}
	switch {
	case p.mode == ModeOIDC:
		e.Field, e.Message = "identityToken", "No member of this community belongs to your account."
	case p.identity.Email != "":
		e.Field = "email"
	case p.identity.MemberID != 0:
		e.Field = "memberId"
	default:
		e.Field = "ssoUserId"
	}
	return e
}

func stillRevoked() error {
	return &LoginError{
		Code: CodeTokenRevoked, cause: circleclient.ErrTokenRevoked,
		Message: "The access token that Circle gave was revoked already. Sign in again.",
	}
}

// blameless hides that the Auth API refused our own secret or plan, and any word of it that would sound like the
// caller's token: neither is the caller's fault, nor can they mend it. The operator is told.
func (s *Service) blameless(ctx context.Context, err error) error {
	for _, ours := range []error{
		circleclient.ErrCommunitySecret, circleclient.ErrNotEligible, circleclient.ErrForbidden,
		circleclient.ErrFeatureDisabled,
		circleclient.ErrNoToken, circleclient.ErrTokenInvalid, circleclient.ErrTokenExpired, circleclient.ErrTokenRevoked,
	} {
		if !errors.Is(err, ours) {
			continue
		}
		s.log.LogAttrs(ctx, slog.LevelError,
			"Circle refuses this installation: check the headless token and the community's plan",
			slog.String("reason", ours.Error()))
		hidden := &circleclient.Error{Kind: circleclient.ErrUnavailable}
		if known, ok := errors.AsType[*circleclient.Error](err); ok {
			hidden.Operation, hidden.RequestID = known.Operation, known.RequestID
		}
		return hidden
	}
	return err
}

// audit writes that something was tried and what came of it, about nobody in particular.
func (s *Service) audit(ctx context.Context, action string, mode Mode, err error) {
	name := string(mode)
	if name == "" {
		var all []string
		for _, m := range s.settings.modes {
			all = append(all, string(m))
		}
		name = strings.Join(all, ",")
	}
	attrs := []slog.Attr{slog.String("action", action), slog.String("mode", name), slog.String("outcome", outcome(err))}
	var refused *LoginError
	if errors.As(err, &refused) && refused.reason != "" {
		attrs = append(attrs, slog.String("reason", refused.reason))
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}
