package transport

import (
	"net/http"
	"strings"
	"testing"
)

// What connection_init says of the app is kept if it is short, and nothing else of it.
func TestClientWordsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<10+1)
	sent := http.Header{"Graphql-Client-Version": {long}, "Graphql-Client-Name": {"kept"}, "Authorization": {"no"}}
	if kept := clientHeader(sent); len(kept) != 1 || kept.Get("Graphql-Client-Name") != "kept" {
		t.Errorf("of the headers %.200v are kept", kept)
	}
	got := withClient(http.Header{"Kept": {"1"}}, map[string]any{
		"apollographql-client-name": "app", "apollographql-client-version": long, "x-other": "other",
		"headers": map[string]any{"graphql-client-name": long[1:], "graphql-client-version": 7},
	})
	want := http.Header{"Kept": {"1"}, "Apollographql-Client-Name": {"app"}, "Graphql-Client-Name": {long[1:]}}
	if len(got) != len(want) || got.Get("Apollographql-Client-Name") != "app" ||
		got.Get("Graphql-Client-Name") != long[1:] {
		t.Errorf("the headers are %.200v, want %.200v", got, want)
	}
}
