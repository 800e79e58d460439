package tokens

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

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
	loginSetting   = "CIRCLEGRAPH_LOGIN"
	secretSetting  = "CIRCLEGRAPH_TRUSTED_SECRET"
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

	// Issuer of the community's OpenID Connect provider, exactly as its tokens name it. If they use several names, all of
	// them, separated by commas: the discovery document lies under the first. {tenantid} stands for the token's tid.
	OIDCIssuers []string `name:"oidc-issuer" placeholder:"URL" see:"docs/sign-in.md"`

	// Address of the provider's discovery document, if it does not lie under the issuer.
	OIDCDiscovery string `placeholder:"URL" without:"found under the issuer"`

	// Address of the provider's keys (JWKS), if it has no discovery document.
	OIDCJWKS string `name:"oidc-jwks" placeholder:"URL" without:"found by discovery"`

	// Client ids whose ID tokens are accepted (aud), separated by commas.
	OIDCAudiences []string `name:"oidc-audience" placeholder:"ID"`

	// Further client ids that may ask for tokens made for these audiences (azp), separated by commas.
	OIDCParties []string `name:"oidc-authorized-party" placeholder:"ID" without:"only the audiences"`

	// Claim of the ID token that is the member's SSO user id in Circle. Dots lead into objects.
	OIDCClaim string `placeholder:"CLAIM" without:"sub"`

	// Find the member by the ID token's e-mail address, if the provider says it is verified, instead of by SSO user id.
	OIDCEmail bool

	// Longest time since an ID token was issued. Longer than some minutes only if the provider's SDK hands out the same
	// token again and again.
	OIDCMaxAge time.Duration `default:"10m" placeholder:"TIME" positive:""`

	// Several providers at once, as a JSON list of objects with issuer, audience and, as above, discovery, jwks,
	// authorizedParty, claim, email and maxAge. Instead of the settings for one.
	OIDCProviders string `placeholder:"JSON" see:"docs/sign-in.md"`

	// Keys of 32 bytes in base64, separated by commas, that seal the refresh tokens given out in oidc mode. The first one
	// seals, all of them open. With a shared store they also hide what is in it, whatever the mode. Better given by
	// environment than by flag.
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
	// Shared reports whether several instances share a store, which the seal keys protect.
	Shared bool
}

func (d Deployment) upstream() bool {
	return d.CircleURL != "" || d.HeadlessToken != "" || d.HeadlessTokenFile != ""
}

// Settings are a configuration that [Config.Validate] found safe. The zero value allows nothing.
type Settings struct {
	modes     []Mode
	secrets   []circleclient.TokenHash
	sealer    *sealer
	sealKeys  [][]byte
	proofKeys []sealKey // the first one proves access tokens, all of them are accepted
	providers []provider
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
	c.Login, c.OIDCIssuers = trimAll(c.Login), trimAll(c.OIDCIssuers)
	c.OIDCAudiences, c.OIDCParties = trimAll(c.OIDCAudiences), trimAll(c.OIDCParties)
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
	if s.Has(ModeOIDC) || d.Shared {
		s.sealKeys = c.checkSealKeys(&found)
	}
	if s.Has(ModeOIDC) {
		c.checkOIDC(&s, &found)
	} else {
		found.add(len(s.modes) > 0 && c.anyOIDC() && !(d.Shared && c.onlySealKeys()),
			"OIDC settings or seal keys are given, but %s does not include oidc.", loginSetting)
	}
	found.add(d.Shared && len(c.SealKeys) == 0 && !s.Has(ModeOIDC),
		"CIRCLEGRAPH_SHARED_URL needs %s, which hide what is in the shared store: at least one key of %d bytes in base64, "+
			"the same for all instances.", sealSetting, sealKeySize)
	if len(found) > 0 {
		return Settings{}, errors.Join(found...)
	}
	var err error
	s.proofKeys, err = s.keysOfProofs()
	return s, err
}

func (c Config) anyOIDC() bool { return !c.onlySealKeys() || len(c.SealKeys) > 0 }

func (c Config) onlySealKeys() bool { return !c.anyOfOneProvider() && c.OIDCProviders == "" }

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
	s.providers = c.providers(found)
	found.add(len(c.SealKeys) == 0, "The oidc mode needs %s: at least one key of %d bytes in base64.", sealSetting,
		sealKeySize)
	if len(*found) > 0 {
		return
	}
	var issuers []string
	for _, p := range s.providers {
		issuers = append(issuers, p.issuers...)
	}
	var err error
	s.sealer, err = newSealer(issuers, s.sealKeys)
	found.add(err != nil, "The keys of %s cannot be used.", sealSetting)
}

// checkSealKeys reads the keys.
func (c Config) checkSealKeys(found *problems) (keys [][]byte) {
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
	return keys
}

// Derive makes a key of 32 bytes for a purpose of each seal key, in their order.
func (s Settings) Derive(purpose string) ([][]byte, error) {
	var derived [][]byte
	for _, key := range s.sealKeys {
		made, err := hkdf.Key(sha256.New, key, nil, purpose, sealKeySize)
		if err != nil {
			return nil, err
		}
		derived = append(derived, made)
	}
	return derived, nil
}

// SealKeyIDs are the public names of the seal keys, as sealed tokens have them.
func (s Settings) SealKeyIDs() (ids []string) {
	for _, key := range s.sealKeys {
		ids = append(ids, sealKeyID(key))
	}
	return ids
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
