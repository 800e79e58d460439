package circleclient

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient/lenient"
)

// The contract's only example finds spaces; these are the other shapes of its schema.
func TestSearchHits(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	author := &Author{CommunityMemberID: 9, Name: "Ada", AvatarURL: new("https://x.example/a.png")}
	space := &SpaceRef{
		ID: 5, Slug: "veg", Name: "Vegetables", Emoji: new("🌱"), CustomEmojiURL: new("https://x.example/e"),
		CustomEmojiDarkURL: new("https://x.example/d"),
	}
	const authorJSON = `"author":{"name":"Ada","avatar_url":"https://x.example/a.png","community_member_id":9}`
	const spaceJSON = `"space":{"id":5,"slug":"veg","name":"Vegetables","emoji":"🌱",` +
		`"custom_emoji_url":"https://x.example/e","custom_emoji_dark_url":"https://x.example/d"}`
	for _, test := range []struct {
		record string
		want   SearchHit
		kind   string
		ref    Ref
	}{
		{
			`{"id":3,"type":"event","name":"Show","slug":"show",
			"url":"https://x.example/c/veg/show","created_at":"2026-03-01T08:00:00.000Z",
			"status":"published",
			"highlighted_name":"<strong>Show</strong>","cover_image_url":"https://x.example/c.png",
			"body":"Marrows","highlighted_body":"Marrows","sgid":"BAh7",
			"starts_at":"2026-03-01T08:00:00.000Z",` + authorJSON + `,` + spaceJSON + `}`,
			SearchHit{
				ID: 3, Type: "event", Name: "Show", Slug: "show", URL: new("https://x.example/c/veg/show"), CreatedAt: &at,
				StartsAt: &at, HighlightedName: new("<strong>Show</strong>"), CoverImageURL: new("https://x.example/c.png"),
				Body: new("Marrows"), HighlightedBody: new("Marrows"), SGID: "BAh7", Author: author, Space: space,
			},
			HitPost, PostRef(5, 3),
		},
		{
			`{"id":4,"type":"comment","body":"Peas","url":"https://x.example/c/veg/show#comment_4","post_id":3,
			"post_slug":"show","post_name":"Show","space_id":5,"space_slug":"veg",
			"parent_comment_id":2,"highlighted_body":"<strong>Peas</strong>",` + authorJSON + `}`,
			SearchHit{
				ID: 4, Type: "comment", Body: new("Peas"),
				URL: new("https://x.example/c/veg/show#comment_4"), PostID: 3, PostName: "Show", SpaceID: 5,
				ParentCommentID: new(int64(2)), HighlightedBody: new("<strong>Peas</strong>"), Author: author,
			},
			HitComment,
			Ref{Type: RefComment, Space: 5, Post: 3, Parent: 2, ID: 4},
		},
		{
			`{"id":6,"type":"lesson","name":"Soil","body":"Dig","status":"published",
			"section_name":"One","section_id":8,"created_at":"2026-03-01T08:00:00.000Z",` + spaceJSON + `}`,
			SearchHit{
				ID: 6, Type: "lesson", Name: "Soil", Body: new("Dig"), SectionName: "One",
				SectionID: 8, CreatedAt: &at, Space: space,
			},
			HitLesson, LessonRef(5, 6),
		},
		{
			`{"type":"member","id":9,"name":"Ada","headline":"Plot 1","avatar_url":"https://x.example/a.png","bio":"Beans",
				"public_uid":"a1","location":"Leeds","user_id":77,"sgid":"BAh8"}`,
			SearchHit{
				ID: 9, Type: "member", Name: "Ada", Headline: new("Plot 1"), AvatarURL: new("https://x.example/a.png"),
				PublicUID: "a1", UserID: 77, SGID: "BAh8",
			},
			HitMember, MemberRef(9),
		},
		{
			`{"id":1,"type":"group_mention","name":"everyone","mention_type":"everyone","mention_scope":"space","sgid":"BAh9"}`,
			SearchHit{ID: 1, Type: "group_mention", Name: "everyone", SGID: "BAh9"},
			HitOther,
			Ref{},
		},
	} {
		var hit SearchHit
		if err := lenient.Decode([]byte(test.record), &hit); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, hit); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.record, diff)
		}
		if hit.Kind() != test.kind || hit.NodeRef() != test.ref {
			t.Errorf("%s is a %s, %v, want a %s, %v", test.record, hit.Kind(), hit.NodeRef(), test.kind, test.ref)
		}
		if hit.Type = "a word of next year"; hit.Kind() != test.kind {
			t.Errorf("%s under another word is a %s, want a %s by what it carries", test.record, hit.Kind(), test.kind)
		}
	}
}

func TestQuickHits(t *testing.T) {
	for _, test := range []struct {
		row  string
		kind string
		ref  Ref
		name string
	}{
		{
			`{"id":"space_5","type":"space","attributes":{"id":5,"name":"Vegetables"}}`, HitSpace, SpaceNodeRef(5),
			"Vegetables",
		},
		{`{"id":"community_member_9","type":"community_member","attributes":{"id":"77","community_member_id":9,
			"name":"Ada"}}`, HitMember, MemberRef(9), "Ada"},
		{
			`{"id":"post_3","type":"post","attributes":{"id":3,"name":"Show","space":{"id":5}}}`, HitPost, PostRef(5, 3),
			"Show",
		},
		{`{"id":"post_3","type":"post","attributes":{"id":3,"name":"Show"}}`, HitPost, Ref{}, "Show"},
		{`{"id":"comment_4","type":"comment","attributes":{"id":4,"post_id":3,"space_id":5,"title":"Ada commented",
			"body_text":"Peas"}}`, HitComment, Ref{Type: RefComment, Space: 5, Post: 3, ID: 4}, "Ada commented"},
		{`{"id":"member_tag_1","type":"member_tag","attributes":{"id":1,"name":"Elders"}}`, HitOther, Ref{}, "Elders"},
		{`{"id":"odd","type":"space_group","attributes":{"id":"odd"}}`, HitOther, Ref{}, ""},
	} {
		var row QuickHit
		if err := lenient.Decode([]byte(test.row), &row); err != nil {
			t.Fatal(err)
		}
		if hit := row.Hit(); hit.Kind() != test.kind || hit.NodeRef() != test.ref || hit.Name != test.name {
			t.Errorf("%s is a %s %q, %v, want a %s %q, %v", test.row, hit.Kind(), hit.Name, hit.NodeRef(), test.kind, test.name,
				test.ref)
		}
	}
}

func TestSearchFiltersAreWrittenAsRailsReadsThem(t *testing.T) {
	serve := &oneAnswer{status: 200, body: `{"records":[]}`}
	c := testClient(t, serve)
	if _, err := c.Search.Advanced(asMember(t),
		SearchOptions{Query: "peas", SpaceIDs: []int64{1, 2}, AuthorName: "Ada"}); err != nil {
		t.Fatal(err)
	}
	const want = "filters%5Bauthor_name%5D=Ada&filters%5Bspace_ids%5D%5B%5D=1&filters%5Bspace_ids%5D%5B%5D=2&query=peas"
	if got := serve.request.URL.Query().Encode(); got != want {
		t.Errorf("the query is %s, want %s", got, want)
	}
}

func TestHighlights(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"<strong>Peas</strong> &amp; beans", "<strong>Peas</strong> &amp; beans"},
		{"a < b & <b>c</b>", "a &lt; b &amp; c"},
		{`<strong onclick="x()">Peas</strong><script>alert(1)</script><img src=x onerror=y>!`, "<strong>Peas</strong>!"},
		{"<strong>Pe</strong><strong>as</strong>", "<strong>Peas</strong>"},
		{"</strong>Peas <strong>and", "Peas <strong>and</strong>"},
		{"&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"", ""},
	} {
		if got := NewHighlight(&test.in).HTML(); got != test.want {
			t.Errorf("%q is shown as %q, want %q", test.in, got, test.want)
		}
	}
	if NewHighlight(nil) != nil {
		t.Error("no text has a highlight")
	}
}

// What hides its author and time hides them in lists of other things, too.
func TestHiddenAuthors(t *testing.T) {
	const hidden = `"hide_meta_info":true,"created_at":"2026-03-01T08:00:00Z",
		"author":{"community_member_id":9,"name":"Ada"},
		"space":{"id":5}`
	var bookmark Bookmark
	line := `{"id":1,"bookmark_type":"post","bookmark_record":{"id":3,` + hidden + `}}`
	if err := lenient.Decode([]byte(line), &bookmark); err != nil || bookmark.Author() != nil || bookmark.Space() == nil {
		t.Errorf("a bookmark tells of %v, %v", bookmark.Author(), err)
	}
	var row QuickHit
	line = `{"id":"post_3","type":"post","attributes":{"id":3,` + hidden + `}}`
	if err := lenient.Decode([]byte(line), &row); err != nil {
		t.Fatal(err)
	}
	c := testClient(t, &oneAnswer{status: 200, body: `{"records":[{"id":3,"type":"post",` + hidden + `}]}`})
	page, err := c.Search.Advanced(asMember(t), SearchOptions{Query: "peas"})
	if err != nil {
		t.Fatal(err)
	}
	for _, hit := range []*SearchHit{row.Hit(), page.Records[0]} {
		if hit.Author != nil || hit.CreatedAt != nil || hit.Space == nil || hit.Kind() != HitPost {
			t.Errorf("a hit tells of %v at %v", hit.Author, hit.CreatedAt)
		}
	}
}
