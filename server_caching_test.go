package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A query by GET is kept only by its client, which learns without a body that the answer still holds. What failed,
// streams and what is sent by POST are kept by nobody.
func TestQueriesByGETAreKeptByTheirClient(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	session := s.login(t, member)
	ask := func(method, query string, header map[string]string) (int, http.Header, string) {
		t.Helper()
		req := s.request(t, method, "/graphql?"+url.Values{"query": {query}}.Encode(), session.AccessToken, "")
		if method == http.MethodPost {
			req = s.request(t, method, "/graphql", session.AccessToken, request(query))
		}
		for name, value := range header {
			req.Header.Set(name, value)
		}
		return s.do(t, req)
	}
	const query, keep, never = `{ spaces { name slug type url } }`, "private, no-cache", "private, no-store"
	_, first, body := ask(http.MethodGet, query, nil)
	tag, vary := first.Get("ETag"), strings.Join(first.Values("Vary"), ", ")
	if !strings.HasPrefix(tag, `W/"`) || !strings.Contains(body, `"spaces":[`) {
		t.Fatalf("a query by GET has the tag %s: %s", tag, body)
	}
	for _, name := range []string{"Authorization", "Accept", "Accept-Encoding"} {
		if !slices.Contains(strings.Split(vary, ", "), name) {
			t.Errorf("Vary: %s, want %s in it", vary, name)
		}
	}
	for _, tc := range []struct {
		name, method, query string
		header              map[string]string
		status              int
		tag, control        string // "other" for a tag that is not that of the first answer
	}{
		{"without a tag", "GET", query, nil, 200, tag, keep},
		{"the same", "GET", query, map[string]string{"If-None-Match": tag}, 304, tag, keep},
		{"a strong tag", "GET", query, map[string]string{"If-None-Match": strings.TrimPrefix(tag, "W/")}, 304, tag, keep},
		{"one of several", "GET", query, map[string]string{"If-None-Match": `"other", ` + tag}, 304, tag, keep},
		{"any", "GET", query, map[string]string{"If-None-Match": "*"}, 304, tag, keep},
		{"compressed", "GET", query, map[string]string{"Accept-Encoding": "gzip"}, 200, tag, keep},
		{
			"the same, compressed", "GET", query,
			map[string]string{"If-None-Match": tag, "Accept-Encoding": "gzip"},
			304, tag,
			keep,
		},
		{"another tag", "GET", query, map[string]string{"If-None-Match": `W/"other"`}, 200, tag, keep},
		{"in another form", "GET", query, map[string]string{
			"If-None-Match": tag,
			"Accept":        "application/graphql-response+json",
		}, 200, "other", keep},
		{"another query", "GET", `{ spaces { name } }`, map[string]string{"If-None-Match": tag}, 200, "other", keep},
		{"with an error", "GET", `{ node(id: "x") { id } }`, map[string]string{"If-None-Match": "*"}, 200, "", never},
		{"refused", "GET", `{ nothing }`, map[string]string{"If-None-Match": "*"}, 200, "", never},
		{"by POST", "POST", query, map[string]string{"If-None-Match": "*"}, 200, "", never},
		{
			"a mutation", "POST", `mutation { resetNewNotificationsCount { userErrors { code } } }`,
			map[string]string{"If-None-Match": "*"},
			200, "", never,
		},
	} {
		status, header, body := ask(tc.method, tc.query, tc.header)
		got := header.Get("ETag")
		if tc.tag == "other" && got != "" && got != tag {
			got = "other"
		}
		if status != tc.status || got != tc.tag || header.Get("Cache-Control") != tc.control ||
			(body == "") != (status == http.StatusNotModified) {
			t.Errorf("%s: %d, tag %q, %s, %d bytes; want %d, %q, %s", tc.name, status, got, header.Get("Cache-Control"),
				len(body), tc.status, tc.tag, tc.control)
		}
	}
	if _, header, _ := ask(http.MethodGet, query,
		map[string]string{"Accept": "text/event-stream"}); header.Get("ETag") != "" || header.Get("Cache-Control") == keep {
		t.Errorf("a stream: %v, want no tag", header)
	}
}
