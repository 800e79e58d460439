package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// asGardener is an ordinary member of the same spaces as asMember.
const asGardener = "jose@example.com"

// inBothWorlds runs a test twice: in a plain world, and in one whose traffic is
// held to the official contract, where that is at hand.
func inBothWorlds(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("plain", func(t *testing.T) { test(t, newWorld(t)) })
	t.Run("contract", func(t *testing.T) { test(t, newContractWorld(t, Options{})) })
}

// postNamed makes a post in a space that everybody here has joined.
func (c caller) postNamed(name string) int64 {
	c.t.Helper()
	return c.must(200, "POST", "/spaces/vegetables/posts", fmt.Sprintf(`{"name":%q,"body":"Text"}`, name)).id("id")
}

// comment comments on a post, and reply on a comment, with the old editor.
func (c caller) comment(postID int64, text string) int64 {
	c.t.Helper()
	return c.must(201, "POST", path("/posts/%d/comments", postID), fmt.Sprintf(`{"comment":{"body":%q}}`, text)).id("id")
}

func (c caller) reply(commentID int64, text string) reply {
	c.t.Helper()
	return c.must(201, "POST", path("/comments/%d/replies", commentID), fmt.Sprintf(`{"comment":{"body":%q}}`, text))
}

func TestCommentsAreHeldToTheirRules(t *testing.T) {
	const blankDocument = `{"body":{"type":"doc","content":[{"type":"paragraph"}]}}`
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose := w.as(asGardener)
		post := jose.postNamed("Slug season")
		old := jose.comment(post, "Beer traps")
		modern := jose.must(201, "POST", path("/posts/%d/comments", post),
			`{"comment":{"tiptap_body":`+helloDocument+`}}`).id("id")
		answer := jose.reply(old, "Which beer?").id("id")
		other := jose.comment(jose.postNamed("Elsewhere"), "There")
		onPost, onOld := path("/posts/%d/comments", post), path("/comments/%d/replies", old)
		walkSteps(t, w, []step{
			{
				name: "no wrapper", method: "POST", path: onPost, body: `{"body":"x"}`, status: 404,
				want: "Missing parameter: comment",
			},
			{
				name: "an empty wrapper", method: "POST", path: onPost, body: `{"comment":{}}`, status: 404,
				want: "Missing parameter: comment",
			},
			{name: "no body at all", method: "POST", path: onPost, status: 404, want: "Missing parameter: comment"},
			{name: "not JSON", method: "POST", path: onPost, body: `{`, status: 400, want: "parsing request parameters"},
			{
				name: "blank text", method: "POST", path: onPost, body: `{"comment":{"body":" "}}`, status: 400,
				want: `"Failed to create comment!","error_details":{"body":["can't be blank"]}`,
			},
			{
				name: "a blank document", method: "POST", path: onPost, body: `{"comment":{"tiptap_body":` + blankDocument + `}}`,
				status: 400, want: "can't be blank",
			},
			{
				name: "a blank reply", method: "POST", path: onOld, body: `{"comment":{"body":""}}`, status: 400,
				want: `"Failed to create reply!","error_details":{"body":["can't be blank"]}`,
			},
			{
				name: "a reply in its docs' wrapper only", method: "POST", path: onOld, body: `{"reply":{"body":"x"}}`, status: 404,
				want: "Missing parameter: comment",
			},
			{
				name: "a post that is not there", method: "POST", path: "/posts/1/comments", body: `{"comment":{"body":"x"}}`,
				status: 404, want: "Missing record: post",
			},
			{
				name: "a comment that is not there", method: "POST", path: "/comments/1/replies", body: `{"comment":{"body":"x"}}`,
				status: 404, want: "Missing record: comment",
			},

			{name: "read", method: "GET", path: onPost + path("/%d", old), status: 200, want: `"body_text":"Beer traps"`},
			{
				name: "read through another post", method: "GET", path: onPost + path("/%d", other), status: 404,
				want: "Missing record: comment",
			},
			{
				name: "read a reply as a comment", method: "GET", path: onPost + path("/%d", answer), status: 404,
				want: "Missing record: comment",
			},
			{
				name: "read a reply", method: "GET", path: onOld + path("/%d", answer), status: 200,
				want: path(`"parent_comment_id":%d`, old),
			},
			{
				name: "read a reply of another", method: "GET", path: path("/comments/%d/replies/%d", modern, answer), status: 404,
				want: "Missing record: comment",
			},

			{
				name: "change another's", method: "PATCH", path: onPost + path("/%d", old), body: `{"comment":{"body":"x"}}`,
				status: 401, want: "You cannot perform this action.",
			},
			{
				name: "change to nothing", who: asGardener, method: "PATCH", path: onPost + path("/%d", old),
				body: `{"comment":{"body":""}}`, status: 400, want: `"Failed to update comment!","error_details":{"body":["can't be blank"]}`,
			},
			{
				name: "change with the wrong editor", who: asGardener, method: "PATCH", path: onPost + path("/%d", old),
				body: `{"comment":{"tiptap_body":` + helloDocument + `}}`, status: 400, want: "can't be blank",
			},
			{
				name: "change a document by text", who: asGardener, method: "PATCH", path: onPost + path("/%d", modern),
				body: `{"comment":{"body":"x"}}`, status: 400, want: "can't be blank",
			},
			{
				name: "change a reply to nothing", who: asGardener, method: "PATCH", path: onOld + path("/%d", answer),
				body: `{"comment":{"body":""}}`, status: 400, want: "Failed to update reply!",
			},
			{
				name: "change without the wrapper", who: asGardener, method: "PATCH", path: onOld + path("/%d", answer), body: `{}`,
				status: 404, want: "Missing parameter: comment",
			},
			{
				name: "change what is not there", who: asGardener, method: "PATCH", path: onPost + "/1",
				body: `{"comment":{"body":"x"}}`, status: 404, want: "Missing record: comment",
			},
			{
				name: "change", who: asGardener, method: "PATCH", path: onPost + path("/%d", old),
				body: `{"comment":{"body":"Copper tape"}}`, status: 200, want: `"body_text":"Copper tape"`,
			},
			{
				name: "change with both forms", who: asGardener, method: "PATCH", path: onPost + path("/%d", modern),
				body: `{"comment":{"body":"x","tiptap_body":` + helloDocument +
					`}}`, status: 200, want: `"body_text":"Good morning"`,
			},
			{
				name: "change a reply, with an address", who: asGardener, method: "PATCH", path: onOld + path("/%d", answer),
				body: `{"comment":{"body":"Stout"}}`, status: 200, want: path("#comment_wrapper_%d", answer),
			},
			{
				name: "change as staff", who: asAdmin, method: "PATCH", path: onPost + path("/%d", old),
				body: `{"comment":{"body":"Copper"}}`, status: 200, want: `"body_text":"Copper"`,
			},

			{
				name: "nobody likes it", method: "GET", path: path("/comments/%d/user_likes", modern), status: 200,
				want: `"count":0`,
			},
			{
				name: "like", method: "POST", path: path("/comments/%d/user_likes", modern), status: 200,
				want: "Comment has been liked",
			},
			{
				name: "like again", method: "POST", path: path("/comments/%d/user_likes", modern), status: 400,
				want: "already liked",
			},
			{
				name: "the likers", method: "GET", path: path("/comments/%d/user_likes", modern), status: 200,
				want: `"name":"Maya Fielding","roles":{"admin":false,"moderator":false}`,
			},
			{
				name: "unlike", method: "DELETE", path: path("/comments/%d/user_likes", modern), status: 200,
				want: "Comment has been unliked",
			},
			{
				name: "unlike again", method: "DELETE", path: path("/comments/%d/user_likes", modern), status: 404,
				want: "Missing record: user_like",
			},
			{
				name: "like what is not there", method: "POST", path: "/comments/1/user_likes", status: 404,
				want: "Missing record: comment",
			},

			{
				name: "delete another's", method: "DELETE", path: onPost + path("/%d", old), status: 401,
				want: "You cannot perform this action.",
			},
			{
				name: "delete a reply", who: asGardener, method: "DELETE", path: onOld + path("/%d", answer), status: 200,
				want: `{"success":true,"message":"This reply has been removed from the comment."}`,
			},
			{
				name: "delete it again", who: asGardener, method: "DELETE", path: onOld + path("/%d", answer), status: 404,
				want: "Missing record: comment",
			},
			{
				name: "delete as staff", who: asAdmin, method: "DELETE", path: onPost + path("/%d", old), status: 200,
				want: `{"success":true,"message":"This comment has been removed from the post."}`,
			},
			{name: "replies of what is gone", method: "GET", path: onOld, status: 404, want: "Missing record: comment"},
		})
	})
}

func TestRepliesStayOneLevelDeep(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose, maya := w.as(asGardener), w.as(asMember)
		post := jose.postNamed("Slug season")
		top := jose.comment(post, "Top")
		first := maya.reply(top, "First")
		second := jose.reply(first.id("id"), "Second")
		for _, r := range []reply{first, second} {
			if got := r.id("parent_comment_id"); got != top {
				t.Errorf("the parent of %s is %d, want %d", r.at("body_text"), got, top)
			}
		}
		list := maya.must(200, "GET", path("/posts/%d/comments", post), "")
		if list.id("count") != 1 || list.id("per_page") != 60 || list.id("records", 0, "replies_count") != 2 {
			t.Errorf("the thread is %s, want one comment with two replies, 60 a page", list.raw)
		}
		embedded, _ := list.at("records", 0, "replies", 0).(map[string]any)
		if embedded["author"] == nil || embedded["policies"] != nil || embedded["replies"] != nil {
			t.Errorf("an embedded reply has the keys of %v, want an author, no policies and no replies", embedded)
		}
		if raw := string(list.raw); strings.Contains(raw, "page_count") {
			t.Error("a list of comments has page_count")
		}
		replies := maya.must(200, "GET", path("/comments/%d/replies", top), "")
		alone, _ := replies.at("records", 0).(map[string]any)
		if _, has := alone["author"]; has || alone["policies"] == nil || len(replies.records()) != 2 {
			t.Errorf("the list of replies is %s, want two with policies and without author", replies.raw)
		}
		if n := jose.must(200, "GET", path("/spaces/vegetables/posts/%d", post), "").id("comment_count"); n != 3 {
			t.Errorf("comment_count = %d, want 3 with the replies", n)
		}
		jose.must(200, "DELETE", path("/posts/%d/comments/%d", post, top), "")
		if n := jose.must(200, "GET", path("/spaces/vegetables/posts/%d", post), "").id("comment_count"); n != 0 {
			t.Errorf("comment_count = %d after the comment went with its replies, want 0", n)
		}
	})
}

func TestCommentsAreSorted(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose := w.as(asGardener)
		post := jose.postNamed("Slug season")
		var ids []int64
		for _, text := range []string{"carrots", "Apples", "beans"} {
			ids = append(ids, jose.comment(post, text))
			w.clock.Advance(time.Minute)
		}
		jose.must(200, "PATCH", path("/posts/%d/comments/%d", post, ids[0]), `{"comment":{"body":"carrots!"}}`)
		w.as(asMember).must(200, "POST", path("/comments/%d/user_likes", ids[2]), "")
		for _, tt := range []struct{ sort, want string }{
			{"", "carrots! Apples beans"},
			{"?sort=oldest", "carrots! Apples beans"},
			{"?sort=latest", "beans Apples carrots!"},
			{"?sort=alphabetical", "Apples beans carrots!"},
			{"?sort=likes", "beans carrots! Apples"},
			{"?sort=latest_updated", "carrots! beans Apples"},
			{"?sort=oldest_updated", "Apples beans carrots!"},
			{"?sort=latest&per_page=1&page=2", "Apples"},
		} {
			r := jose.must(200, "GET", path("/posts/%d/comments", post)+tt.sort, "")
			var got []string
			for i := range r.records() {
				got = append(got, r.at("records", i, "body_text").(string))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("comments%s = %v, want %s", tt.sort, got, tt.want)
			}
		}
	})
}

func TestCommentsGoByTheSpace(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		rows := map[string]struct {
			prepare func(p *post)
			status  int
			want    string
		}{
			"closed": {func(p *post) { p.commentsClosed = true }, 401, "You cannot perform this action."},
			"off":    {func(p *post) { p.commentsEnabled = false }, 401, "You cannot perform this action."},
			"left": {
				func(p *post) { w.store.leave(p.spaceID, w.store.members[3].id) }, 401,
				"You cannot perform this action.",
			},
			"a secret": {func(p *post) { w.store.spaceByID[p.spaceID].secret = true }, 404, "Missing record: "},
		}
		jose := w.as(asGardener)
		for _, name := range []string{"closed", "off", "left", "a secret"} { // each on top of the last
			row := rows[name]
			post := jose.postNamed("Post " + name)
			comment := jose.comment(post, "First")
			w.mu.Lock()
			row.prepare(w.store.postByID[post])
			w.mu.Unlock()
			for _, target := range []string{path("/posts/%d/comments", post), path("/comments/%d/replies", comment)} {
				r := w.as(asMember).call("POST", target, `{"comment":{"body":"x"}}`)
				if r.status != row.status || !strings.Contains(string(r.raw), row.want) {
					t.Errorf("%s: POST %s = %d %s, want %d %s", name, target, r.status, r.raw, row.status, row.want)
				}
			}
		}
	})
}

func TestCommentsMentionMembers(t *testing.T) {
	w := newWorld(t)
	maya := w.store.members[3]
	doc := fmt.Sprintf(`{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"mention","attrs":{"sgid":%q}}]}]}}`, sgid("CommunityMember", maya.id))
	post := w.as(asGardener).postNamed("Slug season")
	r := w.as(asGardener).must(201, "POST", path("/posts/%d/comments", post), `{"comment":{"tiptap_body":`+doc+`}}`)
	if got := r.id("tiptap_body", "sgids_to_object_map", sgid("CommunityMember", maya.id),
		"community_member_id"); got != maya.id {
		t.Errorf("the mention leads to member %d, want %d: %s", got, maya.id, r.raw)
	}
	if !slices.Contains(w.actionsFor(asMember), "mention") {
		t.Error("who is mentioned is not told")
	}
}

func TestLikingACommentNeedsJoining(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose, maya := w.as(asGardener), w.as(asMember)
		comment := jose.comment(jose.postNamed("Slug season"), "Beer traps")
		likes := path("/comments/%d/user_likes", comment)
		maya.must(200, "POST", path("/spaces/%d/leave", idVegetables), "")
		maya.must(200, "GET", likes, "") // the space is public: readable
		if r := maya.must(401, "POST", likes, ""); r.at("message") != "You cannot perform this action." {
			t.Errorf("liking from outside the space = %s", r.raw)
		}
		maya.must(200, "POST", path("/spaces/%d/join", idVegetables), "")
		maya.must(200, "POST", likes, "")
	})
}

func TestAnswersToRepliesReachTheWholeThread(t *testing.T) {
	w := newWorld(t)
	jose, maya := w.as(asGardener), w.as(asMember)
	top := maya.comment(jose.postNamed("Slug season"), "Beer traps")
	first := jose.reply(top, "Which beer?").id("id")
	w.freshFor(asMember)
	w.freshFor(asGardener)
	w.as(asAdmin).reply(first, "Stout")
	for who, whose := range map[string]string{asGardener: "the reply answered", asMember: "the comment above it"} {
		if got := w.actionsFor(who); !slices.Equal(got, []string{"reply"}) {
			t.Errorf("the author of %s is told %v, want reply once", whose, got)
		}
	}
}
