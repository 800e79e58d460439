package tokens

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"

	"circlegraph/circleclient"
)

// Mode is a way for members to prove who they are.
type Mode string

// The modes.
const (
	// ModeOIDC is an ID token of the community's own identity provider.
	ModeOIDC Mode = "oidc"
	// ModeTrusted is the secret of a server that knows its members by itself.
	ModeTrusted Mode = "trusted"
	// ModeSandbox is no proof at all, against the embedded sandbox.
	ModeSandbox Mode = "sandbox"
)

const (
	minSecret      = 32
	minDistinct    = 8
	maxSecrets     = 2
	defaultClaim   = "sub"
	emailClaim     = "email"
	loginSetting   = "CIRCLEGRAPH_LOGIN"
	secretSetting  = "CIRCLEGRAPH_TRUSTED_SECRET"
	issuerSetting  = "CIRCLEGRAPH_OIDC_ISSUER"
	claimSetting   = "CIRCLEGRAPH_OIDC_CLAIM"
	emailSetting   = "CIRCLEGRAPH_OIDC_EMAIL"
	sealSetting    = "CIRCLEGRAPH_SEAL_KEYS"
	sandboxSetting = "CIRCLEGRAPH_SANDBOX_OFF_LOOPBACK"
)

// Secret is a string that prints as "[secret]".
type Secret string

// String hides the secret.
func (Secret) String() string { return "[secret]" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "[secret]" }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// MarshalJSON hides the secret from dumps.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"[secret]"`), nil }

// Config is how sign-in is configured, as flags and environment give it. Lists are separated by commas. It is part of
// the settings that package config reads, which says what names, tags and comments are for.
type Config struct {
	// How members prove who they are: oidc, trusted, oidc,trusted or sandbox.
	Login []string `placeholder:"MODE" without:"sandbox, if nothing else is set"`

	// Secret of at least 32 bytes that trusted servers send in the X-Circlegraph-Secret header; two, separated by a comma,
	// while it is being changed. Better given by environment than by flag.
	TrustedSecrets []Secret `name:"trusted-secret" placeholder:"SECRET"`

	// Issuer of the community's OpenID Connect provider, exactly as its tokens name it.
	OIDCIssuer string `placeholder:"URL"`

	// Client ids whose ID tokens are accepted, separated by commas.
	OIDCAudiences []string `name:"oidc-audience" placeholder:"ID"`

	// Claim of the ID token that is the member's SSO user id in Circle.
	OIDCClaim string `placeholder:"CLAIM" without:"sub"`

	// Find the member by the ID token's e-mail address, if the provider says it is verified, instead of by SSO user id.
	OIDCEmail bool

	// Keys of 32 bytes in base64, separated by commas, that seal the refresh tokens given out in oidc mode. The first one
	// seals, all of them open. Better given by environment than by flag.
	SealKeys []Secret `placeholder:"KEY"`

	// Let other machines reach the sandbox, where anybody may become anybody.
	SandboxOffLoopback bool
}

// Deployment is the rest of the configuration that decides whether a mode is safe.
type Deployment struct {
	// Listen is the address to listen on, such as 127.0.0.1:8080.
	Listen string
	// CircleURL is CIRCLE_URL as given, empty if it is not.
	CircleURL string
	// HeadlessToken is CIRCLE_HEADLESS_TOKEN as given, empty if it is not.
	HeadlessToken Secret
	// HeadlessTokenFile is CIRCLE_HEADLESS_TOKEN_FILE as given, empty if it is not.
	HeadlessTokenFile string
}

func (d Deployment) upstream() bool {
	return d.CircleURL != "" || d.HeadlessToken != "" || d.HeadlessTokenFile != ""
}

// Settings are a configuration that [Config.Validate] found safe. The zero value allows nothing.
type Settings struct {
	modes     []Mode
	secrets   []circleclient.TokenHash
	sealer    *sealer
	issuer    string
	audiences []string
	claim     string
	byEmail   bool
}

// Has reports whether mode is on.
func (s Settings) Has(mode Mode) bool { return slices.Contains(s.modes, mode) }

// Modes lists the modes that are on, for a banner.
func (s Settings) Modes() []Mode { return slices.Clone(s.modes) }

// problems collects what is wrong, a sentence each.
type problems []error

func (p *problems) add(when bool, format string, args ...any) {
	if when {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// Validate refuses every unsafe or contradictory mix. The error joins one sentence for each thing to mend, none of
// which shows a secret.
func (c Config) Validate(d Deployment) (Settings, error) {
	c.Login, c.OIDCAudiences = trimAll(c.Login), trimAll(c.OIDCAudiences)
	c.TrustedSecrets, c.SealKeys = dropEmpty(c.TrustedSecrets), dropEmpty(c.SealKeys)
	var found problems
	s := Settings{}
	s.modes = c.modes(d, &found)
	found.add(d.HeadlessToken != "" && d.HeadlessTokenFile != "",
		"CIRCLE_HEADLESS_TOKEN and CIRCLE_HEADLESS_TOKEN_FILE exclude each other: give one of them.")
	if s.Has(ModeSandbox) {
		c.checkSandbox(s, d, &found)
	} else {
		found.add(c.SandboxOffLoopback, "%s is given, but the sandbox is not in use.", sandboxSetting)
		found.add(len(s.modes) > 0 && d.HeadlessToken == "" && d.HeadlessTokenFile == "",
			"%s asks for a real community: CIRCLE_HEADLESS_TOKEN or CIRCLE_HEADLESS_TOKEN_FILE must be given.", loginSetting)
	}
	// Without a mode the missing mode is the one thing to say.
	if s.Has(ModeTrusted) {
		s.secrets = c.checkSecrets(d, &found)
	} else {
		found.add(len(s.modes) > 0 && len(c.TrustedSecrets) > 0, "%s is given, but %s does not include trusted.",
			secretSetting, loginSetting)
	}
	if s.Has(ModeOIDC) {
		c.checkOIDC(&s, &found)
	} else {
		found.add(len(s.modes) > 0 && c.anyOIDC(), "OIDC settings or seal keys are given, but %s does not include oidc.",
			loginSetting)
	}
	if len(found) > 0 {
		return Settings{}, errors.Join(found...)
	}
	return s, nil
}

func (c Config) anyOIDC() bool {
	return c.OIDCIssuer != "" || len(c.OIDCAudiences) > 0 || c.OIDCClaim != "" || c.OIDCEmail || len(c.SealKeys) > 0
}

// modes reads the modes. Nobody gets the sandbox, where anybody may become anybody, by forgetting a setting: it needs
// either its name or the absence of everything that belongs to a real community.
func (c Config) modes(d Deployment, found *problems) []Mode {
	if len(c.Login) == 0 {
		credentials := d.upstream()
		found.add(credentials,
			"A Circle community is configured, but not how members prove who they are: set %s to oidc, trusted or "+
				"oidc,trusted.", loginSetting)
		login := c.anyOIDC() || len(c.TrustedSecrets) > 0
		found.add(login && !credentials,
			"OIDC or trusted settings are given without %s: set it to oidc, trusted or oidc,trusted.", loginSetting)
		if credentials || login {
			return nil
		}
		return []Mode{ModeSandbox}
	}
	var modes []Mode
	for _, name := range c.Login {
		mode := Mode(name)
		switch mode {
		case ModeOIDC, ModeTrusted, ModeSandbox:
			if !slices.Contains(modes, mode) {
				modes = append(modes, mode)
			}
		default:
			found.add(true, "%s does not know %q: use oidc, trusted, oidc,trusted or sandbox.", loginSetting, name)
		}
	}
	return modes
}

func (c Config) checkSandbox(s Settings, d Deployment, found *problems) {
	found.add(len(s.modes) > 1, "The sandbox lets anybody become anybody: %s cannot combine it with another mode.",
		loginSetting)
	found.add(d.upstream(),
		"The sandbox lets anybody become anybody: %s=sandbox excludes CIRCLE_URL and the headless token.", loginSetting)
	found.add(!c.SandboxOffLoopback && !isLoopback(hostOf(d.Listen)),
		"The sandbox lets anybody become anybody: listen on a loopback address, or set %s to open it to other machines.",
		sandboxSetting)
}

func (c Config) checkSecrets(d Deployment, found *problems) []circleclient.TokenHash {
	found.add(len(c.TrustedSecrets) == 0, "The trusted mode needs %s.", secretSetting)
	found.add(len(c.TrustedSecrets) > maxSecrets, "%s takes at most two secrets: the present one and its successor.",
		secretSetting)
	found.add(len(c.TrustedSecrets) == maxSecrets && c.TrustedSecrets[0] == c.TrustedSecrets[1],
		"The two secrets of %s are the same.", secretSetting)
	var hashes []circleclient.TokenHash
	for _, secret := range c.TrustedSecrets {
		text := string(secret)
		short := len(text) < minSecret
		found.add(short, "Each secret of %s needs at least %d bytes.", secretSetting, minSecret)
		found.add(!short && distinctBytes(text) < minDistinct, "A secret of %s repeats too few characters to be random.",
			secretSetting)
		found.add(strings.ContainsFunc(text, notInHeader),
			"A secret of %s has characters that a header cannot carry: use letters, digits and punctuation.", secretSetting)
		found.add(d.HeadlessToken == secret, "%s must not be the community's headless token.", secretSetting)
		found.add(slices.Contains(c.SealKeys, secret), "%s and %s must not share a value.", secretSetting, sealSetting)
		hashes = append(hashes, sha256.Sum256([]byte(text)))
	}
	return hashes
}

func (c Config) checkOIDC(s *Settings, found *problems) {
	s.issuer, s.audiences, s.claim, s.byEmail = c.OIDCIssuer, c.OIDCAudiences, c.OIDCClaim, c.OIDCEmail
	if s.claim == "" {
		s.claim = defaultClaim
	}
	if s.issuer == "" {
		found.add(true, "The oidc mode needs %s.", issuerSetting)
	} else if err := checkProviderURL(s.issuer); err != nil {
		found.add(true, "%s %w.", issuerSetting, err)
	}
	found.add(len(s.audiences) == 0, "The oidc mode needs CIRCLEGRAPH_OIDC_AUDIENCE.")
	found.add(s.claim == emailClaim && !s.byEmail, "%s=email would trust addresses that nobody verified: set %s instead.",
		claimSetting, emailSetting)
	found.add(s.byEmail && c.OIDCClaim != "" && c.OIDCClaim != emailClaim, "%s and %s exclude each other.", emailSetting,
		claimSetting)
	found.add(isProtocolClaim(s.claim), "%s=%s does not name a person.", claimSetting, s.claim)
	found.add(len(c.SealKeys) == 0, "The oidc mode needs %s: at least one key of %d bytes in base64.", sealSetting,
		sealKeySize)
	var keys [][]byte
	for _, text := range c.SealKeys {
		key, err := decodeKey(string(text))
		found.add(err != nil || len(key) != sealKeySize, "Each key of %s must be %d bytes in base64.", sealSetting,
			sealKeySize)
		found.add(slices.ContainsFunc(keys, func(k []byte) bool { return string(k) == string(key) }),
			"%s has the same key twice.", sealSetting)
		found.add(len(key) == sealKeySize && distinctBytes(string(key)) < minDistinct,
			"A key of %s repeats too few bytes to be random.", sealSetting)
		keys = append(keys, key)
	}
	if len(*found) > 0 {
		return
	}
	var err error
	s.sealer, err = newSealer(s.issuer, keys)
	found.add(err != nil, "The keys of %s cannot be used.", sealSetting)
}

// isProtocolClaim reports whether a claim describes the token and not a person: everybody would be the same member.
func isProtocolClaim(claim string) bool {
	return slices.Contains([]string{
		"iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "acr", "amr", "typ", "token_use",
		"email_verified",
	}, claim)
}

// checkProviderURL accepts addresses that are safe to fetch keys from. Its errors continue a sentence.
func checkProviderURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("must be an absolute https address")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("must have neither user, query nor fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return errors.New("must use https unless it is on a loopback address")
	}
	return nil
}

func hostOf(listen string) string {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return ""
	}
	return host
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// decodeKey takes both alphabets of base64, with or without padding.
func decodeKey(text string) ([]byte, error) {
	text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(text), "=")
	return base64.RawStdEncoding.Strict().DecodeString(text)
}

func distinctBytes(s string) int {
	seen := map[byte]bool{}
	for i := range len(s) {
		seen[s[i]] = true
	}
	return len(seen)
}

func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }

func trimAll(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func dropEmpty(list []Secret) []Secret {
	return slices.DeleteFunc(slices.Clone(list), func(s Secret) bool { return s == "" })
}
