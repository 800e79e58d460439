package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	secret  = "a-very-long-secret-of-a-server-0123456789"
	sealKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	token   = "headless-token-0123456789"

	circleURL = "https://app.circle.so"
)

// trusted is a real community with the smallest sign-in.
func trusted(more ...string) map[string]string {
	return vars(append([]string{
		"CIRCLE_HEADLESS_TOKEN", token, "CIRCLEGRAPH_LOGIN", "trusted",
		"CIRCLEGRAPH_TRUSTED_SECRET", secret,
	}, more...)...)
}

func load(t *testing.T, env map[string]string, args ...string) (*Config, error) {
	t.Helper()
	var out bytes.Buffer
	return Load(args, func(name string) string { return env[name] }, "v1.2.3", &out)
}

func TestLoadWithoutSettings(t *testing.T) {
	c, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Sandbox() || !c.Introspection || c.CircleURL != "" || c.Listen != "127.0.0.1:8080" || c.MaxBody != 1<<20 ||
		c.MaxCost != 50 ||
		c.RequestTimeout != 30*time.Second || c.level().String() != "INFO" || len(c.CORSOrigins) != 0 {
		t.Errorf("Load() = %+v, want the sandbox with its defaults", c)
	}
}

func TestLoadTakesEmptyVariablesForAbsent(t *testing.T) {
	env := map[string]string{}
	for _, name := range variables(t) {
		env[name] = ""
	}
	c, err := load(t, env)
	if err != nil || !c.Sandbox() {
		t.Errorf("Load(every variable empty) = %+v, %v, want the sandbox", c, err)
	}
}

// Texts show the pictures of Circle and the community always, of others if they are set, and of anybody in the sandbox.
func TestPictures(t *testing.T) {
	c, err := load(t, trusted("CIRCLEGRAPH_PICTURE_HOSTS", "images.example.com, *.example.org",
		"CIRCLEGRAPH_COMMUNITY_URL", "https://community.example.com"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"circle.so", "*.circle.so", "images.example.com", "*.example.org", "app.circle.so", "*.app.circle.so",
		"community.example.com", "*.community.example.com",
	}
	if got := c.Pictures(); !slices.Equal(got, want) {
		t.Errorf("pictures of %v, want %v", got, want)
	}
	if c, err = load(t, nil); err != nil || !slices.Equal(c.Pictures(), []string{"*"}) {
		t.Errorf("pictures of the sandbox: %v, %v, want of any host", c.Pictures(), err)
	}
}

func TestLoadRealCommunity(t *testing.T) {
	env := trusted(
		"CIRCLEGRAPH_LOGIN", "oidc,trusted", "CIRCLEGRAPH_OIDC_ISSUER", "https://login.example.com",
		"CIRCLEGRAPH_OIDC_AUDIENCE", "web,ios", "CIRCLEGRAPH_SEAL_KEYS", sealKey,
		"CIRCLEGRAPH_TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.7", "CIRCLEGRAPH_LOG_LEVEL", "debug",
		"CIRCLEGRAPH_CORS_ORIGINS",
		"https://app.example.com,http://localhost:3000,capacitor://localhost,tauri://localhost,https://localhost",
		"CIRCLEGRAPH_LISTEN", "0.0.0.0:80",
		"CIRCLEGRAPH_REQUEST_TIMEOUT", "40s")
	c, err := load(t, env, "--listen", "[::1]:9000")
	if err != nil {
		t.Fatal(err)
	}
	if c.Sandbox() || c.Introspection || c.CircleURL != circleURL || c.CircleHeadlessToken != token ||
		c.level().String() != "DEBUG" {
		t.Errorf("Load() = %+v, want a real community", c)
	}
	if c.Listen != "[::1]:9000" {
		t.Errorf("Listen = %q, want the flag to win over the variable", c.Listen)
	}
	if want := []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"),
		netip.MustParsePrefix("192.0.2.7/32"),
	}; !slices.Equal(c.ProxyNetworks, want) {
		t.Errorf("ProxyNetworks = %v, want %v", c.ProxyNetworks, want)
	}
	if want := []string{
		"https://app.example.com", "http://localhost:3000", "capacitor://localhost", "tauri://localhost", "https://localhost",
	}; !slices.Equal(c.CORSOrigins, want) {
		t.Errorf("CORSOrigins = %v, want %v", c.CORSOrigins, want)
	}
}

func TestIntrospectionIsTheOperatorsChoice(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		args []string
		want bool
	}{
		{nil, nil, true},
		{nil, []string{"--no-introspection"}, false},
		{map[string]string{"CIRCLEGRAPH_INTROSPECTION": "false"}, nil, false},
		{trusted(), nil, false},
		{trusted("CIRCLEGRAPH_INTROSPECTION", "true"), nil, true},
		{trusted(), []string{"--introspection"}, true},
	} {
		c, err := load(t, test.env, test.args...)
		if err != nil || c.Introspection != test.want {
			t.Errorf("Load(%v, %v).Introspection is not %v (error %v)", test.env, test.args, test.want, err)
		}
	}
}

func TestUsageIsTheOperatorsChoice(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, true},
		{vars("CIRCLEGRAPH_SHOW_USAGE", "false"), false},
		{trusted(), false},
		{trusted("CIRCLEGRAPH_SHOW_USAGE", "true"), true},
	} {
		c, err := load(t, test.env)
		if err != nil || c.ShowUsage != test.want {
			t.Errorf("Load(%v).ShowUsage is not %v (error %v)", test.env, test.want, err)
		}
	}
}

func TestBudgetIsForRealCommunities(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want int
	}{
		{nil, 0},
		{vars("CIRCLEGRAPH_UPSTREAM_BUDGET", "300"), 300},
		{trusted(), 1800},
		{trusted("CIRCLEGRAPH_UPSTREAM_BUDGET", "900"), 900},
		{trusted("CIRCLEGRAPH_UPSTREAM_BUDGET", "0"), 0},
	} {
		c, err := load(t, test.env)
		if err != nil || c.UpstreamBudget != test.want {
			t.Errorf("Load(%v).UpstreamBudget is not %d (error %v)", test.env, test.want, err)
		}
	}
}

func TestWebSessionsAreOffUnlessAskedFor(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{trusted("CIRCLEGRAPH_COMMUNITY_URL", "https://community.example.com"), false},
		{trusted("CIRCLEGRAPH_COMMUNITY_URL", "https://community.example.com", "CIRCLEGRAPH_WEB_SESSION", "true"), true},
		{map[string]string{"CIRCLEGRAPH_WEB_SESSION": "true"}, true},
	} {
		c, err := load(t, test.env)
		if err != nil || c.WebSession != test.want {
			t.Errorf("Load(%v).WebSession is not %v (error %v)", test.env, test.want, err)
		}
	}
}

func TestHeadlessTokenFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, " "+token+"\n")
	env := trusted("CIRCLE_HEADLESS_TOKEN", "", "CIRCLE_HEADLESS_TOKEN_FILE", path)
	c, err := load(t, env)
	if err != nil || c.CircleHeadlessToken != token {
		t.Fatalf("Load() = %v, want the token of the file without the space around it", err)
	}
	write(t, path, secret)
	refused(t, env, "CIRCLEGRAPH_TRUSTED_SECRET must not be the community's headless token.")
	write(t, path, "\n")
	refused(t, env, "CIRCLE_HEADLESS_TOKEN_FILE is empty.")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	refused(t, env, "CIRCLE_HEADLESS_TOKEN_FILE cannot be read: open "+path+": no such file or directory.")
}

func TestRefusals(t *testing.T) {
	type setting struct{ name, value, want string } // the sentence begins with the name
	for _, s := range []setting{
		{"CIRCLEGRAPH_LISTEN", "localhost", `must be host:port, such as 127.0.0.1:8080, not "localhost".`},
		{"CIRCLEGRAPH_ADMIN_LISTEN", "localhost", `must be host:port, such as 127.0.0.1:8080, not "localhost".`},
		{"CIRCLEGRAPH_ADMIN_LISTEN", "127.0.0.1:8080", "and CIRCLEGRAPH_LISTEN must be two addresses."},
		{"CIRCLEGRAPH_LISTEN", "localhost:99999", `must be host:port, such as 127.0.0.1:8080, not "localhost:99999".`},
		{"CIRCLEGRAPH_COMMUNITY_URL", "https://community.example.com", "is given, but the sandbox has pages of its own: it " +
			"is for a real community."},
		{"CIRCLEGRAPH_TRUSTED_PROXIES", "proxy.local", `must list networks such as 10.0.0.0/8, not "proxy.local".`},
		{"CIRCLEGRAPH_TRUSTED_PROXIES", "0.0.0.0/0", "must not be the whole internet: anybody could choose the address in " +
			"the log."},
		{"CIRCLEGRAPH_TRUSTED_PROXIES", "10.0.0.1,::/0", "must not be the whole internet: anybody could choose the address " +
			"in the log."},
		{"CIRCLEGRAPH_PICTURE_HOSTS", "images.example.com,https://example.com", `must be names of hosts, such as ` +
			`images.example.com, *.example.com or *, not "https://example.com".`},
		{"CIRCLEGRAPH_PICTURE_HOSTS", "*example.com", `must be names of hosts, such as images.example.com, *.example.com ` +
			`or *, not "*example.com".`},
		{"CIRCLEGRAPH_CORS_ORIGINS", "file://localhost", `must list origins such as https://app.example.com, in lower case ` +
			`and without a path, not "file://localhost".`},
		{"CIRCLEGRAPH_CORS_HEADERS", "X-Mine, x-circlegraph-secret", "must not list X-Circlegraph-Secret: a page that " +
			"could send the secret would have to hold it."},
		{"CIRCLEGRAPH_CORS_HEADERS", "*", `must list names of headers such as X-My-App, not "*".`},
		{"CIRCLEGRAPH_CORS_HEADERS", "X-Mine: 1", `must list names of headers such as X-My-App, not "X-Mine: 1".`},
		{"CIRCLEGRAPH_CORS_ORIGINS", "https://App.example.com", `must list origins such as https://app.example.com, in ` +
			`lower case and without a path, not "https://App.example.com".`},
		{"CIRCLEGRAPH_CORS_ORIGINS", "null", `must list origins such as https://app.example.com, in lower case and without ` +
			`a path, not "null".`},
		{"CIRCLEGRAPH_CORS_ORIGINS", "*", "must list exact origins: a pattern would let in sites that nobody has named."},
		{"CIRCLEGRAPH_CORS_ORIGINS", "https://app.example.com/", `must list origins such as https://app.example.com, in ` +
			`lower case and without a path, not "https://app.example.com/".`},
		{"CIRCLEGRAPH_TRUSTED_DOCUMENTS_MODE", "enforce", "needs CIRCLEGRAPH_TRUSTED_DOCUMENTS: without trusted documents " +
			"it would concern every request."},
		{"CIRCLEGRAPH_MAX_STREAMS", "-1", "and CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS must be positive numbers."},
		{"CIRCLEGRAPH_MAX_COST", "-1", "must be a number of requests, or 0 for any number."},
		{"CIRCLEGRAPH_MAX_BODY", "0", "must be a positive number of bytes."},
		{"CIRCLEGRAPH_UPSTREAM_TIMEOUT", "0s", "must be a positive time, such as 15s."},
		{"CIRCLEGRAPH_REQUEST_TIMEOUT", "0s", "must be a positive time, such as 15s."},
		{"CIRCLEGRAPH_SHUTDOWN_GRACE", "-1s", "must be a positive time, such as 15s."},
		{"CIRCLEGRAPH_DRAIN_DELAY", "-1s", "must not be negative."},
		{"CIRCLEGRAPH_UPSTREAM_BUDGET", "5", "must be 0 for no limit, or at least 60 requests in five minutes: a tenth of " +
			"it is for signing in."},
		{"CIRCLEGRAPH_UPSTREAM_BUDGET", "-1", "must be 0 for no limit, or at least 60 requests in five minutes: a tenth of " +
			"it is for signing in."},
		{"CIRCLEGRAPH_MEMO_BRIEF", "-1s", "must not be negative."},
		{"CIRCLEGRAPH_MEMO_SELDOM", "-1s", "must not be negative."},
		{"CIRCLEGRAPH_MEMO_RECORDS", "-1s", "must not be negative."},
		{"CIRCLEGRAPH_MEMO_STALE", "-1s", "must not be negative."},
		{"CIRCLEGRAPH_MEMO_BRIEF", "2m", "must not be longer than CIRCLEGRAPH_MEMO_LONG."},
		{"CIRCLEGRAPH_MEMO_BYTES", "99999999999999", "must not exceed 64 GiB."},
		{"CIRCLEGRAPH_LOG_LEVEL", "loud", `must be one of "debug","info","warn","error" but got "loud". See --help.`},
	} {
		refused(t, vars(s.name, s.value), s.name+" "+s.want)
	}
	for _, s := range []setting{
		{"CIRCLEGRAPH_SANDBOX_OFF_LOOPBACK", "true", "is given, but the sandbox is not in use."},
		{"CIRCLEGRAPH_LOGIN", "trusted,magic", `does not know "magic": use oidc, trusted, oidc,trusted or sandbox.`},
		{"CIRCLEGRAPH_TRUSTED_SECRET", secret + "," + secret + "2," + secret + "3", "takes at most two secrets: " +
			"the present one and its successor."},
		{"CIRCLEGRAPH_SANDBOX_LIFE", "true", "is for the sandbox: members of a real community write by themselves."},
		{"CIRCLEGRAPH_COMMUNITY_URL", "http://community.example.com", "must use https unless it is on a loopback address."},
		{"CIRCLEGRAPH_WEB_SESSION", "true", "needs CIRCLEGRAPH_COMMUNITY_URL, the address of the community's own web " +
			"pages: its cookies are of no use elsewhere."},
		{"CIRCLE_URL", "app.circle.so", "must be an absolute address, such as https://app.circle.so."},
		{"CIRCLE_URL", "https://u:hunter2@app.circle.so", "must have neither user, path, query nor fragment."},
		{"CIRCLE_URL", "ftp://app.circle.so", "must be an absolute address, such as https://app.circle.so."},
		{"CIRCLE_URL", "https://app.circle.so/api", "must have neither user, path, query nor fragment."},
		{"CIRCLE_URL", "https://app.circle.so?x=1", "must have neither user, path, query nor fragment."},
		{"CIRCLE_URL", "https://app.circle.so#x", "must have neither user, path, query nor fragment."},
		{"CIRCLE_URL", "http://app.circle.so", "must use https unless it is on a loopback address."},
		{"CIRCLEGRAPH_CORS_ORIGINS", "http://app.example.com", "must use https unless they are on a loopback address: " +
			"whoever is on the way could put a page there that reads members' tokens."},
	} {
		refused(t, trusted(s.name, s.value), s.name+" "+s.want)
	}
	const open = "The sandbox lets anybody become anybody: "
	for _, test := range []struct {
		env  map[string]string
		want string
	}{
		{vars("CIRCLEGRAPH_LISTEN", ":8080"), open +
			"listen on a loopback address, or set CIRCLEGRAPH_SANDBOX_OFF_LOOPBACK to open it to other machines."},
		{vars("CIRCLEGRAPH_LOGIN", "sandbox", "CIRCLE_HEADLESS_TOKEN", token), open +
			"CIRCLEGRAPH_LOGIN=sandbox excludes CIRCLE_URL and the headless token."},
		{vars("CIRCLEGRAPH_LOGIN", "sandbox", "CIRCLE_URL", circleURL), open +
			"CIRCLEGRAPH_LOGIN=sandbox excludes CIRCLE_URL and the headless token."},
		{vars("CIRCLEGRAPH_LOGIN", "sandbox,trusted", "CIRCLEGRAPH_TRUSTED_SECRET", secret), open +
			"CIRCLEGRAPH_LOGIN cannot combine it with another mode."},
		{vars("CIRCLE_HEADLESS_TOKEN", token), "A Circle community is configured, but not how members prove who they are: " +
			"set CIRCLEGRAPH_LOGIN to oidc, trusted or oidc,trusted."},
		{vars("CIRCLEGRAPH_TRUSTED_SECRET", secret), "OIDC or trusted settings are given without CIRCLEGRAPH_LOGIN: set it " +
			"to oidc, trusted or oidc,trusted."},
		{trusted("CIRCLE_HEADLESS_TOKEN", ""), "CIRCLEGRAPH_LOGIN asks for a real community: CIRCLE_HEADLESS_TOKEN or " +
			"CIRCLE_HEADLESS_TOKEN_FILE must be given."},
		{trusted("CIRCLE_HEADLESS_TOKEN_FILE", "/nowhere"), "CIRCLE_HEADLESS_TOKEN and CIRCLE_HEADLESS_TOKEN_FILE exclude " +
			"each other: give one of them."},
		{trusted("CIRCLEGRAPH_TRUSTED_SECRET", ""), "The trusted mode needs CIRCLEGRAPH_TRUSTED_SECRET."},
		{trusted("CIRCLEGRAPH_TRUSTED_SECRET", "short"), "Each secret of CIRCLEGRAPH_TRUSTED_SECRET needs at least 32 " +
			"bytes."},
		{trusted("CIRCLEGRAPH_OIDC_ISSUER", "https://login.example.com"), "OIDC settings or seal keys are given, but " +
			"CIRCLEGRAPH_LOGIN does not include oidc."},
		{trusted("CIRCLEGRAPH_LOGIN", "oidc,trusted", "CIRCLEGRAPH_OIDC_ISSUER", "https://login.example.com",
			"CIRCLEGRAPH_OIDC_AUDIENCE", "web"), "The oidc mode needs CIRCLEGRAPH_SEAL_KEYS: at " +
			"least one key of 32 bytes in base64."},
		{vars("CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS", "0"), "CIRCLEGRAPH_MAX_STREAMS and " +
			"CIRCLEGRAPH_MAX_STREAMS_PER_ADDRESS must be positive numbers."},
		{vars("CIRCLEGRAPH_MEMO_BRIEF", "0s", "CIRCLEGRAPH_MEMO_LONG", "-1s"), "CIRCLEGRAPH_MEMO_LONG must not be negative."},
		{vars("CIRCLEGRAPH_MEMO_BYTES", "-1"), `CIRCLEGRAPH_MEMO_BYTES: expected a valid 64 bit uint but got "-1". See ` +
			`--help.`},
		{vars("CIRCLEGRAPH_REQUEST_TIMEOUT", "5s"), "CIRCLEGRAPH_UPSTREAM_TIMEOUT must not be longer than " +
			"CIRCLEGRAPH_REQUEST_TIMEOUT: the call could never use it."},
		{vars("CIRCLEGRAPH_REQUEST_TIMEOUT", "soon"), `CIRCLEGRAPH_REQUEST_TIMEOUT: expected duration but got "soon": ` +
			`time: invalid duration "soon". See --help.`},
	} {
		refused(t, test.env, test.want)
	}
}

func TestRefusedArguments(t *testing.T) {
	refused(t, nil, "unknown flag --nonsense. See --help.", "--nonsense")
	refused(t, nil, "There are no arguments besides commands and flags. See --help.",
		"--trusted-secret", "first-half", "second-half")
}

func TestHelpAndVersion(t *testing.T) {
	if names := variables(t); !slices.Contains(names, "CIRCLEGRAPH_LISTEN") ||
		!slices.Contains(names, "CIRCLE_HEADLESS_TOKEN") {
		t.Errorf("--help names the variables %v, and some are missing", names)
	}
	if version := output(t, "--version"); version != "v1.2.3\n" {
		t.Errorf("--version = %q, want v1.2.3", version)
	}
}

func TestConfigPrintsNoSecret(t *testing.T) {
	c, err := load(t, trusted("CIRCLEGRAPH_LOGIN", "oidc,trusted", "CIRCLEGRAPH_OIDC_ISSUER", "https://login.example.com",
		"CIRCLEGRAPH_OIDC_AUDIENCE", "web", "CIRCLEGRAPH_SEAL_KEYS", sealKey))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c)} {
		for _, hidden := range []string{secret, sealKey, token} {
			if strings.Contains(text, hidden) {
				t.Errorf("a printed configuration shows %q", hidden)
			}
		}
	}
}

// variables are the names of all settings.
func variables(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, match := range regexp.MustCompile(`\[\$([A-Z_]+)\]`).FindAllStringSubmatch(output(t, "--help"), -1) {
		names = append(names, match[1])
	}
	if len(names) < 20 {
		t.Fatalf("the help names %d settings, want all of them", len(names))
	}
	return names
}

func vars(pairs ...string) map[string]string {
	env := map[string]string{}
	for pair := range slices.Chunk(pairs, 2) {
		env[pair[0]] = pair[1]
	}
	return env
}

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Load(args, func(string) string { return "" }, "v1.2.3", &out); !errors.Is(err, ErrDone) {
		t.Fatalf("Load(%v) = %v, want ErrDone", args, err)
	}
	return out.String()
}

// refused wants the sentence as a line of its own, and no secret in any line.
func refused(t *testing.T, env map[string]string, want string, args ...string) {
	t.Helper()
	c, err := load(t, env, args...)
	if err == nil {
		t.Errorf("Load(%v, %v) = %+v, want the refusal %q", env, args, c, want)
		return
	}
	if !slices.Contains(strings.Split(err.Error(), "\n"), want) {
		t.Errorf("Load(%v, %v) is refused with\n%s\nwant\n%s", env, args, err, want)
	}
	for _, hidden := range []string{secret, token, sealKey, "hunter2", "second-half"} {
		if strings.Contains(err.Error(), hidden) {
			t.Errorf("the refusal %q shows a secret", err)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBadValuesNameWhatWasSet(t *testing.T) {
	const name = "CIRCLEGRAPH_MAX_COST"
	for _, tc := range []struct {
		args []string
		env  map[string]string
		want string
	}{
		{nil, vars(name, "abc"), name},
		{[]string{"--max-cost", "abc"}, nil, "--max-cost"},
		{[]string{"--max-cost=abc"}, vars(name, "7"), "--max-cost"},
		{nil, vars("CIRCLEGRAPH_LOG_LEVEL", "loud"), "CIRCLEGRAPH_LOG_LEVEL"},
		{nil, vars("CIRCLEGRAPH_REQUEST_TIMEOUT", "5"), "CIRCLEGRAPH_REQUEST_TIMEOUT"},
	} {
		_, err := Load(tc.args, func(name string) string { return tc.env[name] }, "", io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), tc.want+" ") && !strings.HasPrefix(err.Error(), tc.want+":") {
			t.Errorf("Load(%q, %v): %v, want a sentence about %s", tc.args, tc.env, err, tc.want)
		}
	}
}

func TestMisspelt(t *testing.T) {
	got := Misspelt([]string{
		"CIRCLEGRAPH_MAXCOST=7", "CIRCLEGRAPH_MAX_COST=7", "CIRCLEGRAPH_OLD=", "PATH=/bin", "CIRCLEGRAPH_LOG_LEVL=debug",
		"CIRCLE_HEADLES_TOKEN=x", "circlegraph_listen=:1", "CIRCLEGRAPHLOGIN=oidc", "CIRCLE_URL=x",
		"CIRCLE_TAG=v1", "CIRCLECI=true", "CIRCLEGRAPH_REPLICAS=2",
	})
	want := []string{
		"CIRCLEGRAPH_MAXCOST is no setting and has no effect. Did you mean CIRCLEGRAPH_MAX_COST?",
		"CIRCLEGRAPH_LOG_LEVL is no setting and has no effect. Did you mean CIRCLEGRAPH_LOG_LEVEL?",
		"CIRCLE_HEADLES_TOKEN is no setting and has no effect. Did you mean CIRCLE_HEADLESS_TOKEN?",
		"circlegraph_listen is no setting and has no effect. Did you mean CIRCLEGRAPH_LISTEN?",
		"CIRCLEGRAPHLOGIN is no setting and has no effect. Did you mean CIRCLEGRAPH_LOGIN?",
		"CIRCLEGRAPH_REPLICAS is no setting and has no effect. --help lists all settings.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
