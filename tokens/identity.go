package tokens

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"circlegraph/circleclient"
)

const (
	maxName  = 255 // bytes of an SSO user id
	maxEmail = 254
)

// Identity names a member, in exactly one way.
type Identity struct {
	// SSOUserID is the member's id at the community's single sign-on.
	SSOUserID string
	// MemberID is the member's number in Circle.
	MemberID int64
	// Email is the member's address in Circle.
	Email string
}

func (i Identity) request() circleclient.TokenRequest {
	return circleclient.TokenRequest{SSOUserID: i.SSOUserID, CommunityMemberID: i.MemberID, Email: i.Email}
}

// proof is an identity and how it was shown.
type proof struct {
	identity Identity
	mode     Mode

	// Of an ID token; empty in other modes.
	subject string // whom the provider named
	issuer  string // the provider
	maxAge  time.Duration
}

// vouched returns a context whose calls are the member's who has given proof. The sandbox asks for none.
func (p proof) vouched(ctx context.Context) context.Context {
	if p.mode == ModeSandbox {
		return ctx
	}
	return circleclient.With(ctx, circleclient.Vouched(p.identity.MemberID, strings.ToLower(fmt.Sprint(p.identity))))
}

// prove finds out whose tokens the request may have. Circle is not called, so neither answers nor their timing
// tell anything about members to somebody without proof.
func (s *Service) prove(ctx context.Context, req LoginRequest) (proof, error) {
	if req.given() != 1 {
		return proof{}, &LoginError{
			Code:    CodeInvalid,
			Message: "Give exactly one of identityToken, email, memberId and ssoUserId.",
		}
	}
	if req.IdentityToken != "" {
		return s.proveByToken(ctx, req.IdentityToken)
	}
	p := proof{identity: Identity{SSOUserID: req.SSOUserID, MemberID: req.MemberID, Email: req.Email}}
	switch {
	case s.settings.Has(ModeSandbox):
		p.mode = ModeSandbox
	case s.settings.Has(ModeTrusted) && CallerFrom(ctx).Trusted():
		p.mode = ModeTrusted
	default:
		return proof{}, s.proofRequired()
	}
	if field := p.identity.flaw(); field != "" {
		return p, &LoginError{Code: CodeInvalid, Field: field, Message: "This cannot be the name of a member."}
	}
	return p, nil
}

func (s *Service) proveByToken(ctx context.Context, token string) (proof, error) {
	if s.verifier == nil {
		return proof{}, &LoginError{
			Code: CodeInvalid, Field: "identityToken",
			Message: "This server does not take identity tokens. Use email, memberId or ssoUserId.",
		}
	}
	p, err := s.verifier.verify(ctx, token)
	p.mode = ModeOIDC
	var refused *tokenRefused
	var down *providerDown
	switch {
	case errors.As(err, &refused):
		return p, identityTokenInvalid(refused.why)
	case errors.As(err, &down):
		s.logProvider(ctx, down)
		return p, providerUnavailable(down)
	case err != nil:
		return p, err
	}
	return p, nil
}

// logProvider tells the operator why nobody can sign in with a provider.
func (s *Service) logProvider(ctx context.Context, down *providerDown) {
	s.log.LogAttrs(ctx, slog.LevelError, "nobody can sign in with an identity token", slog.Any("error", down))
}

func providerUnavailable(down *providerDown) *LoginError {
	if down.misfit {
		return &LoginError{
			Code: CodeIdentityProviderMisfit,
			Message: "The settings of this server do not fit its identity provider. Trying again does not help: whoever " +
				"runs the server finds the reason in its log.",
		}
	}
	return &LoginError{
		Code:    CodeIdentityProviderUnavailable,
		Message: "The identity provider does not answer. Try again in a minute.",
	}
}

// CheckProviders looks for settings that do not fit the identity providers, so that the log says so before a member
// finds out. A provider that does not answer is no error: its keys are fetched when they are needed.
func (s *Service) CheckProviders(ctx context.Context) error {
	if s.verifier == nil {
		return nil
	}
	var found []error
	for _, p := range s.verifier.providers {
		err := p.keys.ensure(ctx)
		if down, ok := errors.AsType[*providerDown](err); ok {
			s.logProvider(ctx, down)
		}
		if names := p.keys.get().names; names != "" {
			s.log.LogAttrs(ctx, slog.LevelWarn, "the discovery document names another issuer than the settings; tokens must "+
				"name what the settings do", slog.String("document", names),
				slog.String(issuerSetting, strings.Join(p.issuers, ",")))
		}
		found = append(found, err)
	}
	return errors.Join(found...)
}

// RefreshKeys fetches the keys of the identity providers, however fresh those are that are known. If that fails, they
// stay, and the error names the provider. Only the oidc mode has any.
func (s *Service) RefreshKeys(ctx context.Context) error {
	var found []error
	for _, p := range s.verifier.providers {
		if err := p.keys.refresh(ctx); err != nil {
			found = append(found, fmt.Errorf("%s: %w", p.issuers[0], err))
		}
	}
	return errors.Join(found...)
}

func (s *Service) proofRequired() *LoginError {
	message := "This needs the secret of a trusted server."
	if s.settings.Has(ModeOIDC) {
		message = "Prove who you are: send an ID token of the community's identity provider as identityToken."
	}
	return &LoginError{Code: CodeProofRequired, Message: message}
}

// flaw returns the input field that cannot name a member, or nothing.
func (i Identity) flaw() (field string) {
	switch {
	case i.Email != "" && !isEmail(i.Email):
		return "email"
	case i.MemberID < 0:
		return "memberId"
	case i.SSOUserID != "" && !isName(i.SSOUserID):
		return "ssoUserId"
	}
	return ""
}

// isName reports whether s can be an SSO user id.
func isName(s string) bool {
	return s != "" && len(s) <= maxName && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, unicode.IsControl)
}

// isEmail reports whether s looks enough like an address to ask Circle about it.
func isEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return isName(s) && len(s) <= maxEmail && at > 0 && at < len(s)-1 && !strings.ContainsFunc(s, unicode.IsSpace)
}
