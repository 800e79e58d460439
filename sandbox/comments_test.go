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

// inBothWorlds runs a test twice: in a plain world, and in one whose traffic is checked against the official contract,
// if that is at hand.
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
	return c.must(201, "POST", path("/posts/%d/comments", postID), texted(text)).id("id")
}

func (c caller) reply(commentID int64, text string) reply {
	c.t.Helper()
	return c.must(201, "POST", path("/comments/%d/replies", commentID), texted(text))
}

// texted is the body of a comment of the old editor, written one of the new editor.
func texted(text string) string { return fmt.Sprintf(`{"comment":{"body":%q}}`, text) }

func written(document string) string { return `{"comment":{"tiptap_body":` + document + `}}` }

func TestCommentsAreHeldToTheirRules(t *testing.T) {
	const blankDocument = `{"body":{"type":"doc","content":[{"type":"paragraph"}]}}`
	inBothWorlds(t, func(t *testing.T, w *world) {
		jose := w.as(asGardener)
		post := jose.postNamed("Slug season")
		old := jose.comment(post, "Beer traps")
		modern := jose.must(201, "POST", path("/posts/%d/comments", post),
			written(helloDocument)).id("id")
		answer := jose.reply(old, "Which beer?").id("id")
		other := jose.comment(jose.postNamed("Elsewhere"), "There")
		onPost, onOld := path("/posts/%d/comments", post), path("/comments/%d/replies", old)
		toOld, toModern := onPost+path("/%d", old), onPost+path("/%d", modern)
		toAnswer, likes := onOld+path("/%d", answer), path("/comments/%d/user_likes", modern)
		const gone, unwrapped = "Missing record: comment", "Missing parameter: comment"
		const blank = `"error_details":{"body":["can't be blank"]}`
		const removed = `{"success":true,"message":"This `
		both := `{"comment":{"body":"x","tiptap_body":` + helloDocument + `}}`
		walkSteps(t, w, []step{
			{"no wrapper", asMember, "POST", onPost, `{"body":"x"}`, 404, unwrapped},
			{"an empty wrapper", asMember, "POST", onPost, `{"comment":{}}`, 404, unwrapped},
			{"no body at all", asMember, "POST", onPost, "", 404, unwrapped},
			{"not JSON", asMember, "POST", onPost, `{`, 400, "parsing request parameters"},
			{"blank text", asMember, "POST", onPost, texted(" "), 400, `"Failed to create comment!",` + blank},
			{"a blank document", asMember, "POST", onPost, written(blankDocument), 400, "can't be blank"},
			{"a blank reply", asMember, "POST", onOld, texted(""), 400, `"Failed to create reply!",` + blank},
			{"a reply in its docs' wrapper only", asMember, "POST", onOld, `{"reply":{"body":"x"}}`, 404, unwrapped},
			{"a post that is not there", asMember, "POST", "/posts/1/comments", texted("x"), 404, "Missing record: post"},
			{"a comment that is not there", asMember, "POST", "/comments/1/replies", texted("x"), 404, gone},

			{"read", asMember, "GET", toOld, "", 200, `"body_text":"Beer traps"`},
			{"read through another post", asMember, "GET", onPost + path("/%d", other), "", 404, gone},
			{"read a reply as a comment", asMember, "GET", onPost + path("/%d", answer), "", 404, gone},
			{"read a reply", asMember, "GET", toAnswer, "", 200, path(`"parent_comment_id":%d`, old)},
			{"read a reply of another", asMember, "GET", path("/comments/%d/replies/%d", modern, answer), "", 404, gone},

			{"change another's", asMember, "PATCH", toOld, texted("x"), 401, denied},
			{"change to nothing", asGardener, "PATCH", toOld, texted(""), 400, `"Failed to update comment!",` + blank},
			{"change with the wrong editor", asGardener, "PATCH", toOld, written(helloDocument), 400, "can't be blank"},
			{"change a document by text", asGardener, "PATCH", toModern, texted("x"), 400, "can't be blank"},
			{"change a reply to nothing", asGardener, "PATCH", toAnswer, texted(""), 400, "Failed to update reply!"},
			{"change without the wrapper", asGardener, "PATCH", toAnswer, `{}`, 404, unwrapped},
			{"change what is not there", asGardener, "PATCH", onPost + "/1", texted("x"), 404, gone},
			{"change", asGardener, "PATCH", toOld, texted("Copper tape"), 200, `"body_text":"Copper tape"`},
			{"change with both forms", asGardener, "PATCH", toModern, both, 200, `"body_text":"Good morning"`},
			{"change a reply", asGardener, "PATCH", toAnswer, texted("Stout"), 200, path("#comment_wrapper_%d", answer)},
			{"change as staff", asAdmin, "PATCH", toOld, texted("Copper"), 200, `"body_text":"Copper"`},

			{"nobody likes it", asMember, "GET", likes, "", 200, `"count":0`},
			{"like", asMember, "POST", likes, "", 200, "Comment has been liked"},
			{"like again", asMember, "POST", likes, "", 400, "already liked"},
			{"the likers", asMember, "GET", likes, "", 200, `"name":"Maya Fielding","roles":{"admin":false,"moderator":false}`},
			{"unlike", asMember, "DELETE", likes, "", 200, "Comment has been unliked"},
			{"unlike again", asMember, "DELETE", likes, "", 404, "Missing record: user_like"},
			{"like what is not there", asMember, "POST", "/comments/1/user_likes", "", 404, gone},

			{"delete another's", asMember, "DELETE", toOld, "", 401, denied},
			{"delete a reply", asGardener, "DELETE", toAnswer, "", 200, removed + `reply has been removed from the comment."}`},
			{"delete it again", asGardener, "DELETE", toAnswer, "", 404, gone},
			{"delete as staff", asAdmin, "DELETE", toOld, "", 200, removed + `comment has been removed from the post."}`},
			{"replies of what is gone", asMember, "GET", onOld, "", 404, gone},
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
		jose.must(200, "PATCH", path("/posts/%d/comments/%d", post, ids[0]), texted("carrots!"))
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
			"closed": {func(p *post) { p.commentsClosed = true }, 401, denied},
			"off":    {func(p *post) { p.commentsEnabled = false }, 401, denied},
			"left": {
				func(p *post) { w.store.leave(p.spaceID, w.store.members[3].id) }, 401,
				denied,
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
				r := w.as(asMember).call("POST", target, texted("x"))
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
	post := w.as(asGardener).postNamed("Slug season")
	r := w.as(asGardener).must(201, "POST", path("/posts/%d/comments", post), written(mentionOf(maya)))
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
		if r := maya.must(401, "POST", likes, ""); r.at("message") != denied {
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
