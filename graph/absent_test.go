package graph_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/graph/scalar"
)

// Only a number that Circle sends, and that is 0, spares the request for a list; and what Circle does not count is
// not counted as none.
func TestAbsentIsNotZero(t *testing.T) {
	t.Parallel()
	comment := scalar.FormatRef(circleclient.Ref{Type: circleclient.RefComment, Space: 1, Post: 2, ID: 3})
	for _, list := range []struct{ path, count, query, connection string }{
		{"/posts/2/comments", "comment_count", `homeFeed { nodes { comments { LIST } } }`, "homeFeed.nodes.0.comments"},
		{"/posts/2/user_likes", "user_likes_count", `homeFeed { nodes { likes { LIST } } }`, "homeFeed.nodes.0.likes"},
		{"/comments/3/replies", "replies_count", `comment(id: "` + comment + `") { replies { LIST } }`, "comment.replies"},
		{
			"/comments/3/replies", "replies_count", `comment(id: "` + comment + `") { replies(orderBy: LATEST) { LIST } }`,
			"comment.replies",
		},
		{"/comments/3/user_likes", "user_likes_count", `comment(id: "` + comment + `") { likes { LIST } }`, "comment.likes"},
		{
			"/events/2/event_attendees", "count", `homeFeed { nodes { ... on Event { attendees { LIST } } } }`,
			"homeFeed.nodes.0.attendees",
		},
	} {
		t.Run(list.path+" of "+list.connection, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			record, requests := "", 0
			c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					answer := ""
					switch strings.TrimPrefix(r.URL.Path, "/api/headless/v1") {
					case "/home":
						answer = `{"records": [{` + record + `"id": 2, "space": {"id": 1}}]}`
					case "/posts/2/comments/3":
						answer = `{` + record + `"id": 3, "post_id": 2, "space_id": 1}`
					case list.path:
						requests++
						answer = `{"records": [{"id": 5, "community_member_id": 5}, {"id": 6, "community_member_id": 6}]}`
					default:
						circle.ServeHTTP(w, r)
						return
					}
					answerWith(200, "application/json", answer)(w, r)
				})
			})
			query := `{` + strings.ReplaceAll(list.query, "LIST", "totalCount nodes { id }") + `}`
			for _, number := range []struct {
				json  string
				spare bool // no request
			}{
				{``, false},
				{`"COUNT": null,`, false},
				{`"COUNT": "x",`, false},
				{`"COUNT": "",`, false},
				{`"COUNT": {},`, false},
				{`"COUNT": -1,`, false},
				{`"COUNT": 99999999999,`, false},
				{`"COUNT": "2",`, false},
				{`"COUNT": 0,`, true},
				{`"COUNT": "0",`, true},
			} {
				mu.Lock()
				record, requests = strings.ReplaceAll(number.json, "COUNT", list.count), 0
				if list.count == "count" {
					record = `"event_setting_attributes": {"starts_at": "2026-03-01T10:00:00Z"},
						"event_attendees": {` + record + ` "records": []},`
				}
				mu.Unlock()
				got := at(c.data(member, query, nil), list.connection)
				nodes, _ := at(got, "nodes").([]any)
				mu.Lock()
				switch {
				case number.spare && (requests != 0 || len(nodes) != 0 || at(got, "totalCount") != 0.0):
					t.Errorf("%q: %d requests, %v; want none and no items", number.json, requests, got)
				case !number.spare && (len(nodes) != 2 || at(got, "totalCount") != nil):
					t.Errorf("%q: %d requests, %v; want two items and no number of all", number.json, requests, got)
				}
				mu.Unlock()
			}
		})
	}
}
