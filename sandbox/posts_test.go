package sandbox

import (
	"fmt"
	"strings"
	"testing"
)

const helloDocument = `{"body":{"type":"doc","content":[
	{"type":"paragraph","content":[{"type":"text","text":"Good morning"}]}]}}`

// documentOf is a document of one paragraph.
func documentOf(nodes string) string {
	return `{"type":"doc","content":[{"type":"paragraph","content":[` + nodes + `]}]}`
}

func postSteps() []step {
	const (
		posts, photos, gone = "/spaces/vegetables/posts", "/spaces/harvest-photos/images/posts", "Missing record: post"
		flag                = "/flagged_contents"
		report              = `{"flagged_content":{"flagged_contentable_id":34800001,"flagged_contentable_type":"Post",
			"reported_reason_type":"harassment","reported_reason_body":"Not about beans."}}`
	)
	hello := `{"name":"Good morning","tiptap_body":` + helloDocument + `}`
	twoImages := `{"slug":"two","tiptap_body":` + helloDocument + `,"gallery_attributes":{"images_attributes":[
		{"signed_id":"` + signedID("file", 2) + `","width":10,"height":20},{"signed_id":"` + signedID("image", 1) + `"}]}}`
	oneMore := `{"gallery_attributes":{"images_attributes":[{"image":"` + signedID("file", 3) + `","position":0}]}}`
	return []step{
		{"home", asMember, "GET", "/home?per_page=20", "", 200, `"sort":"latest"`},
		{"home of the uninvited", asNewcomer, "GET", "/home", "", 401, "Home page feature not applicable"},
		{"space by slug", asMember, "GET", posts + "?sort=latest", "", 200, `"per_page":10`},
		{"space by id", asMember, "GET", path("/spaces/%d/posts?sort=popular", idVegetables), "", 200, `"sort":"popular"`},
		{"a page beyond the end", asMember, "GET", posts + "?page=99", "", 200, `"records":[]`},
		{"own drafts", asMember, "GET", posts + "?status=draft", "", 200, `"count":2`},
		{"drafts of others", asAdmin, "GET", posts + "?status=draft", "", 200, `"count":0`},
		{"a draft of others by slug", asAdmin, "GET", posts + "/is-this-blight", "", 404, gone},
		{"one by slugs", asMember, "GET", posts + "/" + slugShowcase, "", 200, `"sgids_to_object_map":{"`},
		{"one of another space", asMember, "GET", "/spaces/fruit/posts/" + slugShowcase, "", 404, gone},
		{"placeholder", asMember, "GET", posts + "/" + slugShowcase, "", 200, "<strong>Update available</strong>"},
		{
			"old editor", asMember, "GET", "/spaces/announcements/posts/how-to-read-a-seed-packet", "", 200,
			`"tiptap_body":null`,
		},
		{"create", asMember, "POST", posts, hello, 200, `"slug":"good-morning"`},
		{"create the same", asMember, "POST", posts, `{"name":"Good morning","body":"Hi"}`, 200, `"slug":"good-morning-2"`},
		{"create nothing", asMember, "POST", posts, `{"tiptap_body":{"body":` + documentOf("") + `}}`, 400, "can't be blank"},
		{
			"create without the topic", asMember, "POST", "/spaces/seed-swap/posts", `{"name":"Beans"}`, 400,
			`"topics":["can't be blank"]`,
		},
		{"create where only staff may", asMember, "POST", "/spaces/announcements/posts", `{"name":"Coup"}`, 401, denied},
		{"create where not joined", asMember, "POST", "/spaces/fruit/posts", `{"name":"Figs"}`, 401, denied},
		{"create in a chat", asMember, "POST", "/spaces/tea-hut/posts", `{"name":"Tea"}`, 400, "does not take posts"},
		{"delete another's", asMember, "DELETE", posts + "/" + slugShowcase, "", 401, denied},
		{"delete own", asMember, "DELETE", posts + "/good-morning-2", "", 200, `{"success":true,"message":"Post deleted"}`},
		{"delete again", asMember, "DELETE", posts + "/good-morning-2", "", 404, gone},
		{"delete as an admin", asAdmin, "DELETE", posts + "/good-morning", "", 200, ""},
		{
			"image without images", asMember, "POST", photos, `{"tiptap_body":` + helloDocument + `}`, 400,
			`"gallery":["can't be blank"]`,
		},
		{"image", asMember, "POST", photos, twoImages, 200, `"filename":"blight-or-not.jpg"`},
		{"image added first", asMember, "PUT", photos + "/two", oneMore, 200, `"images":[{"id":`},
		{"image changed by another", asGardener, "PUT", photos + "/two", `{}`, 401, denied},
		{"report", asMember, "POST", flag, report, 201, "Post has been reported to the admin"},
		{"report nothing", asMember, "POST", flag, `{}`, 404, "Missing parameter: flagged_content"},
		{"report what is not there", asMember, "POST", flag, `{"flagged_content":{"flagged_contentable_id":1}}`, 404, gone},
	}
}

func TestPosts(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) { walkSteps(t, w, postSteps()) })
}

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
		t.Errorf("both topics have %d posts, the two one by one %d", both, sum)
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
		`{"name":"Question","tiptap_body":{"body":`+
			documentOf(`{"type":"text","text":"Hello "},{"type":"mention","attrs":{"sgid":"`+sgid+`"}}`)+`}}`)
	if name := r.at("tiptap_body", "sgids_to_object_map", sgid, "name"); name != "Ruth Okafor" {
		t.Errorf("the mention resolves to %v, want Ruth Okafor", name)
	}
	if got := r.at("body_plain_text"); got != "Hello " ||
		!strings.Contains(fmt.Sprint(r.at("body", "html")), "Update available") {
		t.Errorf("plain text = %q, html = %v", got, r.at("body", "html"))
	}
}
