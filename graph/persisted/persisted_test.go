package persisted

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/handler/testserver"

	"circlegraph/graph/transport"
)

// endpoint is a schema whose only query is `{ name }`.
func endpoint(trusted map[string]string, mode Mode, log *slog.Logger) http.Handler {
	s := testserver.New()
	s.AddTransport(transport.HTTP{Options: transport.Options{MaxBytes: 1 << 20}})
	s.Use(New(trusted, mode, log, nil))
	return s
}

// message is a request of HTTP.
type message struct {
	method, query string // query is the one in the address
	accept        string
	body          string
}

func send(t *testing.T, server http.Handler, m message) (status int, answer string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), m.method, "/?"+m.query, strings.NewReader(m.body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", m.accept)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// byHash is the extension of automatic persisted queries.
func byHash(hash string) string {
	return fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash)
}

func body(t *testing.T, query, extensions string) string {
	t.Helper()
	request := map[string]any{"extensions": json.RawMessage(extensions)}
	if query != "" {
		request["query"] = query
	}
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What clients go by when they send a hash first: the status, the message and the code.
func TestAutomaticPersistedQueries(t *testing.T) {
	server := endpoint(nil, ModeOff, slog.New(slog.DiscardHandler))
	const query, notFound = "query Known { name }", `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	const invalid = "query Invalid { nothing }"
	inURL := func(query, hash string) string {
		return url.Values{"query": {query}, "extensions": {byHash(hash)}}.Encode()
	}
	long := "query Long { name } #" + strings.Repeat("x", 17<<10)
	for i, tc := range []struct {
		m      message
		status int
		want   string
	}{
		{message{"POST", "", "", body(t, "", byHash(hashOf(query)))}, 200, notFound},
		{message{"POST", "", "application/graphql-response+json", body(t, "", byHash(hashOf(query)))}, 200, notFound},
		{message{"GET", inURL("", hashOf(query)), "", ""}, 200, notFound},
		{message{"POST", "", "", body(t, query, byHash(hashOf("another")))}, 400, "PERSISTED_QUERY_HASH_MISMATCH"},
		{message{"POST", "", "", body(t, "", byHash(hashOf("another")))}, 200, notFound},
		{message{"POST", "", "", body(t, query, `{"persistedQuery":{"version":2,"sha256Hash":"x"}}`)}, 400, "BAD_REQUEST"},
		{message{"POST", "", "", body(t, query, `{"persistedQuery":[]}`)}, 400, "BAD_REQUEST"},
		{message{"POST", "", "", body(t, query, byHash(hashOf(query)))}, 200, `"name":"test"`},
		{message{"POST", "", "", body(t, "", byHash(hashOf(query)))}, 200, `"name":"test"`},
		{message{"GET", inURL("", hashOf(query)), "", ""}, 200, `"name":"test"`},
		{message{"POST", "", "", fmt.Sprintf(`{"documentId":"sha256:%s"}`, hashOf(query))}, 200, `"name":"test"`},
		{message{"POST", "", "", `{"id":"HomeQuery","query":"{ name }","variables":{}}`}, 200, `"name":"test"`},
		{message{"POST", "", "", body(t, invalid, byHash(hashOf(invalid)))}, 200, "GRAPHQL_VALIDATION_FAILED"},
		// nothing is kept that cannot be asked
		{message{"POST", "", "", body(t, "", byHash(hashOf(invalid)))}, 200, notFound},
		{message{"POST", "", "", body(t, long, byHash(hashOf(long)))}, 200, `"name":"test"`},
		{message{"POST", "", "", body(t, "", byHash(hashOf(long)))}, 200, notFound}, // too long to keep
	} {
		status, answer := send(t, server, tc.m)
		if status != tc.status || !strings.Contains(answer, tc.want) {
			t.Errorf("step %d answers %d %s, want %d with %s", i, status, answer, tc.status, tc.want)
		}
	}
}

func TestTrustedDocuments(t *testing.T) {
	const trusted, other = "query Trusted { name }", "query Other { name }"
	texts := map[string]string{"md5-of-relay": trusted, hashOf(trusted): trusted, "old": "query Old { gone }"}
	const (
		yes      = `"name":"test"`
		notFound = "PERSISTED_QUERY_NOT_FOUND"
	)
	for _, tc := range []struct {
		mode                                 Mode
		text, unknownID, otherText, anotherY string
		logged                               bool
	}{
		{ModeOff, yes, notFound, yes, yes, false},
		{ModeLog, yes, notFound, yes, yes, true},
		{ModeEnforce, yes, "PERSISTED_QUERY_NOT_IN_LIST", "QUERY_NOT_IN_SAFELIST", "QUERY_NOT_IN_SAFELIST", false},
	} {
		t.Run(string(tc.mode), func(t *testing.T) {
			var log strings.Builder
			server := endpoint(texts, tc.mode, slog.New(slog.NewTextHandler(&log, nil)))
			if !strings.Contains(log.String(), "does not fit the schema") || !strings.Contains(log.String(), "id=old") {
				t.Errorf("the log says %q, want a warning of the old document", &log)
			}
			log.Reset()
			for request, want := range map[string]string{
				`{"documentId":"md5-of-relay"}`:                           yes,
				`{"doc_id":"md5-of-relay"}`:                               yes,
				`{"id":"md5-of-relay"}`:                                   yes,
				`{"documentId":"sha256:` + hashOf(trusted) + `"}`:         yes,
				body(t, "", byHash(hashOf(trusted))):                      yes,
				body(t, "", byHash("md5-of-relay")):                       yes,
				body(t, "", byHash("sha256:"+hashOf(trusted))):            yes,
				`{"query":"` + trusted + `"}`:                             tc.text,
				`{"documentId":"md5-of-relay","query":"` + trusted + `"}`: tc.text,
				`{"documentId":"md5-of-relay","query":"` + other + `"}`:   "PERSISTED_QUERY_HASH_MISMATCH",
				`{"documentId":"nowhere"}`:                                tc.unknownID,
				`{"query":"` + other + `"}`:                               tc.otherText,
				body(t, other, byHash(hashOf(other))):                     tc.anotherY,
				`{"query":"` + trusted +
					` query More { name }","documentId":1}`: map[bool]string{
					true:  "QUERY_NOT_IN_SAFELIST",
					false: "operation  not found",
				}[tc.mode == ModeEnforce],
			} {
				status, answer := send(t, server, message{http.MethodPost, "", "", request})
				if !strings.Contains(answer, want) {
					t.Errorf("%s answers %d %s, want %s", request, status, answer, want)
				}
			}
			if logged := strings.Contains(log.String(), hashOf(other)); logged != tc.logged ||
				strings.Contains(log.String(), "{ name") {
				t.Errorf("the log says %q, want the hash of what is not trusted in it: %v", &log, tc.logged)
			}
		})
	}
}

// Before one enforces, one wants to know who would be left out: each request counts once, also one that is refused.
func TestDocumentsAreCounted(t *testing.T) {
	const trusted, other = "query Trusted { name }", "query Other { name }"
	for _, tc := range []struct {
		mode               Mode
		trusted, untrusted int
	}{{ModeOff, 2, 2}, {ModeLog, 2, 2}, {ModeEnforce, 2, 3}} {
		got := map[bool]int{}
		s := testserver.New()
		s.AddTransport(transport.HTTP{Options: transport.Options{MaxBytes: 1 << 20}})
		s.Use(New(map[string]string{"a": trusted}, tc.mode, slog.New(slog.DiscardHandler), func(yes bool) { got[yes]++ }))
		for _, request := range []string{
			`{"documentId":"a"}`, `{"query":"` + trusted + `"}`, `{"query":"` + other + `"}`, body(t, other, byHash(hashOf(other))),
			`{"documentId":"nowhere"}`, // which its client sends again as a text, unless it is refused for good
		} {
			send(t, s, message{http.MethodPost, "", "", request})
		}
		if got[true] != tc.trusted || got[false] != tc.untrusted {
			t.Errorf("%s counts %v, want %d trusted and %d others", tc.mode, got, tc.trusted, tc.untrusted)
		}
	}
}

// What clients have sent is forgotten once it is too much, the least used first.
func TestSentDocumentsAreBounded(t *testing.T) {
	server := endpoint(nil, ModeOff, slog.New(slog.DiscardHandler))
	text := func(n int) string { return fmt.Sprintf("query N%d { name } #%s", n, strings.Repeat("x", 15<<10)) }
	const sent = 1000
	for n := range sent {
		m := message{"POST", "", "", body(t, text(n), byHash(hashOf(text(n))))}
		if status, answer := send(t, server, m); status != http.StatusOK {
			t.Fatalf("document %d is answered %d %s", n, status, answer)
		}
	}
	known := 0
	for n := range sent {
		m := message{"POST", "", "", body(t, "", byHash(hashOf(text(n))))}
		if _, answer := send(t, server, m); strings.Contains(answer, `"test"`) {
			known++
		}
	}
	if bytes := known * 15 << 10; bytes > 8<<20 || bytes < 4<<20 {
		t.Errorf("%d documents of 15 KB are known, %d bytes, want some 8 MiB", known, bytes)
	}
}
