package graph_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/graph"
)

// What cannot be read as a request is refused in words of ours; a body that may hold a token is not repeated.
func TestRefusedRequests(t *testing.T) {
	nowhere, err := circleclient.New(circleclient.Config{BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	open := httptest.NewServer(graph.NewHandler(graph.Options{Circle: nowhere, Introspection: true}))
	defer open.Close()
	closed := httptest.NewServer(graph.NewHandler(graph.Options{Circle: nowhere}))
	defer closed.Close()
	for _, tc := range []struct {
		name, url, contentType, body string
		want                         string
	}{
		{"malformed body", open.URL, "application/json", `{"query": "secret-token`, `"code":"BAD_REQUEST"`},
		{"syntax error", open.URL, "application/json", `{"query": "{ viewer {"}`, `"code":"GRAPHQL_PARSE_FAILED"`},
		{"unknown field", open.URL, "application/json", `{"query": "{ nothing }"}`, `"code":"GRAPHQL_VALIDATION_FAILED"`},
		{
			"too many tokens", open.URL, "application/json", `{"query": "{` + strings.Repeat(" a", 3000) + `}"}`,
			`"code":"QUERY_LIMIT_EXCEEDED"`,
		},
		{
			"introspection", closed.URL, "application/json", `{"query": "{ __schema { types { name } } }"}`,
			`"reason":"INTROSPECTION_DISABLED"`,
		},
		{
			"two keys in a literal", open.URL, "application/json",
			`{"query": "{ space(by: {slug: \"a\", circleId: 1}) { id } }"}`, `"code":"GRAPHQL_VALIDATION_FAILED"`,
		},
		{
			"two keys in a nested variable", open.URL, "application/json",
			`{"query": "mutation($i: CreateCommentInput!) { createComment(input: $i) { userErrors { message } } }", "variables":
				{"i": {"postId": "x", "body": {"text": "a", "html": "b"}}}}`, `"code":"BAD_USER_INPUT"`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, tc.url, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", tc.contentType)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			answer, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(answer), tc.want) || strings.Contains(string(answer), "secret-token") {
				t.Errorf("answered %s, want %s", answer, tc.want)
			}
		})
	}
}
