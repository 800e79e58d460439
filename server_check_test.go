package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circlegraph/sandbox"
)

func TestRefusedConfiguration(t *testing.T) {
	for _, test := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{[]string{"--listen", "0.0.0.0:0"}, nil, "The sandbox lets anybody become anybody: listen on a loopback address"},
		{
			nil,
			map[string]string{"CIRCLE_HEADLESS_TOKEN": "some-token-some-token"},
			"A Circle community is configured, but not how members prove who they are",
		},
		{[]string{"--nonsense"}, nil, "unknown flag --nonsense"},
	} {
		var out, log bytes.Buffer
		code := run(t.Context(), test.args, func(name string) string { return test.env[name] }, &out, &log)
		if code != 2 || !strings.HasPrefix(log.String(), test.want) || out.Len() > 0 ||
			strings.Contains(log.String(), "some-token") {
			t.Errorf("run(%v, %v) = %d, saying %q, want 2, saying %q", test.args, test.env, code, log.String(), test.want)
		}
	}
}

// --check says what the settings lead to, and serves nothing.
func TestCheck(t *testing.T) {
	t.Parallel()
	circle := httptest.NewServer(sandbox.New(sandbox.Options{HeadlessToken: "the-right-one"}))
	defer circle.Close()
	for name, c := range map[string]struct {
		env  map[string]string
		code int
		want string
	}{
		"the sandbox": {code: 0, want: "accepts the Headless Auth token"},
		"a community": {
			env:  map[string]string{"CIRCLE_URL": circle.URL, "CIRCLE_HEADLESS_TOKEN": "the-right-one"},
			want: circle.URL + " accepts the Headless Auth token\nbudget:    1800 requests",
		},
		"a wrong secret": {
			env:  map[string]string{"CIRCLE_URL": circle.URL, "CIRCLE_HEADLESS_TOKEN": "another-token"},
			code: 1, want: "refuses the Headless Auth token",
		},
		"nobody there": {
			env:  map[string]string{"CIRCLE_URL": "http://127.0.0.1:1", "CIRCLE_HEADLESS_TOKEN": "another-token"},
			code: 1, want: "connection refused",
		},
		"a store that is not there": {
			env: map[string]string{
				"CIRCLE_URL": circle.URL, "CIRCLE_HEADLESS_TOKEN": "the-right-one", "CIRCLEGRAPH_SEAL_KEYS": sealKeys,
				"CIRCLEGRAPH_SHARED_URL": "redis://127.0.0.1:1", "CIRCLEGRAPH_UPSTREAM_BUDGET": "0",
			},
			code: 1, want: "store:     dial failed. Without it an instance acts by itself",
		},
		"a provider that is not there": {
			env: map[string]string{
				"CIRCLE_URL": circle.URL, "CIRCLE_HEADLESS_TOKEN": "the-right-one", "CIRCLEGRAPH_LOGIN": "oidc",
				"CIRCLEGRAPH_OIDC_ISSUER": "https://127.0.0.1:1", "CIRCLEGRAPH_OIDC_AUDIENCE": "app",
				"CIRCLEGRAPH_SEAL_KEYS": base64.StdEncoding.EncodeToString([]byte(rand.Text() + "123456")),
			},
			code: 1, want: "providers: the identity provider is unavailable",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := c.env["CIRCLEGRAPH_LOGIN"]; !ok && c.env != nil {
				c.env["CIRCLEGRAPH_LOGIN"], c.env["CIRCLEGRAPH_TRUSTED_SECRET"] = "trusted", strings.Repeat("secret-of-tests-", 2)
			}
			var out, log bytes.Buffer
			code := run(t.Context(), []string{"--check"}, func(name string) string { return c.env[name] }, &out, &log)
			if code != c.code || !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "another-token") {
				t.Errorf("run = %d, saying\n%s%swant %d, saying %q", code, &out, &log, c.code, c.want)
			}
		})
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	var log bytes.Buffer
	code := run(t.Context(), []string{"--listen", strings.TrimPrefix(s.url, "http://")}, func(string) string { return "" },
		io.Discard, &log)
	if code != 1 || !strings.Contains(log.String(), "address already in use") {
		t.Errorf("run on a port in use = %d, saying %q, want 1 with the reason", code, log.String())
	}
}

// What looks at documents serves nothing, and ends with 1 if one of them would be refused.
func TestDocumentsCheck(t *testing.T) {
	for _, tc := range []struct {
		manifest string
		code     int
		out, err string
	}{
		{`{"a": "{ viewer { member { name } } }"}`, 0, "ok      query a", ""},
		{`{"a": "{ gone }"}`, 1, "refused query a", "1 operation would be refused."},
		{`{"a": 1}`, 1, "", "neither an Apollo manifest"},
	} {
		path := filepath.Join(t.TempDir(), "manifest.json")
		if err := os.WriteFile(path, []byte(tc.manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, said strings.Builder
		code := run(t.Context(), []string{"documents", "check", path}, func(string) string { return "" }, &out, &said)
		if code != tc.code || !strings.Contains(out.String(), tc.out) || !strings.Contains(said.String(), tc.err) {
			t.Errorf("%s: %d, %q, %q, want %d, %q, %q", tc.manifest, code, &out, &said, tc.code, tc.out, tc.err)
		}
	}
}
