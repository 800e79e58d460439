package sandbox

import (
	"fmt"
	"testing"
	"time"
)

func TestBookmarksAreHeldToTheirRules(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose := w.as(asGardener)
		slugs := jose.postNamed("Slug season")
		comment := jose.comment(slugs, "Beer traps")
		maya := w.store.members[3]
		w.mu.Lock()
		secret := w.store.addSpace(&space{name: "Hidden", slug: "hidden", kind: spaceBasic, secret: true})
		hidden := &post{
			spaceID: secret.id, authorID: w.store.members[0].id, kind: postBasic, status: "published",
			name: "Hidden", slug: "hidden",
		}
		w.store.addPost(hidden)
		w.mu.Unlock()
		walkSteps(t, w, []step{
			{
				name: "a post", method: "POST", path: "/bookmarks", body: path(`{"record_id":%d,"bookmark_type":"post"}`, slugs),
				status: 201, want: `"bookmark_type":"post"`,
			},
			{
				name: "again", method: "POST", path: "/bookmarks", body: path(`{"record_id":%d,"bookmark_type":"post"}`, slugs),
				status: 409, want: "already",
			},
			{
				name: "no type", method: "POST", path: "/bookmarks", body: path(`{"record_id":%d}`, slugs), status: 404,
				want: "Missing parameter: bookmark_type",
			},
			{
				name: "another's, by somebody else", who: asGardener, method: "POST", path: "/bookmarks",
				body: path(`{"record_id":%d,"bookmark_type":"post"}`, slugs), status: 201, want: path(`"community_member_id":%d`,
					maya.id+1),
			},
			{
				name: "a comment", method: "POST", path: "/bookmarks",
				body: path(`{"record_id":%d,"bookmark_type":"comment"}`, comment), status: 201, want: "#comment_wrapper_",
			},
			{name: "nothing", method: "POST", path: "/bookmarks", body: `{}`, status: 404, want: "Missing parameter: record_id"},
			{
				name: "what is not there", method: "POST", path: "/bookmarks", body: `{"record_id":1,"bookmark_type":"post"}`,
				status: 404, want: "Missing record: post",
			},
			{
				name: "a comment that is not there", method: "POST", path: "/bookmarks",
				body: `{"record_id":1,"bookmark_type":"comment"}`, status: 404, want: "Missing record: comment",
			},
			{
				name: "a secret", method: "POST", path: "/bookmarks",
				body: path(`{"record_id":%d,"bookmark_type":"post"}`, hidden.id), status: 404, want: "Missing record: post",
			},
			{
				name: "an unknown type", method: "POST", path: "/bookmarks",
				body: path(`{"record_id":%d,"bookmark_type":"cake"}`, slugs), status: 400, want: "is not included in the list",
			},
			{
				name: "delete what is not there", method: "DELETE", path: "/bookmarks/1", status: 404,
				want: "Missing record: bookmark",
			},
		})
	})
}

func TestBookmarksAreListed(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose, maya := w.as(asGardener), w.as(asMember)
		post := jose.postNamed("Slug season")
		comment := jose.comment(post, "Beer traps")
		before := maya.must(200, "GET", "/bookmarks", "").id("count")
		w.clock.Advance(time.Minute)
		onPost := maya.must(201, "POST", "/bookmarks", fmt.Sprintf(`{"record_id":%d,"bookmark_type":"post"}`, post)).id("id")
		w.clock.Advance(time.Minute)
		onComment := maya.must(201, "POST", "/bookmarks",
			fmt.Sprintf(`{"record_id":%d,"bookmark_type":"comment"}`, comment)).id("id")

		list := maya.must(200, "GET", "/bookmarks", "")
		if list.id("count") != before+2 || list.id("records", 0, "id") != onComment || list.id("records", 1, "id") != onPost {
			t.Errorf("bookmarks = %s, want the two new ones first", list.raw)
		}
		if list.at("records", 0, "bookmark_record", "body") != "Beer traps" ||
			list.at("records", 0, "bookmark_record", "name") != "Slug season" {
			t.Errorf("the bookmark of a comment is %v", list.at("records", 0))
		}
		if posts := maya.must(200, "GET", "/bookmarks?bookmark_type=post", ""); posts.id("records", 0, "id") != onPost {
			t.Errorf("bookmarks of posts = %s, want the post first", posts.raw)
		}
		if got := maya.must(200, "GET", path("/spaces/vegetables/posts/%d", post), "").id("bookmark_id"); got != onPost {
			t.Errorf("bookmark_id of the post = %d, want %d", got, onPost)
		}
		if got := jose.must(200, "GET", path("/spaces/vegetables/posts/%d", post), "").at("bookmark_id"); got != nil {
			t.Errorf("bookmark_id for somebody else = %v, want null", got)
		}

		jose.must(200, "DELETE", path("/posts/%d/comments/%d", post, comment), "")
		gone := maya.must(200, "GET", "/bookmarks", "")
		if gone.at("records", 0, "is_deleted") != true || gone.at("records", 0, "bookmark_record") != nil {
			t.Errorf("the bookmark of a deleted comment is %v", gone.at("records", 0))
		}
		jose.must(404, "DELETE", path("/bookmarks/%d", onPost), "")
		if r := maya.must(204, "DELETE", path("/bookmarks/%d", onPost), ""); len(r.raw) != 0 {
			t.Errorf("204 with the body %q", r.raw)
		}
		maya.must(404, "DELETE", path("/bookmarks/%d", onPost), "")
	})
}
