package tokens

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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
	subject  string // whom the identity provider named; empty in other modes
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
	p := proof{mode: ModeOIDC}
	var err error
	p.identity, p.subject, err = s.verifier.verify(ctx, token)
	var refused *tokenRefused
	var down *providerDown
	switch {
	case errors.As(err, &refused):
		return p, identityTokenInvalid(refused.why)
	case errors.As(err, &down):
		s.log.LogAttrs(ctx, slog.LevelError, "nobody can sign in with an identity token", slog.Any("error", down))
		return p, &LoginError{
			Code:    CodeIdentityProviderUnavailable,
			Message: "The identity provider does not answer. Try again in a minute.",
		}
	case err != nil:
		return p, err
	}
	return p, nil
}

func identityTokenInvalid(why string) *LoginError {
	return &LoginError{
		Code: CodeIdentityTokenInvalid, Field: "identityToken", reason: why,
		Message: "The identity token cannot be used. Sign in to the identity provider again and send its ID token within " +
			"ten minutes.",
	}
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
