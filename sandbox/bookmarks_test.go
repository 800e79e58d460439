package sandbox

import (
	"fmt"
	"testing"
	"time"
)

// kept is the body of a new bookmark.
func kept(kind string, id int64) string {
	return fmt.Sprintf(`{"record_id":%d,"bookmark_type":%q}`, id, kind)
}

func TestBookmarksAreHeldToTheirRules(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose := w.as(asGardener)
		slugs := jose.postNamed("Slug season")
		comment := jose.comment(slugs, "Beer traps")
		gardener := w.store.members[4]
		const at = "/bookmarks"
		w.mu.Lock()
		secret := w.store.addSpace(&space{name: "Hidden", slug: "hidden", kind: spaceBasic, secret: true})
		hidden := &post{
			spaceID: secret.id, authorID: w.store.members[0].id, kind: postBasic, status: "published",
			name: "Hidden", slug: "hidden",
		}
		w.store.addPost(hidden)
		w.mu.Unlock()
		walkSteps(t, w, []step{
			{"a post", asMember, "POST", at, kept("post", slugs), 201, `"bookmark_type":"post"`},
			{"again", asMember, "POST", at, kept("post", slugs), 409, "already"},
			{"no type", asMember, "POST", at, path(`{"record_id":%d}`, slugs), 404, "Missing parameter: bookmark_type"},
			{
				"by somebody else", asGardener, "POST", at, kept("post", slugs), 201,
				path(`"community_member_id":%d`, gardener.id),
			},
			{"a comment", asMember, "POST", at, kept("comment", comment), 201, "#comment_wrapper_"},
			{"nothing", asMember, "POST", at, `{}`, 404, "Missing parameter: record_id"},
			{"what is not there", asMember, "POST", at, kept("post", 1), 404, "Missing record: post"},
			{"a comment that is not there", asMember, "POST", at, kept("comment", 1), 404, "Missing record: comment"},
			{"a secret", asMember, "POST", at, kept("post", hidden.id), 404, "Missing record: post"},
			{"an unknown type", asMember, "POST", at, kept("cake", slugs), 400, unlisted},
			{"delete what is not there", asMember, "DELETE", "/bookmarks/1", "", 404, "Missing record: bookmark"},
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
		onPost := maya.must(201, "POST", "/bookmarks", kept("post", post)).id("id")
		w.clock.Advance(time.Minute)
		onComment := maya.must(201, "POST", "/bookmarks",
			kept("comment", comment)).id("id")

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
