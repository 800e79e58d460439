package graph_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/graph"
	"circlegraph/graph/persisted"
)

// endpoint is a handler whose Circle cannot be reached.
func endpoint(t testing.TB, o graph.Options) *httptest.Server {
	t.Helper()
	var err error
	if o.Circle, err = circleclient.New(circleclient.Config{BaseURL: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(graph.NewHandler(o))
	t.Cleanup(server.Close)
	return server
}

// message is a request or an answer of HTTP.
type message struct {
	method, query string // query is the one in the address
	header        map[string]string
	body          string
}

func send(t testing.TB, server *httptest.Server, m message) (status int, header http.Header, body string) {
	t.Helper()
	return sendTo(t, server.URL, m)
}

func sendTo(t testing.TB, address string, m message) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), m.method, address+"?"+m.query, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	if m.method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range m.header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

const (
	asJSON     = "application/json"
	asResponse = "application/graphql-response+json"
)

// What cannot be read as a request is refused in words of ours; a body that may hold a token is not repeated.
func TestRefusedRequests(t *testing.T) {
	open := endpoint(t, graph.Options{Introspection: true})
	closed := endpoint(t, graph.Options{})
	trusting := endpoint(t, graph.Options{
		Trusted: map[string]string{"a": "query A { __typename }"}, Untrusted: persisted.ModeEnforce,
	})
	for _, tc := range []struct {
		name   string
		server *httptest.Server
		body   string
		want   string
	}{
		{"malformed body", open, `{"query": "secret-token`, `"code":"BAD_REQUEST"`},
		{"syntax error", open, `{"query": "{ viewer {"}`, `"code":"GRAPHQL_PARSE_FAILED"`},
		{"no trusted document", trusting, `{"query": "{ __typename }"}`, `"code":"QUERY_NOT_IN_SAFELIST"`},
		{"unknown field", open, `{"query": "{ nothing }"}`, `"code":"GRAPHQL_VALIDATION_FAILED"`},
		{
			"too many tokens", open, `{"query": "{` + strings.Repeat(" a", 3000) + `}"}`,
			`"code":"QUERY_LIMIT_EXCEEDED"`,
		},
		{
			"introspection", closed, `{"query": "{ __schema { types { name } } }"}`,
			`"reason":"INTROSPECTION_DISABLED"`,
		},
		{
			"two keys in a literal", open,
			`{"query": "{ space(by: {slug: \"a\", circleId: 1}) { id } }"}`, `"code":"GRAPHQL_VALIDATION_FAILED"`,
		},
		{
			"two keys in a nested variable", open,
			`{"query": "mutation($i: CreateCommentInput!) { createComment(input: $i) { userErrors { message } } }", "variables":
				{"i": {"postId": "x", "body": {"text": "a", "html": "b"}}}}`, `"code":"BAD_USER_INPUT"`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, _, answer := send(t, tc.server, message{http.MethodPost, "", nil, tc.body})
			if !strings.Contains(answer, tc.want) || strings.Contains(answer, "secret-token") {
				t.Errorf("answered %s, want %s", answer, tc.want)
			}
		})
	}
}
