package guard

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"

	"circlegraph/graph/generated"
	"circlegraph/graph/transport"
	"circlegraph/internal/memory"
)

// endpoint is the schema behind the guards, without resolvers: what they let through fails.
func endpoint() http.Handler { return endpointIn(nil) }

func endpointIn(budget *memory.Budget) http.Handler {
	s := handler.New(generated.NewExecutableSchema(generated.Config{}))
	s.AddTransport(transport.HTTP{Options: transport.Options{
		MaxBytes: 1 << 20, Live: transport.NewLive(transport.LiveOptions{}), Memory: budget,
	}})
	s.SetParserTokenLimit(MaxTokens)
	s.SetRecoverFunc(func(context.Context, any) error { return errors.New("no resolver") })
	s.Use(extension.Introspection{})
	for _, e := range Extensions(0) {
		s.Use(e)
	}
	return s
}

func ask(t testing.TB, server http.Handler, query, variables string) (answer string) {
	t.Helper()
	body := fmt.Sprintf(`{"query":%q,"variables":%s}`, query, variables)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w.Body.String()
}

// numbered is a text for each number below n, where %d stands for it.
func numbered(text string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, text, i)
	}
	return out.String()
}

func nested(n int) string {
	return "{ viewer" + strings.Repeat(" { member", n-1) + strings.Repeat(" }", n-1) + " }"
}

func TestLimits(t *testing.T) {
	server := endpoint()
	lists := func(depth int) string {
		return `{"v":` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + `}`
	}
	for _, tc := range []struct {
		name, query, variables string
		want                   string // the limit; empty if the request is within it, right or wrong
	}{
		{"117 KB of one field", "{" + strings.Repeat(" __typename", 10_640) + "}", "", "documentBytes"},
		{"a long comment", "{ __typename } #" + strings.Repeat("x", 65<<10), "", "documentBytes"},
		{"tokens", "{ viewer {" + strings.Repeat(" email", 2000) + "} }", "", "tokens"},
		{"directives of an operation", "query" + strings.Repeat(" @a", 51) + " { __typename }", "", "directives"},
		{
			"directives of spreads", "{ ...F" + strings.Repeat(" @a", 51) + " } fragment F on Query { __typename }", "",
			"directives",
		},
		{
			"directives of a fragment", "{ ...F } fragment F on Query" + strings.Repeat(" @a", 51) + " { __typename }", "",
			"directives",
		},
		{"20 operations", numbered(" query q%d { __typename }", 20), "", ""},
		{"21 operations", numbered(" query q%d { __typename }", 21), "", "operations"},
		{"depth 15", nested(15), "", ""},
		{"depth 16", nested(16), "", "depth"},
		{"depth by fragments", "{ viewer { ...a } } fragment a on Viewer { member { ...b } } fragment b on Member " +
			nested(14), "", "depth"},
		{"fragments in a circle", "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }", "", ""},
		{"20 root fields", "{" + strings.Repeat(" __typename", 20) + "}", "", ""},
		{"21 root fields", "{" + strings.Repeat(" __typename", 21) + "}", "", "rootFields"},
		{"root fields by fragments", "{ ...a ...b } fragment a on Query {" + strings.Repeat(" __typename", 11) +
			"} fragment b on Query {" + strings.Repeat(" __typename", 11) + "}", "", "rootFields"},
		{"50 repeats", "{ viewer {" + strings.Repeat(" email", 50) + "} }", "", ""},
		{"51 repeats", "{ viewer {" + strings.Repeat(" email", 51) + "} }", "", "repeats"},
		{"repeats by fragments", "{ viewer { ...a ...b } } fragment a on Viewer {" + strings.Repeat(" email", 30) +
			"} fragment b on Viewer {" + strings.Repeat(" email", 30) + "}", "", "repeats"},
		{"300 fields", "{ viewer {" + numbered(" f%d", 300) + "} }", "", ""},
		{"301 fields", "{ viewer {" + numbered(" f%d", 301) + "} }", "", "fields"},
		{"30 aliases", "{ viewer {" + numbered(" a%d: email", 30) + "} }", "", ""},
		{"31 aliases", "{ viewer {" + numbered(" a%d: email", 31) + "} }", "", "aliases"},
		{
			"aliases in a fragment", "{ viewer { ...a } } fragment a on Viewer {" + numbered(" a%d: email", 31) + "}", "",
			"aliases",
		},
		{"50 directives", "{ viewer { ... " + strings.Repeat(" @nope", 50) + " { email } } }", "", ""},
		{"51 directives", "{ viewer { email" + strings.Repeat(" @nope", 51) + "} }", "", "directives"},
		{"two logins", `mutation { a: login(input: {email: "x"}) { accessToken } b: login(input: {email: "y"}) { accessToken }
			}`, "", "onceOnly"},
		{
			"two logins by a fragment",
			`mutation { login(input: {email: "x"}) { accessToken } ...a } fragment a on Mutation { b: login(input: {email: "y"})
				{ accessToken } }`, "", "onceOnly",
		},
		{"two refreshes", `mutation { a: refreshAccessToken(input: {refreshToken: "x"}) { accessToken } b:
			refreshAccessToken(input: {refreshToken: "y"}) { accessToken } }`, "", "onceOnly"},
		{"two revocations", `mutation { a: revokeAccessToken(input: {accessToken: "x"}) { revoked } b:
			revokeAccessToken(input: {accessToken: "y"}) { revoked } }`, "", "onceOnly"},
		{
			"two revocations of refresh tokens",
			`mutation { a: revokeRefreshToken(input: {refreshToken: "x"}) { revoked } b: revokeRefreshToken(input: {refreshToken:
				"y"}) { revoked } }`, "", "onceOnly",
		},
		{"two logouts", `mutation { a: logout { loggedOut } b: logout { loggedOut } }`, "", "onceOnly"},
		{"two invitations", `mutation { a: acceptInvitation(input: {token: "x"}) { userErrors { message } } b:
			acceptInvitation(input: {token: "y"}) { userErrors { message } } }`, "", "onceOnly"},
		{"deep variables", "{ __typename }", lists(63), ""},
		{"too deep variables", "{ __typename }", lists(64), "variableDepth"},
		{"many variables", "{ __typename }", `{"v":[` + strings.Repeat("1,", 10_000) + `1]}`, "variableValues"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.variables == "" {
				tc.variables = "{}"
			}
			answer := ask(t, server, tc.query, tc.variables)
			var decoded struct {
				Errors []struct {
					Extensions struct{ Code, Limit string }
				}
			}
			if err := json.Unmarshal([]byte(answer), &decoded); err != nil {
				t.Fatal(err)
			}
			code, limit := "", ""
			if len(decoded.Errors) > 0 {
				code, limit = decoded.Errors[0].Extensions.Code, decoded.Errors[0].Extensions.Limit
			}
			if limit != tc.want || (code == "QUERY_LIMIT_EXCEEDED") != (tc.want != "") {
				t.Errorf("answered %.300s, want limit %q", answer, tc.want)
			}
			if len(decoded.Errors) > 20 {
				t.Errorf("answered with %d errors, want 20 at most", len(decoded.Errors))
			}
		})
	}
}

// hostile are documents that are expensive without limits, from half a second to for ever, with the limit that refuses
// each before it is validated; "" is for what the limits let through, which must be answered. BenchmarkHostileDocuments
// says what each costs.
var hostile = []struct{ name, query, limit string }{
	{"117 KB of one field", "{" + strings.Repeat(" __typename", 10_640) + "}", "documentBytes"},
	{"one field", "{" + strings.Repeat(" __typename", 1990) + "}", "rootFields"},
	{"unknown fields", "{ viewer {" + strings.Repeat(" emial", 1990) + "} }", "fields"},
	{"fragments of doubles", "{ ...f0 }" + doubling(180) + " fragment f180 on Query { __typename }", ""},
	{"a field in each", "{" + strings.Repeat(" viewer { member {"+strings.Repeat(" name", 45)+"} }", 20) + "}", ""},
}

func TestHostileDocumentsAreCheap(t *testing.T) {
	server := endpoint()
	for _, h := range hostile {
		answer := ask(t, server, h.query, "{}")
		var got struct {
			Errors []struct{ Extensions struct{ Code, Limit string } }
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil || len(answer) > 10_000 {
			t.Errorf("%s: %d bytes, %v", h.name, len(answer), err)
			continue
		}
		limit := ""
		for _, e := range got.Errors {
			if e.Extensions.Code == CodeQueryLimit {
				limit = e.Extensions.Limit
			}
		}
		if limit != h.limit {
			t.Errorf("%s: refused by the limit %q, want %q: %.300s", h.name, limit, h.limit, answer)
		}
	}
}

// BenchmarkHostileDocuments is the time from request to answer.
func BenchmarkHostileDocuments(b *testing.B) {
	server := endpoint()
	for _, h := range hostile {
		b.Run(h.name, func(b *testing.B) {
			for i := range b.N { // a name of its own, so that nothing is remembered
				query := strings.Replace(h.query, "{", fmt.Sprintf("query q%d {", i), 1)
				ask(b, server, query, "{}")
			}
		})
	}
}

// doubling are n fragments that each spread the next one twice.
func doubling(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, " fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	return out.String()
}

// GraphiQL's own query is 15 deep, most of it in the schema's types.
func TestIntrospectionIsWithinTheLimits(t *testing.T) {
	server := endpoint()
	const query = `query IntrospectionQuery { __schema { queryType { name } types { ...FullType } } }
	  fragment FullType on __Type { kind name fields(includeDeprecated: true) { name args { ...InputValue } type {
	  ...TypeRef } } }
	  fragment InputValue on __InputValue { name type { ...TypeRef } defaultValue }
	  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
	  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`
	if answer := ask(t, server, query, "{}"); !strings.HasPrefix(answer, `{"data":{"__schema":`) {
		t.Errorf("introspection answers %.300s", answer)
	}
}

// Literals are held to @oneOf by the validator, variables by us: which of two ways of signing in counted would be
// chance.
func TestVariablesAreOneOf(t *testing.T) {
	server := endpoint()
	for variables, refused := range map[string]bool{
		`{"i":{"email":"a@example.com"}}`:                       false,
		`{"i":{"email":"a@example.com","identityToken":"abc"}}`: true,
		`{"i":{"email":null}}`:                                  true,
		`{"i":{"email":"a@example.com","identityToken":null}}`:  true,
		`{"i":{}}`: true,
	} {
		answer := ask(t, server, `mutation($i: LoginInput!) { login(input: $i) { accessToken } }`, variables)
		if got := strings.Contains(answer, "Exactly one key"); got != refused {
			t.Errorf("%s: %s, want a refusal: %v", variables, answer, refused)
		}
	}
}
