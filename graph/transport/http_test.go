package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	asJSON     = "application/json"
	asResponse = "application/graphql-response+json"
)

func TestHTTP(t *testing.T) {
	const typename = `{"query":"{ __typename }"}`
	server := newToy(t)
	get := "query=" + url.QueryEscape("{ __typename }")
	echo := url.Values{"query": {"query($n:String!){echo(text:$n)}"}, "variables": {`{"n":"back"}`}}
	const ok = `{"data":{"__typename":"Query"}}`
	post := func(body string, header ...string) message {
		m := message{"POST", "", map[string]string{}, body}
		for pair := range slices.Chunk(header, 2) {
			m.header[pair[0]] = pair[1]
		}
		return m
	}
	for _, tc := range []struct {
		name   string
		m      message
		status int
		media  string
		want   string
	}{
		{"post", post(typename), 200, asJSON, ok},
		{"get", message{"GET", get, nil, ""}, 200, asJSON, ok},
		{"get with variables", message{"GET", echo.Encode(), nil, ""}, 200, asJSON, `{"echo":"back"}`},
		{
			"get with a bad variable",
			message{"GET", get + "&variables=%5B1%5D", nil, ""},
			400, asJSON, "`variables` must be a JSON object.",
		},
		{"get without variables", message{"GET", get + "&variables=%22%22&extensions=null", nil, ""}, 200, asJSON, ok},
		{"a byte order mark", post("\ufeff" + typename), 200, asJSON, ok},
		{"empty variables", post(`{"query":"{__typename}","variables":"","extensions":""}`), 200, asJSON, ok},
		{
			"null variables", post(`{"query":"{__typename}","variables":null,"extensions":null,"operationName":null}`),
			200, asJSON, ok,
		},
		{
			"variables of text", post(`{"query":"{__typename}","variables":"{}"}`),
			400, asJSON, "`variables` must be a JSON object.",
		},
		{"get without a query", message{"GET", "", nil, ""}, 400, asJSON, "The request has no `query`."},
		{
			"get a mutation",
			message{"GET", "query=" + url.QueryEscape("mutation { write }"), nil, ""},
			405, asJSON, "must be sent by POST",
		},
		{"put", message{"PUT", "", nil, typename}, 405, asJSON, "BAD_REQUEST"},
		{"options", message{"OPTIONS", "", nil, ""}, 204, "", ""},
		{"a form", post(get, "Content-Type", "application/x-www-form-urlencoded"), 415, asJSON, "must be application/json"},
		{
			"a form with files", post("--x--", "Content-Type", "multipart/form-data; boundary=x"),
			415, asJSON, "must be application/json",
		},
		{"no content type", post(typename, "Content-Type", ""), 415, asJSON, "must be application/json"},
		{"another charset", post(typename, "Content-Type", "application/json; charset=latin1"), 415, asJSON, "plain UTF-8"},
		{"compressed", post(typename, "Content-Encoding", "gzip"), 415, asJSON, "plain UTF-8"},
		{"many operations", post("\n[" + typename + "]"), 400, asJSON, "arrays of operations are not accepted"},
		{"no JSON", post(`{"query":"secret-token`), 400, asJSON, "not a JSON object with a `query`"},
		{"two values", post(typename + `{"secret-token":1}`), 400, asJSON, "not a JSON object with a `query`"},
		{"no query", post(`{}`), 400, asJSON, "The request has no `query`."},
		{"a query of another type", post(`{"query":{"a":"secret-token"}}`), 400, asJSON, "`query` must be a string."},
		{
			"variables of another type", post(`{"query":"{ __typename }","variables":["secret-token"]}`),
			400, asJSON, "`variables` must be a JSON object.",
		},
		{"too large", post(`{"query":"{ __typename }` + strings.Repeat(" ", 2000) + `"}`), 413, asJSON, "too large"},
		{"a syntax error as JSON", post(`{"query":"{"}`, "Accept", asJSON), 200, asJSON, "GRAPHQL_PARSE_FAILED"},
		{
			"a syntax error as a response", post(`{"query":"{"}`, "Accept", asResponse),
			400, asResponse, "GRAPHQL_PARSE_FAILED",
		},
		{
			"an unknown operation", post(`{"query":"query A { __typename }","operationName":"B"}`, "Accept", asResponse),
			400, asResponse, "operation B not found",
		},
		{"a failed field", post(`{"query":"{ broken }"}`, "Accept", asResponse), 200, asResponse, `"data":{"broken":null}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, header, body := server.send(tc.m)
			media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
			if status != tc.status || media != tc.media || !strings.Contains(body, tc.want) ||
				strings.Contains(body, "secret-token") {
				t.Errorf("answered %d %s %s, want %d %s with %s", status, media, body, tc.status, tc.media, tc.want)
			}
			if tc.status >= 400 && strings.Contains(body, `"data"`) {
				t.Errorf("%s holds data although nothing was carried out", body)
			}
			if allow := header.Get("Allow"); tc.status == 405 && allow == "" {
				t.Error("405 without Allow")
			}
		})
	}
}

// A body whose length is not announced is stopped while it is read.
func TestChunkedBodyIsLimited(t *testing.T) {
	server := newToy(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url,
		io.MultiReader(strings.NewReader(`{"query":"{ __typename }`+strings.Repeat(" ", 2000)+`"}`)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", asJSON)
	res, err := server.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d, want 413", res.StatusCode)
	}
}

// What clients list, and what they then get.
func TestAccept(t *testing.T) {
	server := newToy(t)
	for accept, want := range map[string]string{
		"":                                       asJSON,
		"*/*":                                    asJSON,
		"application/*":                          asJSON,
		"text/html, */*;q=0.8":                   asJSON,
		asJSON:                                   asJSON,
		asResponse:                               asResponse,
		asJSON + ", " + asResponse:               asJSON,
		asResponse + ", " + asJSON:               asResponse,
		asJSON + ";q=0.9, " + asResponse:         asResponse,
		asResponse + ";q=0.5, " + asJSON:         asJSON,
		asJSON + ";q=0, */*":                     asResponse,
		"*/*, " + asResponse + "; charset=utf-8": asJSON,
		// Apollo iOS
		"multipart/mixed;deferSpec=20220824," + asResponse + "," + asJSON: asResponse,
		// urql
		asResponse + ", application/graphql+json, " + asJSON + ", text/event-stream, multipart/mixed":       asResponse,
		"multipart/mixed;deferSpec=20220824, " + asResponse + ", " + asJSON + ";q=0.9, */*;q=0.8, nonsense": asResponse,
		"text/html":                "",
		";;":                       asJSON,
		asJSON + ";q=0, text/html": "",
	} {
		status, header, body := server.send(ask(accept, "{ __typename }"))
		media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
		if want == "" {
			if status != http.StatusNotAcceptable || !strings.Contains(body, "Accept header") {
				t.Errorf("Accept: %s answers %d %s, want 406", accept, status, body)
			}
		} else if status != http.StatusOK || media != want {
			t.Errorf("Accept: %s answers %d %s, want 200 %s", accept, status, media, want)
		}
	}
}

// A small document can have thousands of mistakes.
func TestErrorsAreFew(t *testing.T) {
	query := "{"
	for i := range 30 {
		query += fmt.Sprint(" wrong", i)
	}
	s := newToy(t)
	_, _, body := s.send(ask(asJSON, query+" }"))
	c := s.connect()
	c.Subscribe("1", query+" }")
	_, frame, err := c.Conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range []string{body, string(frame)} {
		if n := strings.Count(told, `"message"`); n != 20 {
			t.Errorf("%d mistakes are told, want 20: %s", n, told)
		}
	}
}

// What was read by GET has a tag, by which it is not sent again.
func TestEntityTag(t *testing.T) {
	s := newToy(t)
	m := message{"GET", "query=" + url.QueryEscape("{ viewer { name } }"), nil, ""}
	_, header, _ := s.send(m)
	tag := header.Get("ETag")
	if tag == "" || header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("answered with the tag %q and %q", tag, header.Get("Cache-Control"))
	}
	m.header = map[string]string{"If-None-Match": `"other", ` + tag}
	if status, _, body := s.send(m); status != http.StatusNotModified || body != "" {
		t.Errorf("the same again is answered by %d %s, want 304", status, body)
	}
	for name, other := range map[string]message{
		"another query": {"GET", "query=" + url.QueryEscape("{ viewer { email } }"), m.header, ""},
		"another form":  {"GET", m.query, map[string]string{"If-None-Match": tag, "Accept": asResponse}, ""},
		"a failure":     {"GET", "query=" + url.QueryEscape("{ broken }"), map[string]string{"If-None-Match": "*"}, ""},
		"a POST":        {"POST", "", map[string]string{"If-None-Match": "*"}, `{"query":"{ viewer { name } }"}`},
	} {
		if status, header, _ := s.send(other); status != http.StatusOK || header.Get("ETag") == tag {
			t.Errorf("%s is answered by %d with the tag %q", name, status, header.Get("ETag"))
		}
	}
}
