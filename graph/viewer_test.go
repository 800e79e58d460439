package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// While Circle fails to say who is asking, nothing else that is asked with it is lost.
func TestFailedReadOfTheViewerCostsItsFieldsAlone(t *testing.T) {
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/community_member") {
				http.Error(w, "down", http.StatusBadGateway)
				return
			}
			circle.ServeHTTP(w, r)
		})
	})
	answer, _ := c.ask(member,
		`{ viewer { member { name } email notificationCounts { notifications } bookmarks(first: 1) { nodes { title } } }
			homeFeed(first: 1) { nodes { title } } }`, nil)
	var out struct {
		Data   map[string]any
		Errors []struct {
			Path       []any
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		"viewer.member": false, "viewer.email": false, "viewer.notificationCounts.notifications": true,
		"viewer.bookmarks.nodes.0.title": true, "homeFeed.nodes.0.title": true,
	} {
		if got := at(out.Data, path) != nil; got != want {
			t.Errorf("%s is there: %t, want %t\n%s", path, got, want, answer)
		}
	}
	for _, e := range out.Errors {
		if len(e.Path) != 2 || e.Path[0] != "viewer" || e.Extensions.Code != "UPSTREAM_UNAVAILABLE" {
			t.Errorf("an error at %v with code %s, want UPSTREAM_UNAVAILABLE at a field of viewer", e.Path, e.Extensions.Code)
		}
	}
	if len(out.Errors) != 2 {
		t.Errorf("%d errors, want one for each field that needs the call", len(out.Errors))
	}
}
