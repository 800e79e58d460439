package tokens

import (
	"context"
	"errors"
	"log/slog"
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
	// Observe is called for each of these lines: what was tried, how members prove who they are, and one word for the
	// outcome; may be nil.
	Observe func(action, mode, outcome string)
	// OnRevoked is called for every token that is dead from now on, to drop what is remembered under it.
	OnRevoked func(token string)
	// Principals get to know the tokens that Circle makes; a record of their own if nil. A token that they know may be
	// refused here even if Circle does not confirm its end.
	Principals *Principals
	// Attempts bounds how often sign-in may be tried; a record of their own if nil.
	Attempts Attempts
}

// Service signs members in and out. It is safe for concurrent use.
type Service struct {
	settings    Settings
	auth        AuthAPI
	revocations Revocations
	now         func() time.Time
	log         *slog.Logger
	observe     func(action, mode, outcome string)
	onRevoked   func(string)
	principals  *Principals
	attempts    Attempts
	ownAttempts *MemoryAttempts // while attempts cannot be reached; the same if they are this process's own
	verifier    *verifier
	refreshes   singleflight.Group
	pending     *pendingEnds
	signIns     *signIns
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
		log: deps.Logger, observe: deps.Observe, onRevoked: deps.OnRevoked, principals: deps.Principals,
		attempts: deps.Attempts, signIns: newSignIns(deps.Clock),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.observe == nil {
		s.observe = func(string, string, string) {}
	}
	s.pending = newPendingEnds(s.now, s.log)
	if s.onRevoked == nil {
		s.onRevoked = func(string) {}
	}
	if s.principals == nil {
		s.principals = NewPrincipals(0, s.now)
	}
	s.ownAttempts = NewMemoryAttempts(s.now)
	if s.attempts == nil {
		s.attempts = s.ownAttempts
	}
	if settings.Has(ModeOIDC) {
		s.verifier = newVerifier(settings.providers, s.log, deps.Clock)
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
	// AccessTokenProof shows over a restart of this server that it made the access token; empty in the sandbox, and for
	// a token of unknown member.
	AccessTokenProof string
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
	p, err := s.prove(ctx, req)
	if err != nil {
		err = s.countGuess(ctx, err)
	} else {
		err = s.countByMember(ctx, p)
	}
	var session *Session
	if err == nil {
		session, err = s.createOnce(p.vouched(ctx), p, req.IdentityToken)
	}
	s.audit(ctx, "login", p.mode, err)
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
		AccessTokenProof:      s.settings.prove(made.AccessToken, made.CommunityMemberID, made.AccessTokenExpiresAt),
		RefreshToken:          made.RefreshToken,
		RefreshTokenExpiresAt: made.RefreshTokenExpiresAt,
		MemberID:              made.CommunityMemberID,
	}
	if p.mode != ModeOIDC || made.RefreshToken == "" {
		return session, nil
	}
	session.RefreshToken, err = s.settings.sealer.seal(sealed{
		RefreshToken: made.RefreshToken, Subject: p.subject, MemberID: made.CommunityMemberID,
		ExpiresAt: made.RefreshTokenExpiresAt, issuer: p.issuer,
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

// audit writes that something was tried and its outcome, and not by whom.
func (s *Service) audit(ctx context.Context, action string, mode Mode, err error) {
	name := string(mode)
	if name == "" {
		var all []string
		for _, m := range s.settings.modes {
			all = append(all, string(m))
		}
		name = strings.Join(all, ",")
	}
	came := outcome(err)
	s.observe(action, name, came)
	attrs := []slog.Attr{slog.String("action", action), slog.String("mode", name), slog.String("outcome", came)}
	var refused *LoginError
	if errors.As(err, &refused) && refused.reason != "" {
		attrs = append(attrs, slog.String("reason", refused.reason))
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "audit", attrs...)
}
