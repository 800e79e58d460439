package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// attempt is one hostile request and what must come of it.
type attempt struct {
	name        string
	method      string // POST if empty
	contentType string // JSON if empty
	path, body  string // /graphql if the path is empty
	status      int
	want        string // what the answer holds
	never       string // what it does not
}

func (s *server) try(t *testing.T, a attempt) {
	t.Run(a.name, func(t *testing.T) {
		if a.method == "" {
			a.method = http.MethodPost
		}
		if a.path == "" {
			a.path = "/graphql"
		}
		req := s.request(t, a.method, a.path, "", a.body)
		if a.contentType != "" {
			req.Header.Set("Content-Type", a.contentType)
		}
		asked := s.asked.Load()
		status, _, body := s.do(t, req)
		if status != a.status || !strings.Contains(body, a.want) || a.never != "" && strings.Contains(body, a.never) {
			t.Errorf("answered %d %.300s, want %d with %q and without %q", status, body, a.status, a.want, a.never)
		}
		if calls := s.asked.Load() - asked; calls > 0 || len(body) > 30_000 {
			t.Errorf("answered with %d calls to Circle and %d bytes, want none and few", calls, len(body))
		}
	})
}

// repeated is a document with many of one part.
func repeated(part string, n int) string { return request("query {" + strings.Repeat(part, n) + "}") }

// The thirteen probes of graphql-cop.
func TestGraphQLCop(t *testing.T) {
	t.Parallel()
	s := startFor(t, nothing, nil)
	var aliases strings.Builder
	for i := range 101 {
		fmt.Fprintf(&aliases, " alias%d: __typename", i)
	}
	circular := `query { __schema { types {
		fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }`
	for _, a := range []attempt{
		{name: "alias overloading", body: repeated(aliases.String(), 1), status: 200, want: "QUERY_LIMIT_EXCEEDED"},
		{name: "array-based query batching", body: "[" + strings.Repeat(request("{ __typename }")+",", 9) +
			request("{ __typename }") + "]", status: 400, want: "arrays of operations"},
		{name: "circular introspection", body: request(circular), status: 200, want: "errors", never: `"types"`},
		{
			name: "directive overloading", body: request("query { __typename" + strings.Repeat(" @aa", 100) + " }"), status: 200,
			want: "QUERY_LIMIT_EXCEEDED",
		},
		{name: "field duplication", body: repeated(" __typename", 500), status: 200, want: "QUERY_LIMIT_EXCEEDED"},
		{name: "field suggestions", body: request("{ viewr { emial } }"), status: 200, want: "errors", never: "Did you mean"},
		// there are no cookies that it could abuse
		{
			name: "GET method query support", method: http.MethodGet, path: "/graphql?query=%7B__typename%7D", status: 200,
			want: "__typename",
		},
		{name: "GET based mutation", method: http.MethodGet, path: "/graphql?query=" +
			url.QueryEscape("mutation { logout { loggedOut } }"), status: 405, want: "POST"},
		{
			name: "POST based url-encoded query", contentType: "application/x-www-form-urlencoded",
			body: "query=%7B__typename%7D", status: 415, never: "__typename",
		},
		{name: "GraphiQL", method: http.MethodGet, path: "/playground/", status: 404, never: "raphi"},
		{
			name: "GraphiQL on the front page", method: http.MethodGet, path: "/", status: 200, want: "Circlegraph",
			never: "raphi",
		},
		{
			name: "introspection", body: request("{ __schema { queryType { name } } }"), status: 200,
			want: "INTROSPECTION_DISABLED", never: `"queryType":{`,
		},
		{name: "trace mode", body: request("{ __typename }"), status: 200, want: "__typename", never: "tracing"},
		{
			name: "unhandled errors", body: `{"query":"query { __typename }","variables":"x"}`, status: 400, want: "BAD_REQUEST",
			never: "goroutine",
		},
	} {
		s.try(t, a)
	}
}

// What OWASP's GraphQL cheat sheet asks of the treatment of queries, beyond the probes.
func TestOWASPQueryRules(t *testing.T) {
	t.Parallel()
	s := startFor(t, nothing, nil)
	deep := "{ viewer" + strings.Repeat(" { member", 30) + " { name }" + strings.Repeat(" }", 31)
	for _, a := range []attempt{
		{name: "depth", body: request(deep), status: 200, want: `"limit":"depth"`},
		{
			name: "amount", body: request("{ members(first: 100000) { nodes { name } } }"), status: 200, want: "errors",
			never: `"nodes":[`,
		},
		{
			name: "request size", body: request("{ __typename } #" + strings.Repeat("x", 1<<20)), status: 413,
			want: "too large",
		},
		{name: "document size", body: repeated(" __typename", 10_640), status: 200, want: `"limit":"documentBytes"`},
		{
			name: "tokens", body: request("{ viewer {" + strings.Repeat(" email", 2000) + "} }"), status: 200,
			want: `"limit":"tokens"`,
		},
		{
			name: "variables", body: `{"query":"{ __typename }","variables":{"v":[` + strings.Repeat("1,", 10_000) + `1]}}`,
			status: 200, want: `"limit":"variableValues"`,
		},
		{
			name: "fragments in a circle",
			body: request("{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }"), status: 200,
			want: "GRAPHQL_VALIDATION_FAILED",
		},
		{
			name: "guessing in one request",
			body: request(`mutation { a: login(input: {email: "a@example.com"}) { accessToken }
				b: login(input: {email: "b@example.com"}) { accessToken } }`), status: 200, want: `"limit":"onceOnly"`,
		},
		{name: "types of input", body: request(`{ space(by: {circleId: "1; drop"}) { id } }`), status: 200, want: "errors"},
		{
			name: "path in an id", body: request(`{ space(by: {slug: "../members"}) { id } }`), status: 200, want: "errors",
			never: `"id"`,
		},
		{name: "enum", body: request(`{ spaces(order: NOPE) { id } }`), status: 200, want: "GRAPHQL_VALIDATION_FAILED"},
		{name: "field that needs a member", body: request("{ spaces { name } }"), status: 200, want: "UNAUTHENTICATED"},
		{
			name: "edge that needs a member", body: request("{ spaces { posts(first: 1) { nodes { title } } } }"), status: 200,
			want: "UNAUTHENTICATED",
		},
		{
			name: "object by id", body: request(`{ node(id: "bWVtYmVyOjE") { id } }`), status: 200, want: "errors",
			never: `"id":"`,
		},
		{
			name: "malformed JSON is not repeated", body: `{"query": "hostile-text`, status: 400, want: "BAD_REQUEST",
			never: "hostile-text",
		},
		{name: "files", contentType: "multipart/form-data; boundary=x", body: "--x--", status: 415, want: "application/json"},
		{name: "text", contentType: "text/plain", body: request("{ __typename }"), status: 415, want: "application/json"},
	} {
		s.try(t, a)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	pages := []string{"/", "/docs/security", "/playground/"}
	for _, path := range append(pages, "/graphql?query=%7B__typename%7D", "/schema.graphql", "/healthz", "/nowhere") {
		_, header, _ := s.get(t, path)
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		} {
			if got := header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("GET %s: %s: %q, want %q once", path, name, got, want)
			}
		}
		policy := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; frame-ancestors 'none'") ||
			strings.Contains(policy, "script-src") != slices.Contains(pages, path) {
			t.Errorf("GET %s: the policy is %q", path, policy)
		}
	}
}

// Cookies are neither set nor read, so no page of another site can act for a member, by GET either.
func TestNoAmbientCredentials(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	token := s.login(t, member).AccessToken
	req := s.request(t, http.MethodGet, "/graphql?query=%7Bspaces%7Bid%7D%7D&access_token="+token, "", "")
	for _, name := range []string{"Authorization", "access_token", "session"} {
		req.AddCookie(&http.Cookie{Name: name, Value: token})
	}
	status, header, body := s.do(t, req)
	if status != http.StatusOK || !strings.Contains(body, "TOKEN_MISSING") || header.Get("Set-Cookie") != "" {
		t.Errorf("a token in cookies and address is answered %d %s, and Set-Cookie %q", status, body,
			header.Get("Set-Cookie"))
	}
	if got := header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("origin %q is allowed, want none", got)
	}
}

// Who guesses names of members hears the same of all of them, and then has to wait, whatever address they claim to
// have.
func TestGuessingIsBounded(t *testing.T) {
	t.Parallel()
	s := startFor(t, nothing, nil)
	login := func(email string, from int) string {
		req := s.request(t, http.MethodPost, "/graphql", "",
			request(fmt.Sprintf(`mutation { login(input: {email: %q}) { accessToken userErrors { code message } } }`, email)))
		req.Header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", from))
		_, _, body := s.do(t, req)
		return body
	}
	refused := login(member, 0)
	for i := 1; i < 20; i++ {
		if body := login(fmt.Sprintf("nobody%d@example.com", i), i); body != refused {
			t.Fatalf("nobody is answered %s, a member %s", body, refused)
		}
	}
	if body := login(member, 200); !strings.Contains(body, "RATE_LIMITED") ||
		!strings.Contains(body, "retryAfterSeconds") {
		t.Errorf("after twenty guesses: %s, want RATE_LIMITED", body)
	}
	if log := s.log.String(); strings.Contains(log, "192.0.2.") || !strings.Contains(log, "client=127.0.0.1") {
		t.Errorf("the log believes X-Forwarded-For of nobody it was told to trust")
	}
}

// The pages on security and reliability name a test for each protection, and each of them must be there.
func TestProtectionsHaveTests(t *testing.T) {
	found, err := exec.CommandContext(t.Context(), "git", "grep", "--untracked", "-hoE", `^func (Test|Fuzz|Benchmark)\w+`,
		"--", "*_test.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	for page, least := range map[string]int{"docs/security.md": 80, "docs/reliability.md": 20} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		names := regexp.MustCompile(`\b(Test|Fuzz|Benchmark)[A-Z]\w+`).FindAllString(string(text), -1)
		if len(names) < least {
			t.Errorf("%s names %d tests, want them all", page, len(names))
		}
		for _, name := range names {
			if !regexp.MustCompile(`(?m)^func ` + name + `$`).Match(found) {
				t.Errorf("%s: there is no %s", page, name)
			}
		}
		for row := range strings.Lines(string(text)) {
			if strings.HasPrefix(row, "| ") && strings.Count(row, "|") == 3 && !strings.HasPrefix(row, "| protection") &&
				!strings.Contains(row, "`Test") && !strings.Contains(row, "`Fuzz") {
				t.Errorf("%s: no test shows that %s", page, row)
			}
		}
	}
}
