package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSettingsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "circlegraph.yaml")
	write(t, path, `# Of the test.
max-cost: 70
memo-brief: 5s
upstream-budget:
introspection: false
cors-origins: [https://a.example.com, "https://b.example.com"]
metric-operations: Feed,Inbox
show-usage: false
`)
	env := vars("CIRCLEGRAPH_CONFIG", path, "CIRCLEGRAPH_MEMO_BRIEF", "4s")
	c, err := load(t, env, "--show-usage")
	if err != nil {
		t.Fatal(err)
	}
	if c.MaxCost != 70 || c.MemoBrief != 4*time.Second || c.UpstreamBudget != 0 || c.Introspection || !c.ShowUsage {
		t.Errorf("Load() = %+v, want flags over environment over the file", c)
	}
	if !slices.Equal(c.CORSOrigins, []string{"https://a.example.com", "https://b.example.com"}) ||
		!slices.Equal(c.MetricOperations, []string{"Feed", "Inbox"}) {
		t.Errorf("Load() = %+v, want the lists of the file", c)
	}
	if c, err = load(t, nil, "--config", path); err != nil || c.MemoBrief != 5*time.Second {
		t.Errorf("Load(--config) = %+v, %v", c, err)
	}
	write(t, path, "")
	if c, err = load(t, env); err != nil || c.MaxCost != 50 {
		t.Errorf("Load(an empty file) = %+v, %v", c, err)
	}
}

// What is wrong with a file is said with its name, the line and the key, and without the value if that is a secret.
func TestSettingsFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "circlegraph.yaml")
	for _, tc := range []struct{ text, want string }{
		{"max-cots: 5", ":1: max-cots is no setting. Did you mean max-cost?"},
		{"max_cost: 5", ":1: max_cost is no setting. Did you mean max-cost?"},
		{"probe: true", ":1: probe is no setting. --help lists all settings."},
		{"config: other.yaml", ":1: config is no setting."},
		{"max-cost: 5\nmax-cost: 6", "max-cost"},
		{"\nmax-cost: many", ":2: max-cost"},
		{"max-cost: -1", ":1: max-cost must be a number of requests, or 0 for any number."},
		{"max-cost: {a: 1}", ":1: max-cost must be a value, or a list of values."},
		{"log-level: loud", ":1: log-level must be one of"},
		{"memo-brief: -1s", ":1: memo-brief must not be negative."},
		{"admin-listen: localhost", `:1: admin-listen must be host:port, such as 127.0.0.1:8080, not "localhost".`},
		{"circle-headless-token: " + secret, ":1: circle-headless-token is a secret: name a file that holds it, with " +
			"circle-headless-token-file."},
		{"shared-url: rediss://:" + secret + "@a", ":1: shared-url is a secret: name a file that holds it"},
		{"seal-keys: [" + secret + "]", ":1: seal-keys is a secret: give it by the environment, as CIRCLEGRAPH_SEAL_KEYS."},
		{"trusted-secret: " + secret, ":1: trusted-secret is a secret: give it by the environment"},
		{"- a", ":1: the file must hold settings by name"},
		{"a: [", " is no YAML: "},
	} {
		write(t, path, tc.text)
		_, err := load(t, nil, "--config="+path)
		if err == nil || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), tc.want) ||
			strings.Contains(err.Error(), secret) {
			t.Errorf("%q is refused with %v, want %s…%s", tc.text, err, path, tc.want)
		}
	}
	if _, err := load(t, vars("CIRCLEGRAPH_CONFIG", path+".nowhere")); err == nil ||
		!strings.Contains(err.Error(), "The settings cannot be read: open "+path+".nowhere") {
		t.Errorf("a file that is not there: %v", err)
	}
}
