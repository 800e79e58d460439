package tokens

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

func sealKeyText(seed byte) Secret {
	key := make([]byte, sealKeySize)
	for i := range key {
		key[i] = seed + byte(i)
	}
	return Secret(base64.StdEncoding.EncodeToString(key))
}

func trustedConfig() Config {
	return Config{Login: []string{"trusted"}, TrustedSecrets: []Secret{trustedSecret}}
}

func oidcConfig(issuer string) Config {
	return Config{
		Login: []string{"oidc"}, OIDCIssuers: []string{issuer}, OIDCAudiences: []string{"web"},
		SealKeys: []Secret{sealKeyText(1)},
	}
}

func bothConfig(issuer string) Config {
	config := oidcConfig(issuer)
	config.Login, config.TrustedSecrets = []string{"oidc", "trusted"}, []Secret{trustedSecret}
	return config
}

func TestConfigThatIsSafe(t *testing.T) {
	local := Deployment{Listen: "127.0.0.1:8080"}
	public := Deployment{Listen: ":8080", CircleURL: "https://app.circle.so", HeadlessTokenFile: "/run/secrets/circle"}
	twoSecrets := trustedConfig()
	twoSecrets.TrustedSecrets = append(twoSecrets.TrustedSecrets, "another-secret-of-more-than-32-bytes")
	tests := map[string]struct {
		config     Config
		deployment Deployment
		modes      []Mode
	}{
		"no settings at all":     {Config{}, local, []Mode{ModeSandbox}},
		"empty lists":            {Config{Login: []string{""}, TrustedSecrets: []Secret{""}}, local, []Mode{ModeSandbox}},
		"the sandbox by name":    {Config{Login: []string{"sandbox"}}, Deployment{Listen: "[::1]:80"}, []Mode{ModeSandbox}},
		"localhost":              {Config{}, Deployment{Listen: "localhost:0"}, []Mode{ModeSandbox}},
		"the sandbox for others": {Config{SandboxOffLoopback: true}, Deployment{Listen: "0.0.0.0:80"}, []Mode{ModeSandbox}},
		"trusted":                {trustedConfig(), public, []Mode{ModeTrusted}},
		"two secrets":            {twoSecrets, public, []Mode{ModeTrusted}},
		"oidc":                   {oidcConfig("https://id.example.org/realm"), public, []Mode{ModeOIDC}},
		"oidc on loopback":       {oidcConfig("http://127.0.0.1:9000"), public, []Mode{ModeOIDC}},
		"oidc and trusted":       {bothConfig("https://id.example.org"), public, []Mode{ModeOIDC, ModeTrusted}},
		"spaces in the list": {
			Config{Login: []string{" trusted ", "trusted"}, TrustedSecrets: []Secret{trustedSecret}},
			public,
			[]Mode{ModeTrusted},
		},
	}
	for name, test := range tests {
		settings, err := test.config.Validate(test.deployment)
		if err != nil || !slices.Equal(settings.Modes(), test.modes) {
			t.Errorf("%s: Validate = %v, %v; want %v", name, settings.Modes(), err, test.modes)
		}
	}
}

func TestConfigThatIsRefused(t *testing.T) {
	const headless = "real" // a headless token
	type edit func(*Config, *Deployment)
	oidc := func(change func(*Config)) edit {
		return func(c *Config, d *Deployment) {
			*c, d.HeadlessToken = oidcConfig("https://id.example.org"), headless
			change(c)
		}
	}
	trusted := func(change func(*Config)) edit {
		return func(c *Config, d *Deployment) {
			*c, d.HeadlessToken = trustedConfig(), headless
			change(c)
		}
	}
	several := func(list string) edit {
		return oidc(func(c *Config) { c.OIDCIssuers, c.OIDCAudiences, c.OIDCProviders = nil, nil, list })
	}
	sandbox := func(change edit) edit {
		return func(c *Config, d *Deployment) {
			c.Login = []string{"sandbox"}
			change(c, d)
		}
	}
	tests := []struct {
		edit edit
		want string // words of the one sentence
	}{
		{trusted(func(c *Config) { c.Login = append(c.Login, "ldap") }), `does not know "ldap"`},
		{func(c *Config, _ *Deployment) { c.Login = []string{"SANDBOX"} }, `does not know "SANDBOX"`},
		{func(c *Config, _ *Deployment) {
			*c = trustedConfig()
			c.Login = []string{"sandbox", "trusted"}
		}, "cannot combine"},
		{sandbox(func(_ *Config, d *Deployment) { d.HeadlessToken = headless }), "excludes CIRCLE_URL and the headless"},
		{sandbox(func(_ *Config, d *Deployment) { d.HeadlessTokenFile = "/run/t" }), "excludes CIRCLE_URL and the headless"},
		{sandbox(func(_ *Config, d *Deployment) { d.CircleURL = "https://app.circle.so" }), "excludes CIRCLE_URL and"},
		{func(_ *Config, d *Deployment) { d.Listen = ":8080" }, "listen on a loopback address"},
		{sandbox(func(_ *Config, d *Deployment) { d.Listen = "192.0.2.1:80" }), "listen on a loopback address"},
		{func(_ *Config, d *Deployment) { d.Listen = "localhost.example.org:80" }, "listen on a loopback address"},
		{func(_ *Config, d *Deployment) { d.Listen = "" }, "listen on a loopback address"},
		{trusted(func(c *Config) { c.SandboxOffLoopback = true }), "the sandbox is not in use"},
		{sandbox(func(c *Config, _ *Deployment) { c.TrustedSecrets = []Secret{trustedSecret} }), "does not include trusted"},
		{sandbox(func(c *Config, _ *Deployment) { c.OIDCIssuers = []string{"https://id.example"} }), "does not include oidc"},
		{func(_ *Config, d *Deployment) { d.HeadlessToken = headless }, "how members prove who they are"},
		{func(_ *Config, d *Deployment) { d.CircleURL = "https://app.circle.so" }, "how members prove who they are"},
		{func(c *Config, _ *Deployment) { c.OIDCIssuers = []string{"https://id.example.org"} }, "without CIRCLEGRAPH_LOGIN"},
		{func(c *Config, _ *Deployment) { c.TrustedSecrets = []Secret{trustedSecret} }, "without CIRCLEGRAPH_LOGIN"},
		{func(c *Config, _ *Deployment) { c.SealKeys = []Secret{sealKeyText(1)} }, "without CIRCLEGRAPH_LOGIN"},
		{func(c *Config, d *Deployment) {
			*c, d.CircleURL = trustedConfig(), "https://app.circle.so"
		}, "CIRCLE_HEADLESS_TOKEN_FILE must be given"},
		{func(c *Config, d *Deployment) {
			*c, d.HeadlessToken, d.HeadlessTokenFile = trustedConfig(), headless, "/run/t"
		}, "exclude each other"},
		{trusted(func(c *Config) { c.TrustedSecrets = nil }), "needs CIRCLEGRAPH_TRUSTED_SECRET"},
		{trusted(func(c *Config) { c.TrustedSecrets = []Secret{Secret(trustedSecret[:31])} }), "at least 32 bytes"},
		{trusted(func(c *Config) { c.TrustedSecrets = append(c.TrustedSecrets, "short") }), "at least 32 bytes"},
		{trusted(func(c *Config) { c.TrustedSecrets = []Secret{Secret(strings.Repeat("0", 40))} }), "too few characters"},
		{trusted(func(c *Config) {
			c.TrustedSecrets = []Secret{"a secret of many words and 32 bytes"}
		}), "a header cannot carry"},
		{trusted(func(c *Config) {
			c.TrustedSecrets = []Secret{trustedSecret, trustedSecret + "2", trustedSecret + "3"}
		}), "at most two"},
		{trusted(func(c *Config) { c.TrustedSecrets = []Secret{trustedSecret, trustedSecret} }), "are the same"},
		{func(c *Config, d *Deployment) {
			*c, d.HeadlessToken = trustedConfig(), trustedSecret
		}, "must not be the community's headless token"},
		{oidc(func(c *Config) {
			c.Login, c.TrustedSecrets = []string{"oidc", "trusted"}, []Secret{sealKeyText(1)}
		}), "must not share a value"},
		{oidc(func(c *Config) { c.TrustedSecrets = []Secret{trustedSecret} }), "does not include trusted"},
		{oidc(func(c *Config) { c.OIDCIssuers = nil }), "needs CIRCLEGRAPH_OIDC_ISSUER"},
		{oidc(func(c *Config) { c.OIDCIssuers = []string{"http://id.example.org"} }), "must use https"},
		{oidc(func(c *Config) { c.OIDCIssuers = []string{"id.example.org"} }), "absolute https address"},
		{oidc(func(c *Config) {
			c.OIDCIssuers = []string{"https://id.example.org?x=1"}
		}), "neither user, query nor fragment"},
		{oidc(func(c *Config) {
			c.OIDCIssuers = []string{"https://a:b@id.example.org"}
		}), "neither user, query nor fragment"},
		{oidc(func(c *Config) { c.OIDCAudiences = []string{" "} }), "needs CIRCLEGRAPH_OIDC_AUDIENCE"},
		{oidc(func(c *Config) { c.OIDCJWKS = "http://id.example.org/keys" }), "OIDC_JWKS must use https"},
		{oidc(func(c *Config) { c.OIDCDiscovery = "http://id.example.org/d" }), "OIDC_DISCOVERY must use https"},
		{oidc(func(c *Config) {
			c.OIDCDiscovery, c.OIDCJWKS = "https://id.example.org/d", "https://id.example.org/keys"
		}), "exclude each other"},
		{oidc(func(c *Config) {
			c.OIDCIssuers = []string{"https://id.example.org/{tenantid}/v2.0"}
		}), "needs CIRCLEGRAPH_OIDC_DISCOVERY"},
		{oidc(func(c *Config) {
			c.OIDCIssuers, c.OIDCJWKS = []string{"https://{tenantid}.example.org"}, "https://id.example.org/keys"
		}), "once, as a part of its path"},
		{oidc(func(c *Config) {
			c.OIDCIssuers, c.OIDCJWKS = []string{"https://id.example.org/{tenantid}"}, "https://id.example.org/keys"
			c.OIDCEmail = true
		}), "list the tenants' issuers"},
		{oidc(func(c *Config) { c.OIDCMaxAge = 25 * time.Hour }), "at most 24h"},
		{oidc(func(c *Config) {
			c.OIDCProviders = `[{"issuer": "https://a.example.org", "audience": "web"}]`
		}), "exclude each other"},
		{several(`https://a.example.org`), "must be a JSON list"},
		{several(`[]`), "must be a JSON list"},
		{several(`[{"issuer": "https://a.example.org", "aud": "web"}]`), `does not know "aud"`},
		{several(`[{"issuer": "https://a.example.org"}]`), "CIRCLEGRAPH_OIDC_PROVIDERS[0].audience"},
		{several(`[{"issuer": "https://a.example.org", "audience": "web"},
			{"issuer": ["https://b.example.org", "https://a.example.org"], "audience": "ios"}]`), "names an issuer twice"},
		{several(`[{"issuer": "https://a.example.org", "audience": "web", "maxAge": "long"}]`), "must be a JSON list"},
		{trusted(func(c *Config) { c.OIDCProviders = `[]` }), "does not include oidc"},
		{oidc(func(c *Config) { c.SealKeys = nil }), "needs CIRCLEGRAPH_SEAL_KEYS"},
		{oidc(func(c *Config) { c.SealKeys = []Secret{"c2hvcnQ="} }), "must be 32 bytes in base64"},
		{oidc(func(c *Config) { c.SealKeys = []Secret{"!"} }), "must be 32 bytes in base64"},
		{oidc(func(c *Config) { c.SealKeys = []Secret{sealKeyText(1), sealKeyText(1)} }), "same key twice"},
		{oidc(func(c *Config) { c.SealKeys = []Secret{Secret(strings.Repeat("A", 43))} }), "too few bytes"},
		{oidc(func(c *Config) { c.OIDCClaim = "email" }), "addresses that nobody verified"},
		{oidc(func(c *Config) { c.OIDCEmail, c.OIDCClaim = true, "circle_id" }), "exclude each other"},
		{oidc(func(c *Config) { c.OIDCClaim = "aud" }), "does not name a person"},
		{trusted(func(c *Config) { c.OIDCIssuers = []string{"https://id.example"} }), "does not include oidc"},
		{trusted(func(c *Config) { c.OIDCAudiences = []string{"web"} }), "does not include oidc"},
		{trusted(func(c *Config) { c.OIDCClaim = "sub" }), "does not include oidc"},
		{trusted(func(c *Config) { c.OIDCEmail = true }), "does not include oidc"},
		{trusted(func(c *Config) { c.SealKeys = []Secret{sealKeyText(1)} }), "does not include oidc"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			config, deployment := Config{}, Deployment{Listen: "127.0.0.1:8080"}
			test.edit(&config, &deployment)
			settings, err := config.Validate(deployment)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("Validate = %v, want one that says %q", err, test.want)
			}
			if strings.Count(err.Error(), "\n") != 0 || !strings.HasSuffix(err.Error(), ".") {
				t.Errorf("Validate says more than one sentence:\n%v", err)
			}
			if len(settings.Modes()) != 0 {
				t.Errorf("Validate failed and allows %v", settings.Modes())
			}
			for _, secret := range slices.Concat(config.TrustedSecrets, config.SealKeys) {
				if len(secret) > 5 && strings.Contains(err.Error(), string(secret)) {
					t.Errorf("the sentence shows a secret: %v", err)
				}
			}
		})
	}
}

func TestConfigSaysAllThatIsWrong(t *testing.T) {
	_, err := Config{Login: []string{"oidc", "trusted"}}.Validate(Deployment{})
	if err == nil || strings.Count(err.Error(), "\n") != 4 {
		t.Errorf("Validate = %v, want five sentences: token, secret, issuer, audience, seal keys", err)
	}
}

func TestConfigFromTheEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"CIRCLEGRAPH_LOGIN":          "oidc,trusted",
		"CIRCLEGRAPH_TRUSTED_SECRET": trustedSecret + ",another-secret-of-more-than-32-bytes",
		"CIRCLEGRAPH_OIDC_ISSUER":    "https://id.example.org",
		"CIRCLEGRAPH_OIDC_AUDIENCE":  "web,ios",
		"CIRCLEGRAPH_OIDC_CLAIM":     "circle_id",
		"CIRCLEGRAPH_SEAL_KEYS":      string(sealKeyText(1) + "," + sealKeyText(2)),
	} {
		t.Setenv(name, value)
	}
	var cli struct {
		Sign Config `embed:""`
	}
	parser, err := kong.New(&cli, kong.DefaultEnvars("CIRCLEGRAPH"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	settings, err := cli.Sign.Validate(Deployment{HeadlessToken: "real"})
	if err != nil {
		t.Fatal(err)
	}
	if !settings.Has(ModeOIDC) || !settings.Has(ModeTrusted) || len(settings.secrets) != 2 ||
		len(settings.providers) != 1 || len(settings.providers[0].audiences) != 2 ||
		settings.providers[0].claim != "circle_id" || len(settings.sealer.keys) != 2 {
		t.Errorf("settings = %+v, want all that the environment says", settings)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	config := trustedConfig()
	dump, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(config), fmt.Sprintf("%+v %#v %s", config, config, config.TrustedSecrets[0]),
		string(dump), config.TrustedSecrets[0].LogValue().String(),
	} {
		if strings.Contains(text, trustedSecret) {
			t.Errorf("a secret prints: %s", text)
		}
	}
}
