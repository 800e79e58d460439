package sandbox

import (
	"fmt"
	"strings"
	"testing"
)

const helloDocument = `{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Good morning"}]}]}}`

func postSteps() []step {
	return []step{
		{name: "home", method: "GET", path: "/home?per_page=20", status: 200, want: `"sort":"latest"`},
		{
			name: "home of the uninvited", who: asNewcomer, method: "GET", path: "/home", status: 401,
			want: "Home page feature not applicable",
		},
		{
			name: "space by slug", method: "GET", path: "/spaces/vegetables/posts?sort=latest", status: 200,
			want: `"per_page":10`,
		},
		{
			name: "space by id", method: "GET", path: path("/spaces/%d/posts?sort=popular", idVegetables), status: 200,
			want: `"sort":"popular"`,
		},
		{
			name: "a page beyond the end", method: "GET", path: "/spaces/vegetables/posts?page=99", status: 200,
			want: `"records":[]`,
		},
		{name: "own drafts", method: "GET", path: "/spaces/vegetables/posts?status=draft", status: 200, want: `"count":2`},
		{
			name: "drafts of others", who: asAdmin, method: "GET", path: "/spaces/vegetables/posts?status=draft", status: 200,
			want: `"count":0`,
		},
		{
			name: "a draft of others by slug", who: asAdmin, method: "GET", path: "/spaces/vegetables/posts/is-this-blight",
			status: 404, want: "Missing record: post",
		},
		{
			name: "one by slugs", method: "GET", path: "/spaces/vegetables/posts/" + slugShowcase, status: 200,
			want: `"sgids_to_object_map":{"`,
		},
		{
			name: "one of another space", method: "GET", path: "/spaces/fruit/posts/" + slugShowcase, status: 404,
			want: "Missing record: post",
		},
		{
			name: "placeholder", method: "GET", path: "/spaces/vegetables/posts/" + slugShowcase, status: 200,
			want: "<strong>Update available</strong>",
		},
		{
			name: "old editor", method: "GET", path: "/spaces/announcements/posts/how-to-read-a-seed-packet", status: 200,
			want: `"tiptap_body":null`,
		},
		{name: "create", method: "POST", path: "/spaces/vegetables/posts", body: `{"name":"Good morning","tiptap_body":` +
			helloDocument + `}`, status: 200, want: `"slug":"good-morning"`},
		{
			name: "create the same", method: "POST", path: "/spaces/vegetables/posts",
			body: `{"name":"Good morning","body":"Hello"}`, status: 200, want: `"slug":"good-morning-2"`,
		},
		{
			name: "create nothing", method: "POST", path: "/spaces/vegetables/posts",
			body: `{"tiptap_body":{"body":{"type":"doc","content":[{"type":"paragraph"}]}}}`, status: 400, want: "can't be blank",
		},
		{
			name: "create without the topic", method: "POST", path: "/spaces/seed-swap/posts", body: `{"name":"Beans"}`,
			status: 400, want: `"topics":["can't be blank"]`,
		},
		{
			name: "create where only staff may", method: "POST", path: "/spaces/announcements/posts", body: `{"name":"Coup"}`,
			status: 401, want: "You cannot perform this action.",
		},
		{
			name: "create where not joined", method: "POST", path: "/spaces/fruit/posts", body: `{"name":"Figs"}`, status: 401,
			want: "You cannot perform this action.",
		},
		{
			name: "create in a chat", method: "POST", path: "/spaces/tea-hut/posts", body: `{"name":"Tea"}`, status: 400,
			want: "does not take posts",
		},
		{
			name: "delete another's", method: "DELETE", path: "/spaces/vegetables/posts/" + slugShowcase, status: 401,
			want: "You cannot perform this action.",
		},
		{
			name: "delete own", method: "DELETE", path: "/spaces/vegetables/posts/good-morning-2", status: 200,
			want: `{"success":true,"message":"Post deleted"}`,
		},
		{
			name: "delete again", method: "DELETE", path: "/spaces/vegetables/posts/good-morning-2", status: 404,
			want: "Missing record: post",
		},
		{
			name: "delete as an admin", who: asAdmin, method: "DELETE", path: "/spaces/vegetables/posts/good-morning",
			status: 200,
		},
		{name: "image without images", method: "POST", path: "/spaces/harvest-photos/images/posts", body: `{"tiptap_body":` +
			helloDocument + `}`, status: 400, want: `"gallery":["can't be blank"]`},
		{name: "image", method: "POST", path: "/spaces/harvest-photos/images/posts", body: `{"slug":"two","tiptap_body":` +
			helloDocument + `,"gallery_attributes":{"images_attributes":[{"signed_id":"` + signedID("file", 2) +
			`","width":10,"height":20},{"signed_id":"` + signedID("image", 1) +
			`"}]}}`, status: 200, want: `"filename":"blight-or-not.jpg"`},
		{
			name: "image added first", method: "PUT", path: "/spaces/harvest-photos/images/posts/two",
			body: `{"gallery_attributes":{"images_attributes":[{"image":"` + signedID("file", 3) +
				`","position":0}]}}`, status: 200, want: `"images":[{"id":`,
		},
		{
			name: "image changed by another", who: "jose@example.com", method: "PUT",
			path: "/spaces/harvest-photos/images/posts/two", body: `{}`, status: 401, want: "You cannot perform this action.",
		},
		{
			name: "report", method: "POST", path: "/flagged_contents",
			body: `{"flagged_content":{"flagged_contentable_id":34800001,"flagged_contentable_type":"Post","reported_reason_type":"harassment","reported_reason_body":"Not about beans."}}`, status: 201, want: "Post has been reported to the admin",
		},
		{
			name: "report nothing", method: "POST", path: "/flagged_contents", body: `{}`, status: 404,
			want: "Missing parameter: flagged_content",
		},
		{
			name: "report what is not there", method: "POST", path: "/flagged_contents",
			body: `{"flagged_content":{"flagged_contentable_id":1}}`, status: 404, want: "Missing record: post",
		},
	}
}

func TestPosts(t *testing.T) { walkSteps(t, newWorld(t), postSteps()) }

func TestPostsOfOneSpaceByIDs(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	all := c.must(200, "GET", "/spaces/vegetables/posts?per_page=4", "")
	a, b := all.id("records", 0, "id"), all.id("records", 3, "id")
	for _, query := range []string{"post_ids=%d,%d", "post_ids[]=%d&post_ids[]=%d", "post_ids=%d&post_ids=%d"} {
		r := c.must(200, "GET", "/spaces/vegetables/posts?"+fmt.Sprintf(query, a, b), "")
		if r.id("records", 0, "id") != a || r.id("records", 1, "id") != b || len(r.records()) != 2 {
			t.Errorf("%s gives %d records, want posts %d and %d", query, len(r.records()), a, b)
		}
	}
	foreign := w.as(asAdmin).must(200, "GET", "/spaces/fruit/posts", "").id("records", 0, "id")
	if r := c.must(200, "GET", fmt.Sprintf("/spaces/vegetables/posts?post_ids=%d", foreign), ""); len(r.records()) != 0 {
		t.Error("a post of another space comes back")
	}
}

func TestPostsByTopics(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	topics := c.must(200, "GET", path("/spaces/%d/topics", idVegetables), "")
	one, two := topics.id("records", 0, "id"), topics.id("records", 1, "id")
	count := func(query string) int64 {
		return c.must(200, "GET", "/spaces/vegetables/posts?"+query, "").id("count")
	}
	both := count(fmt.Sprintf("topics[]=%d&topics[]=%d", one, two))
	if sum := count(fmt.Sprintf("topics=%d", one)) + count(fmt.Sprintf("topics=%d", two)); both != sum || both == 0 {
		t.Errorf("both topics have %d posts, each alone %d", both, sum)
	}
	if got := count(fmt.Sprintf("topics=%d&topics=%d", one, two)); got != both {
		t.Errorf("without brackets %d posts, with them %d", got, both)
	}
}

func TestPastEventsAreHiddenUnlessAskedFor(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	coming := c.must(200, "GET", "/spaces/events/posts", "").id("count")
	all := c.must(200, "GET", "/spaces/events/posts?past_events=true", "").id("count")
	if coming == 0 || all != 20 || coming >= all {
		t.Errorf("%d events to come, %d in all; want fewer of 20", coming, all)
	}
}

func TestLikesOnce(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	post := maya.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Mine"}`)
	likes := fmt.Sprintf("/posts/%d/user_likes", post.id("id"))
	maya.must(200, "POST", likes, "")
	if r := maya.must(400, "POST", likes, ""); r.at("success") != false {
		t.Errorf("liking twice = %s, want success false", r.raw)
	}
	after := maya.must(200, "GET", fmt.Sprintf("/spaces/vegetables/posts/%d", post.id("id")), "")
	if after.id("user_likes_count") != 1 || after.at("is_liked") != true ||
		after.at("first_liked_by", 0, "name") != "Maya Fielding" {
		t.Errorf("after a like: %v %v", after.at("user_likes_count"), after.at("first_liked_by"))
	}
	list := maya.must(200, "GET", likes, "")
	if list.at("records", 0, "id") != nil || list.at("records", 0, "roles", "admin") != false {
		t.Errorf("a liker has no id, and roles as an object: %s", list.raw)
	}
	maya.must(200, "DELETE", likes, "")
	maya.must(404, "DELETE", likes, "")
	maya.must(404, "POST", "/posts/1/user_likes", "")
	maya.must(404, "POST", "/posts/nonsense/user_likes", "")
}

func TestTakingPartNeedsJoining(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	posts := maya.must(200, "GET", "/spaces/fruit/posts", "") // public: readable
	id := posts.id("records", 0, "id")
	for _, p := range []string{"/posts/%d/user_likes", "/posts/%d/post_followers"} {
		maya.must(401, "POST", fmt.Sprintf(p, id), "")
	}
	maya.must(200, "POST", path("/spaces/%d/join", idFruit), "")
	maya.must(200, "POST", fmt.Sprintf("/posts/%d/user_likes", id), "")
}

func TestFollowing(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	posts := maya.must(200, "GET", "/spaces/vegetables/posts?per_page=50", "")
	var id int64
	for i := range posts.records() {
		if posts.at("records", i, "post_follower_id") == nil {
			id = posts.id("records", i, "id")
		}
	}
	followers := fmt.Sprintf("/posts/%d/post_followers", id)
	maya.must(200, "POST", followers, "")
	follower := maya.must(200, "GET", fmt.Sprintf("/spaces/vegetables/posts/%d", id), "").id("post_follower_id")
	if follower == 0 {
		t.Fatal("a followed post carries no follower id")
	}
	w.as(asAdmin).must(404, "DELETE", fmt.Sprintf("%s/%d", followers, follower), "") // not the admin's
	maya.must(200, "DELETE", fmt.Sprintf("%s/%d", followers, follower), "")
	maya.must(404, "DELETE", followers, "")
}

func TestMentionsAreResolved(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	sgid := w.as(asMember).must(200, "GET", "/spaces/say-hello/posts/"+slugWelcome, "").at("author",
		"rich_text_field_sgid").(string)
	r := maya.must(200, "POST", "/spaces/vegetables/posts",
		`{"name":"Question","tiptap_body":{"body":{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Hello "},{"type":"mention","attrs":{"sgid":"`+sgid+`"}}]}]}}}`)
	if name := r.at("tiptap_body", "sgids_to_object_map", sgid, "name"); name != "Ruth Okafor" {
		t.Errorf("the mention resolves to %v, want Ruth Okafor", name)
	}
	if got := r.at("body_plain_text"); got != "Hello " ||
		!strings.Contains(fmt.Sprint(r.at("body", "html")), "Update available") {
		t.Errorf("plain text = %q, html = %v", got, r.at("body", "html"))
	}
}
