package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"circlegraph/graph"
	"circlegraph/graph/persisted"
)

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
	server := endpoint(t, graph.Options{})
	const query = "query Known { __typename }"
	const notFound = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	const invalid = "query Invalid { nothing }"
	inURL := func(query, hash string) string {
		return url.Values{"query": {query}, "extensions": {byHash(hash)}}.Encode()
	}
	long := "query Long { __typename } #" + strings.Repeat("x", 17<<10)
	for i, tc := range []struct {
		m      message
		status int
		want   string
	}{
		{message{"POST", "", nil, body(t, "", byHash(hashOf(query)))}, 200, notFound},
		{message{"POST", "", map[string]string{"Accept": asResponse}, body(t, "", byHash(hashOf(query)))}, 200, notFound},
		{message{"GET", inURL("", hashOf(query)), nil, ""}, 200, notFound},
		{message{"POST", "", nil, body(t, query, byHash(hashOf("another")))}, 400, "PERSISTED_QUERY_HASH_MISMATCH"},
		{message{"POST", "", nil, body(t, "", byHash(hashOf("another")))}, 200, notFound},
		{message{"POST", "", nil, body(t, query, `{"persistedQuery":{"version":2,"sha256Hash":"x"}}`)}, 400, "BAD_REQUEST"},
		{message{"POST", "", nil, body(t, query, `{"persistedQuery":[]}`)}, 400, "BAD_REQUEST"},
		{message{"POST", "", nil, body(t, query, byHash(hashOf(query)))}, 200, `"__typename":"Query"`},
		{message{"POST", "", nil, body(t, "", byHash(hashOf(query)))}, 200, `"__typename":"Query"`},
		{message{"GET", inURL("", hashOf(query)), nil, ""}, 200, `"__typename":"Query"`},
		{message{"POST", "", nil, fmt.Sprintf(`{"documentId":"sha256:%s"}`, hashOf(query))}, 200, `"__typename":"Query"`},
		{message{"POST", "", nil, body(t, invalid, byHash(hashOf(invalid)))}, 200, "GRAPHQL_VALIDATION_FAILED"},
		// nothing is kept that cannot be asked
		{message{"POST", "", nil, body(t, "", byHash(hashOf(invalid)))}, 200, notFound},
		{message{"POST", "", nil, body(t, long, byHash(hashOf(long)))}, 200, `"__typename":"Query"`},
		{message{"POST", "", nil, body(t, "", byHash(hashOf(long)))}, 200, notFound}, // too long to keep
	} {
		status, _, answer := send(t, server, tc.m)
		if status != tc.status || !strings.Contains(answer, tc.want) {
			t.Errorf("step %d answers %d %s, want %d with %s", i, status, answer, tc.status, tc.want)
		}
	}
}

func TestTrustedDocuments(t *testing.T) {
	const trusted, other = "query Trusted { __typename }", "query Other { __typename }"
	texts := map[string]string{"md5-of-relay": trusted, hashOf(trusted): trusted, "old": "query Old { gone }"}
	const (
		yes      = `"__typename":"Query"`
		notFound = "PERSISTED_QUERY_NOT_FOUND"
	)
	for _, tc := range []struct {
		mode                                 persisted.Mode
		text, unknownID, otherText, anotherY string
		logged                               bool
	}{
		{persisted.ModeOff, yes, notFound, yes, yes, false},
		{persisted.ModeLog, yes, notFound, yes, yes, true},
		{persisted.ModeEnforce, yes, "PERSISTED_QUERY_NOT_IN_LIST", "QUERY_NOT_IN_SAFELIST", "QUERY_NOT_IN_SAFELIST", false},
	} {
		t.Run(string(tc.mode), func(t *testing.T) {
			var log strings.Builder
			server := endpoint(t, graph.Options{
				Trusted: texts, Untrusted: tc.mode,
				Logger: slog.New(slog.NewTextHandler(&log, nil)),
			})
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
					` query More { __typename }","documentId":1}`: map[bool]string{
					true:  "QUERY_NOT_IN_SAFELIST",
					false: "operation  not found",
				}[tc.mode == persisted.ModeEnforce],
			} {
				status, _, answer := send(t, server, message{http.MethodPost, "", nil, request})
				if !strings.Contains(answer, want) {
					t.Errorf("%s answers %d %s, want %s", request, status, answer, want)
				}
			}
			if logged := strings.Contains(log.String(), hashOf(other)); logged != tc.logged ||
				strings.Contains(log.String(), "typename") {
				t.Errorf("the log says %q, want the hash of what is not trusted in it: %v", &log, tc.logged)
			}
		})
	}
}
