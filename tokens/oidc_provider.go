package tokens

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	defaultClaim     = "sub"
	emailClaim       = "email"
	maxIdentityAge   = 10 * time.Minute // unless it is set
	longestAge       = 24 * time.Hour
	tenantMark       = "{tenantid}" // as Entra's discovery document writes it
	discoveryPath    = "/.well-known/openid-configuration"
	issuerSetting    = "CIRCLEGRAPH_OIDC_ISSUER"
	providersSetting = "CIRCLEGRAPH_OIDC_PROVIDERS"
)

// provider is one OpenID Connect provider, and which of its ID tokens sign whom in.
type provider struct {
	issuers   []string // as tokens name it; the first one is its name here
	discovery string   // the address of the discovery document; empty if keysURL is given
	named     bool     // whether the operator has named that address
	keysURL   string
	audiences []string
	parties   []string // beside the audiences
	claim     string
	byEmail   bool
	maxAge    time.Duration
}

// providerConfig is a provider as the operator writes it.
type providerConfig struct {
	Issuer          stringOrList `json:"issuer"`
	Discovery       string       `json:"discovery"`
	JWKS            string       `json:"jwks"`
	Audience        stringOrList `json:"audience"`
	AuthorizedParty stringOrList `json:"authorizedParty"`
	Claim           string       `json:"claim"`
	Email           bool         `json:"email"`
	MaxAge          age          `json:"maxAge"`
}

// stringOrList is a list that may be written as a single string.
type stringOrList []string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *stringOrList) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = stringOrList{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

// age is a time such as "1h".
type age time.Duration

// UnmarshalJSON implements [json.Unmarshaler].
func (a *age) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	d, err := time.ParseDuration(text)
	*a = age(d)
	return err
}

func (c Config) anyOfOneProvider() bool {
	return len(c.OIDCIssuers) > 0 || c.OIDCDiscovery != "" || c.OIDCJWKS != "" || len(c.OIDCAudiences) > 0 ||
		len(c.OIDCParties) > 0 || c.OIDCClaim != "" || c.OIDCEmail
}

// providers reads the one provider of the settings, or the list of several.
func (c Config) providers(found *problems) []provider {
	if c.OIDCProviders == "" {
		one := providerConfig{
			Issuer: c.OIDCIssuers, Discovery: c.OIDCDiscovery, JWKS: c.OIDCJWKS, Audience: c.OIDCAudiences,
			AuthorizedParty: c.OIDCParties, Claim: c.OIDCClaim, Email: c.OIDCEmail, MaxAge: age(c.OIDCMaxAge),
		}
		return []provider{one.check(func(field string) string {
			return map[string]string{
				"issuer": issuerSetting, "discovery": "CIRCLEGRAPH_OIDC_DISCOVERY", "jwks": "CIRCLEGRAPH_OIDC_JWKS",
				"audience": "CIRCLEGRAPH_OIDC_AUDIENCE", "claim": "CIRCLEGRAPH_OIDC_CLAIM",
				"email": "CIRCLEGRAPH_OIDC_EMAIL", "maxAge": "CIRCLEGRAPH_OIDC_MAX_AGE",
			}[field]
		}, found)}
	}
	found.add(c.anyOfOneProvider(), "%s and the settings for one provider, such as %s, exclude each other.",
		providersSetting, issuerSetting)
	var list []providerConfig
	decoder := json.NewDecoder(strings.NewReader(c.OIDCProviders))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil || decoder.More() || len(list) == 0 {
		found.add(true, `%s must be a JSON list of objects, such as [{"issuer":"https://id.example.org",`+
			`"audience":"my-app"}]%s.`, providersSetting, whyNotJSON(err))
		return nil
	}
	var all []provider
	for i, each := range list {
		if each.MaxAge == 0 {
			each.MaxAge = age(c.OIDCMaxAge)
		}
		p := each.check(func(field string) string { return fmt.Sprintf("%s[%d].%s", providersSetting, i, field) }, found)
		for _, other := range all {
			found.add(slices.ContainsFunc(p.issuers, func(issuer string) bool { return slices.Contains(other.issuers, issuer) }),
				"%s names an issuer twice: give it once, with all of its audiences.", providersSetting)
		}
		all = append(all, p)
	}
	return all
}

// whyNotJSON continues a sentence. Only an unknown name is repeated.
func whyNotJSON(err error) string {
	if err == nil {
		return ""
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return ", and does not know " + name
	}
	return ""
}

// check makes a provider of what the operator wrote. name gives the setting for a field.
func (c providerConfig) check(name func(field string) string, found *problems) provider {
	p := provider{
		issuers: trimAll(c.Issuer), discovery: c.Discovery, named: c.Discovery != "", keysURL: c.JWKS,
		audiences: trimAll(c.Audience), parties: trimAll(c.AuthorizedParty), claim: c.Claim, byEmail: c.Email,
		maxAge: time.Duration(c.MaxAge),
	}
	if p.claim == "" {
		p.claim = defaultClaim
	}
	if p.maxAge == 0 {
		p.maxAge = maxIdentityAge
	}
	found.add(p.maxAge < 0 || p.maxAge > longestAge, "%s must be a positive time of at most %s.", name("maxAge"),
		longestAge)
	p.checkAddresses(name, found)
	found.add(len(p.audiences) == 0, "The oidc mode needs %s.", name("audience"))
	found.add(p.claim == emailClaim && !p.byEmail,
		"%s=email would trust addresses that nobody verified: set %s instead.", name("claim"), name("email"))
	found.add(p.byEmail && c.Claim != "" && c.Claim != emailClaim, "%s and %s exclude each other.", name("email"),
		name("claim"))
	found.add(p.byEmail && strings.Contains(strings.Join(p.issuers, " "), tenantMark),
		"%s with %s would let the administrator of any tenant name any member: list the tenants' issuers instead.",
		name("email"), tenantMark)
	found.add(isProtocolClaim(p.claim), "%s=%s does not name a person.", name("claim"), p.claim)
	return p
}

// checkAddresses finds out where the keys are, and refuses addresses that are not safe to fetch them from.
func (p *provider) checkAddresses(name func(field string) string, found *problems) {
	if len(p.issuers) == 0 {
		found.add(true, "The oidc mode needs %s.", name("issuer"))
		return
	}
	for _, issuer := range p.issuers {
		before, after, isPattern := strings.Cut(issuer, tenantMark)
		found.add(isPattern && (!strings.HasSuffix(before, "/") || strings.HasSuffix(before, "://") ||
			strings.Contains(after, tenantMark)),
			"%s may have %s once, as a part of its path.", name("issuer"), tenantMark)
	}
	found.add(p.named && p.keysURL != "", "%s and %s exclude each other.", name("discovery"), name("jwks"))
	first := p.issuers[0]
	switch {
	case p.keysURL != "":
		err := checkKeysURL(p.keysURL)
		found.add(err != nil, "%s %w.", name("jwks"), err)
	case p.named:
		err := checkKeysURL(p.discovery)
		found.add(err != nil, "%s %w.", name("discovery"), err)
	case strings.Contains(first, tenantMark):
		found.add(true, "%s with %s needs %s, such as "+
			"https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration.", name("issuer"),
			tenantMark, name("discovery"))
	default:
		err := checkProviderURL(first)
		found.add(err != nil, "%s %w.", name("issuer"), err)
		p.discovery = strings.TrimSuffix(first, "/") + discoveryPath
	}
}

// names reports whether iss names this provider. tenant is the tid of a token; of documents any part of a path will do.
func (p provider) names(iss, tenant string) bool {
	return slices.ContainsFunc(p.issuers, func(issuer string) bool { return sameIssuer(issuer, iss, tenant) })
}

// sameIssuer compares an issuer with one that may be a pattern for all tenants.
func sameIssuer(pattern, iss, tenant string) bool {
	if iss == "" {
		return false
	}
	before, after, isPattern := strings.Cut(pattern, tenantMark)
	if !isPattern {
		return iss == pattern
	}
	isTenant := tenant != "" && !strings.ContainsFunc(tenant, func(r rune) bool {
		return r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	return isTenant && iss == before+tenant+after
}

// isDocumentOf reports whether a discovery document that names issuer is this provider's. Entra's names all tenants.
func (p provider) isDocumentOf(issuer string) bool {
	return slices.ContainsFunc(p.issuers, func(ours string) bool {
		before, after, isPattern := strings.Cut(issuer, tenantMark)
		tenant, ok := strings.CutPrefix(ours, before)
		if ok {
			tenant, ok = strings.CutSuffix(tenant, after)
		}
		return ours == issuer || isPattern && ok && sameIssuer(issuer, ours, tenant)
	})
}

// isProtocolClaim reports whether a claim describes the token and not a person: everybody would be the same member.
func isProtocolClaim(claim string) bool {
	return slices.Contains([]string{
		"iss", "aud", "azp", "exp", "iat", "nbf", "nonce", "acr", "amr", "typ", "token_use",
		"email_verified", "tid", "auth_time", "scope", "scp", "client_id",
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

// checkKeysURL is checkProviderURL but for the query, which some providers use.
func checkKeysURL(raw string) error {
	before, _, _ := strings.Cut(raw, "?")
	return checkProviderURL(before)
}
